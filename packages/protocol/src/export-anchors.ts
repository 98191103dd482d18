import { type BlockHeader, isRootOf, LEAST_WORK, openBlockHeader } from "./bitcoin.ts";
import { type Bytes, sameBytes, utf8 } from "./bytes.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { ANCHOR_FILE, type Archive, inFile, ROOT_FILE } from "./export-archive.ts";
import { broken } from "./export-reasons.ts";
import type { Note } from "./note.ts";
import { otsAttested, parseOtsProof } from "./ots.ts";
import { sha256 } from "./sha256.ts";

// What holds the checkpoints of an export in time (spec/anchor.md).

/** What a time-stamp token says once it has been checked; `@ecrin/timestamp` checks it. */
export interface CheckedToken {
  readonly at: number;
  readonly authority: string;
  /** SHA-256 of the root it leads to, in hex. */
  readonly root: string;
  readonly revocation: "checked" | "not-known";
}

/** Checks a token under roots; throws where it does not hold. */
export type CheckToken = (given: {
  readonly token: Bytes;
  readonly data: Bytes;
  readonly crls: readonly Bytes[];
  readonly roots: readonly Bytes[];
}) => Promise<CheckedToken>;

/** What anchors are checked with. */
export interface AnchorOptions {
  /** Without it time stamps are not checked, and said not to be. */
  readonly checkToken?: CheckToken;
  /** Roots of authorities to trust instead of those in the export, DER. */
  readonly roots?: readonly Bytes[];
  /** Work that a block's header must show. */
  readonly leastWork?: bigint;
}

/** The same, and whether the export says that it comes from a demonstration. */
export interface AnchorsGiven extends AnchorOptions {
  readonly demonstration?: boolean;
}

/** An anchor of an export, as far as it could be checked here. */
export type CheckedAnchor =
  | ({ readonly size: number; readonly kind: "time-stamp" } & CheckedToken)
  | { readonly size: number; readonly kind: "time-stamp-not-checked" }
  /** It holds under a root of the export's, and under none of those that were chosen. */
  | ({ readonly size: number; readonly kind: "time-stamp-not-counted" } & CheckedToken)
  | {
      readonly size: number;
      readonly kind: "block";
      readonly height: number;
      readonly block: string;
      readonly at: number;
    }
  | { readonly size: number; readonly kind: "pending"; readonly calendar: string };

/** Whether an anchor fixes its checkpoint in time, as far as was checked here. */
export function isHeld({ kind }: CheckedAnchor): boolean {
  return kind === "time-stamp" || kind === "block";
}

export function anchoredSizes({ files }: Archive): number[] {
  const sizes = files.flatMap(({ name }) => ANCHOR_FILE.exec(name)?.[1] ?? []);
  return [...new Set(sizes.map(Number))].sort((a, b) => a - b);
}

/** The time stamps and the OpenTimestamps proof of one anchored checkpoint. */
export async function openAnchors(
  archive: Archive,
  { size, note }: Checkpoint & { readonly note: Note },
  options: AnchorsGiven,
): Promise<CheckedAnchor[]> {
  const folder = `anchors/${size}/`;
  const names = archive.files.map(({ name }) => name).filter((name) => name.startsWith(folder));
  const data = utf8(note.text);
  const anchors: CheckedAnchor[] = [];
  for (const name of names.filter((each) => each.endsWith(".tst"))) {
    const lists = names.filter((each) => each.startsWith(`${name.slice(0, -4)}-`));
    // Each file is read under its own name: what is wrong in a root is not told of the stamp.
    const token = await archive.bytes(name);
    const crls = await allBytes(archive, lists);
    const roots = await allBytes(archive, rootFiles(archive));
    anchors.push(await inFile(name, () => openStamp({ token, crls, roots }, size, data, options)));
  }
  const proof = `${folder}proof.ots`;
  if (archive.has(proof)) {
    const headers = await openHeaders(archive, names, options);
    anchors.push(
      ...(await inFile(proof, async () =>
        openOts(await archive.bytes(proof), headers, size, data),
      )),
    );
  }
  return anchors;
}

/** A token and what the export has for it. */
interface StampFiles {
  readonly token: Bytes;
  readonly crls: readonly Bytes[];
  readonly roots: readonly Bytes[];
}

async function openStamp(
  files: StampFiles,
  size: number,
  data: Bytes,
  { checkToken, roots }: AnchorOptions,
): Promise<CheckedAnchor> {
  if (checkToken === undefined) return { size, kind: "time-stamp-not-checked" };
  if (roots !== undefined) {
    const held = await checkToken({ ...files, roots, data }).catch(() => undefined);
    if (held !== undefined) return { size, kind: "time-stamp", ...held };
  }
  // Under no root that was chosen: it may be another authority's, or nobody's.
  const kind = roots === undefined ? "time-stamp" : "time-stamp-not-counted";
  try {
    return { size, kind, ...(await checkToken({ ...files, data })) };
  } catch (cause) {
    return broken("stamp", undefined, { cause });
  }
}

function rootFiles({ files }: Archive): readonly string[] {
  return files.map(({ name }) => name).filter((name) => ROOT_FILE.test(name));
}

async function allBytes(archive: Archive, names: readonly string[]): Promise<Bytes[]> {
  const all: Bytes[] = [];
  for (const name of names) all.push(await archive.bytes(name));
  return all;
}

/** The block headers among these files, each refused under its own name, by file. */
async function openHeaders(
  archive: Archive,
  names: readonly string[],
  { leastWork = LEAST_WORK, demonstration = false }: AnchorsGiven,
): Promise<Map<string, BlockHeader>> {
  const headers = new Map<string, BlockHeader>();
  for (const file of names.filter((each) => each.endsWith(".header"))) {
    const header = await inFile(file, async () => openBlockHeader(await archive.bytes(file), 0n));
    const isShort = header.work < leastWork;
    if (isShort) await inFile(file, () => broken(demonstration ? "demonstration" : "work"));
    headers.set(file, header);
  }
  return headers;
}

function openOts(
  proof: Bytes,
  headers: ReadonlyMap<string, BlockHeader>,
  size: number,
  data: Bytes,
): CheckedAnchor[] {
  const { digest, stamp } = parseOtsProof(proof);
  if (!sameBytes(digest, sha256(data))) broken("anchor-other");
  const used = new Set<string>();
  const anchors = otsAttested(digest, stamp).flatMap(
    ({ message, attestation }): CheckedAnchor[] => {
      if (attestation.kind === "pending") {
        return [{ size, kind: "pending", calendar: attestation.uri }];
      }
      if (attestation.kind !== "bitcoin") return [];
      const { height } = attestation;
      const file = `anchors/${size}/block-${height}.header`;
      const header = headers.get(file);
      // A block whose header nobody kept proves nothing here.
      if (header === undefined) return [];
      if (!isRootOf(message, header)) broken("block", undefined, { number: height });
      used.add(file);
      return [{ size, kind: "block", height, block: header.hash, at: header.at }];
    },
  );
  const idle = [...headers.keys()].find((file) => !used.has(file));
  if (idle !== undefined) broken("block-idle", undefined, { name: idle });
  return anchors;
}
