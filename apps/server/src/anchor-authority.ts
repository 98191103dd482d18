import { hash } from "node:crypto";
import { concat, u32 } from "@ecrin/protocol";
import {
  checkTimestamp,
  REQUEST_TYPE,
  RESPONSE_TYPE,
  requestTimestamp,
  revocationAddresses,
  TimestampError,
  tokenOf,
} from "@ecrin/timestamp";
import { AnchorError, type Asking, askSource } from "./anchor-ask.ts";
import { type AuthoritySource, toDer } from "./anchor-sources.ts";

const MOST_LIST = 4 << 20;
const MOST_LISTS = 4;

/** A token that holds. */
export interface Stamped {
  readonly token: Uint8Array<ArrayBuffer>;
  /** The revocation lists that could be fetched then; see `joinLists`. */
  readonly lists: Uint8Array<ArrayBuffer>;
  readonly authority: string;
  /** DER of the root that it leads to. */
  readonly root: Uint8Array;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly at: number;
}

/**
 * Has the text of a checkpoint time-stamped and checks what came back.
 * @throws AnchorError
 */
export async function stampAt(
  asking: Asking,
  { url, roots }: AuthoritySource,
  text: Uint8Array<ArrayBuffer>,
): Promise<Stamped> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  const request = requestTimestamp(digest);
  const answer = await askSource(asking, url, {
    body: request.bytes,
    type: REQUEST_TYPE,
    accept: RESPONSE_TYPE,
  });
  if (answer === undefined) throw new AnchorError("unreachable");
  try {
    const token = tokenOf(answer);
    const check = { token, data: text, roots, nonce: request.nonce };
    // Before anything its certificates name is fetched.
    await checkTimestamp(check);
    const crls = await fetchLists(asking, token);
    const { at, authority, root } = await checkTimestamp({ ...check, crls });
    return { token, lists: joinLists(crls), authority, root: rootNamed(roots, root), at };
  } catch (cause) {
    if (!(cause instanceof TimestampError)) throw cause;
    const { code } = cause;
    if (code === "malformed") throw new AnchorError("bad-answer", cause);
    throw new AnchorError(code === "not-granted" ? "not-granted" : "does-not-hold", cause);
  }
}

/** The root of this digest, in hex. */
function rootNamed(roots: AuthoritySource["roots"], digest: string): Uint8Array {
  const root = roots.map(toDer).find((der) => hash("sha256", der) === digest);
  if (root === undefined) throw new AnchorError("does-not-hold");
  return root;
}

/** A list that cannot be had is left out: revocation is then not known, and said to be. */
async function fetchLists(
  asking: Asking,
  token: Uint8Array,
): Promise<readonly Uint8Array<ArrayBuffer>[]> {
  const lists = await Promise.all(
    revocationAddresses(token)
      .slice(0, MOST_LISTS)
      .map((url) => askSource(asking, url, { most: MOST_LIST }).catch(() => undefined)),
  );
  return lists.filter((each) => each !== undefined);
}

/** Several lists as one value: each after its length, 4 bytes big-endian. */
export function joinLists(lists: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return concat(...lists.flatMap((each) => [u32(each.length), each]));
}

/** And apart again. */
export function splitLists(joined: Uint8Array): Uint8Array<ArrayBuffer>[] {
  const lists: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 0; at + 4 <= joined.length; ) {
    const length = new DataView(joined.buffer, joined.byteOffset + at, 4).getUint32(0);
    lists.push(new Uint8Array(joined.slice(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return lists;
}
