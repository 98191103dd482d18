import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { LEAST_WORK } from "@ecrin/protocol";
import * as z from "zod/mini";

/** An authority that time-stamps by RFC 3161. */
export interface AuthoritySource {
  /** How it is called on screens; part of its anchors' key. */
  readonly name: string;
  readonly url: string;
  /** Certificates one of which it must lead to, PEM or DER. */
  readonly roots: readonly (string | Uint8Array)[];
}

/** Where checkpoints are taken (spec/anchor.md). */
export interface AnchorSources {
  readonly authorities: readonly AuthoritySource[];
  /** Addresses of OpenTimestamps calendars. */
  readonly calendars: readonly string[];
  /** Where headers of Bitcoin blocks are asked for. */
  readonly headers?: string;
  /** Work that a header must show; less in demonstrations and tests only. */
  readonly leastWork: bigint;
  /** Local sources that prove nothing to anybody. */
  readonly demonstration: boolean;
}

/** Nothing is configured: nothing is anchored. */
export const NO_SOURCES: AnchorSources = {
  authorities: [],
  calendars: [],
  leastWork: LEAST_WORK,
  demonstration: false,
};

const address = z.string().check(z.regex(/^https?:\/\/[A-Za-z0-9._:/-]{1,900}$/));
const fileField = z.strictObject({
  authorities: z._default(
    z.array(
      z.strictObject({
        name: z.string().check(z.minLength(1), z.maxLength(80)),
        url: address,
        roots: z.array(z.string()).check(z.minLength(1)),
      }),
    ),
    [],
  ),
  calendars: z._default(z.array(address), []),
  headers: z.optional(address),
  /** Of a demonstration only: the work that a header must show. */
  demonstration: z.optional(z.strictObject({ leastWork: z.int().check(z.minimum(1)) })),
});

/**
 * Reads the file that ECRIN_ANCHORS names; roots are files beside it.
 * @throws Error with a sentence that says what is wrong with it
 */
export async function readAnchorSources(path: string): Promise<AnchorSources> {
  const parsed = z.safeParse(fileField, JSON.parse(await readFile(path, "utf8")));
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join(".") ?? "";
    throw new Error(`the file of anchors is not in its form at ${where}`);
  }
  const { authorities, calendars, headers, demonstration } = parsed.data;
  const names = new Set(authorities.map(({ name }) => name));
  if (names.size !== authorities.length) throw new Error("two authorities have one name");
  const root = (name: string) => readFile(resolve(dirname(path), name));
  return {
    authorities: await Promise.all(
      authorities.map(async ({ name, url, roots }) => {
        return { name, url, roots: (await Promise.all(roots.map(root))).map(pemOrDer) };
      }),
    ),
    calendars: calendars.map((each) => each.replace(/\/+$/, "")),
    ...(headers === undefined ? {} : { headers: headers.replace(/\/+$/, "") }),
    leastWork: demonstration === undefined ? LEAST_WORK : BigInt(demonstration.leastWork),
    demonstration: demonstration !== undefined,
  };
}

/** A root as DER. */
export function toDer(root: string | Uint8Array): Uint8Array {
  if (typeof root !== "string") return root;
  const [, body = ""] = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END/.exec(root) ?? [];
  return Buffer.from(body, "base64");
}

function pemOrDer(bytes: Buffer): string | Uint8Array {
  return bytes.includes("-----BEGIN") ? bytes.toString("utf8") : new Uint8Array(bytes);
}
