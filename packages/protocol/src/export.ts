import { startDigest } from "#digest";
import { type AccountState, currentIdentity, followAccount } from "./account.ts";
import { type BlockHeader, isRootOf, LEAST_WORK, openBlockHeader } from "./bitcoin.ts";
import { type Bytes, concat, fromUtf8, sameBytes, utf8 } from "./bytes.ts";
import { type Checkpoint, openCheckpoint, treeOf } from "./checkpoint.ts";
import { malformed, ProtocolError, refuse } from "./errors.ts";
import {
  type JournalFindings,
  type JournalGround,
  type Milestone,
  startJournalCheck,
} from "./export-journal.ts";
import { readJournal } from "./export-lines.ts";
import {
  EXPORT_FILES,
  type ExportManifest,
  parseExported,
  parseManifest,
} from "./export-manifest.ts";
import { parseAs } from "./fields.ts";
import type { AccountId, Hash, SigningKey } from "./ids.ts";
import { headPayload, type JournalHead } from "./journal.ts";
import { checkLogSignature, followLogKeys, type LogKeys } from "./log-key.ts";
import type { Note } from "./note.ts";
import { otsAttested, parseOtsProof } from "./ots.ts";
import { sha256 } from "./sha256.ts";
import { parseStatement } from "./statement.ts";
import { type Quorum, quorumOf, type Witness } from "./witness.ts";
import { type ByteSource, openZip, type ZipFile } from "./zip.ts";

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

export interface VerifyOptions {
  /** The log's first key where it is known already; without it the export's own is taken and shown. */
  readonly logKey?: SigningKey;
  /** The checkpoint of an earlier export, which this one must extend. */
  readonly earlier?: { readonly size: number; readonly root: Hash };
  /** Without it time stamps are not checked, and said not to be. */
  readonly checkToken?: CheckToken;
  /** Roots of authorities to trust instead of those in the export, DER. */
  readonly roots?: readonly Bytes[];
  /** Witnesses to count instead of those in the export. */
  readonly witnesses?: readonly Witness[];
  /** Work that a block's header must show. */
  readonly leastWork?: bigint;
  /** Told how many bytes have been read, of how many. */
  readonly progress?: (done: number, total: number) => void;
}

/** An anchor of an export, as far as it could be checked here. */
export type CheckedAnchor =
  | ({ readonly size: number; readonly kind: "time-stamp" } & CheckedToken)
  | { readonly size: number; readonly kind: "time-stamp-not-checked" }
  | {
      readonly size: number;
      readonly kind: "block";
      readonly height: number;
      readonly block: string;
      readonly at: number;
    }
  | { readonly size: number; readonly kind: "pending"; readonly calendar: string };

/** What an export proves. Nothing is returned where anything is wrong. */
export interface VerifiedExport extends JournalFindings {
  readonly manifest: ExportManifest;
  readonly checkpoint: Checkpoint;
  /** The log's first key, and whether it was known before. */
  readonly logKey: SigningKey;
  readonly logKeyKnown: boolean;
  readonly quorum: Quorum;
  /** Whether the witnesses are those of whoever checks, and not those that the operator names. */
  readonly witnessesKnown: boolean;
  readonly anchors: readonly CheckedAnchor[];
  /** Leaves that a time stamp or a block holds; 0: not anchored. */
  readonly anchoredSize: number;
  /** Size of the export before this one, which this one extends. */
  readonly since?: number;
  /** Whose statements are in it, with the name of their identity to compare face to face. */
  readonly readers: readonly { readonly account: AccountId; readonly identity: Hash }[];
}

/**
 * Checks an export from its first byte to its last, offline, in room that does not grow with it.
 * @throws ProtocolError for the first thing that is wrong; `field` names file and place
 */
export async function verifyExport(
  source: ByteSource,
  options: VerifyOptions = {},
): Promise<VerifiedExport> {
  const archive = await openArchive(source, options);
  const { manifest, keys } = await openManifest(archive, options);
  const ground = await openGround(archive, manifest, keys, options);
  const findings = await checkJournal(archive, ground);
  for (const { name } of archive.files) await archive.check(name);
  const { checkpoint, anchors, accounts } = ground;
  const held = anchors.flatMap((each) => (isHeld(each) ? [each.size] : []));
  const since = manifest.fact.since;
  return {
    ...findings,
    manifest: manifest.fact,
    checkpoint: { origin: checkpoint.origin, size: checkpoint.size, root: checkpoint.root },
    logKey: keys.lives[0]?.key ?? refuse("has no key", EXPORT_FILES.keys),
    logKeyKnown: options.logKey !== undefined,
    quorum: ground.quorum,
    witnessesKnown: options.witnesses !== undefined,
    anchors,
    anchoredSize: Math.max(0, ...held),
    ...(since === undefined ? {} : { since }),
    readers: [...accounts].map(([account, state]) => ({
      account,
      identity: currentIdentity(state).hash,
    })),
  };
}

/** Whether an anchor fixes its checkpoint in time, as far as was checked here. */
export function isHeld({ kind }: CheckedAnchor): boolean {
  return kind === "time-stamp" || kind === "block";
}

const CHUNK = 1 << 20;
const MOST_SMALL = 64 << 20;

/** The archive, each file of which is digested once, whoever reads it. */
interface Archive {
  readonly files: readonly ZipFile[];
  has(name: string): boolean;
  /** A small file, whole. */
  bytes(name: string): Promise<Bytes>;
  text(name: string): Promise<string>;
  /** A file as it comes. */
  stream(name: string): AsyncGenerator<Bytes>;
  /** From now on every file read must be as this says. */
  expect(files: ExportManifest["files"]): void;
  /** Compares a file with what is expected of it, reading it if nobody has. */
  check(name: string): Promise<void>;
}

async function openArchive(source: ByteSource, options: VerifyOptions): Promise<Archive> {
  const files = await openZip(source);
  const byName = new Map(files.map((file) => [file.name, file]));
  const digests = new Map<string, Hash>();
  let expected = new Map<string, { length: number; sha256: Hash }>();
  let done = 0;
  const find = (name: string) => byName.get(name) ?? malformed(name, "is missing");

  async function* stream(name: string): AsyncGenerator<Bytes> {
    const { at, length, crc } = find(name);
    const digest = startDigest();
    for (let from = 0; from < length; from += CHUNK) {
      const bytes = await source.read(at + from, Math.min(CHUNK, length - from));
      digest.update(bytes);
      done += bytes.length;
      options.progress?.(done, source.size);
      yield bytes;
    }
    const { sha256: hash, crc: found } = digest.end();
    digests.set(name, hash);
    if (found !== crc) malformed(name, "is not what the archive's checksum says");
    compare(name);
  }

  function compare(name: string): void {
    const said = expected.get(name);
    if (said !== undefined && digests.get(name) !== said.sha256)
      refuse("is not what the manifest says", name);
  }

  async function bytes(name: string): Promise<Bytes> {
    if (find(name).length > MOST_SMALL) malformed(name, "is too long");
    const parts: Bytes[] = [];
    for await (const part of stream(name)) parts.push(part);
    return concat(...parts);
  }

  return {
    files,
    has: (name) => byName.has(name),
    bytes,
    text: async (name) => fromUtf8(await bytes(name), name),
    stream,
    expect(listed) {
      expected = new Map(listed.map((each) => [each.name, each]));
    },
    async check(name) {
      if (!digests.has(name)) for await (const part of stream(name)) void part;
      compare(name);
    },
  };
}

/** Says in which file something is wrong. */
async function inFile<T>(file: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    const field =
      cause.field === undefined || cause.field === file ? file : `${file}: ${cause.field}`;
    throw new ProtocolError(cause.code, `${file}: ${cause.message}`, { field, cause });
  }
}

async function openManifest(archive: Archive, { logKey }: VerifyOptions) {
  const { keys: keysFile, manifest: manifestFile, signature: signatureFile } = EXPORT_FILES;
  const text = await archive.text(manifestFile);
  const signature = await archive.text(signatureFile);
  const manifest = await inFile(manifestFile, () => parseManifest(text, signature));
  const { fact } = manifest;
  await inFile(manifestFile, () => checkFiles(archive, fact));
  archive.expect(fact.files);
  const keys = await inFile(keysFile, async () => {
    const { first, keys } = parseExported("keys", await archive.text(keysFile));
    if (logKey !== undefined && logKey !== first)
      throw new ProtocolError("fork", "this is another log than the one known", { field: "first" });
    const followed = await followLogKeys(first, keys);
    if (followed.log !== fact.log) refuse("are those of another log", "first");
    return followed;
  });
  await inFile(signatureFile, () => checkLogSignature(manifest, keys, fact.at, false));
  return { manifest, keys };
}

/** The archive holds what the manifest lists, in that order, then manifest and signature. */
function checkFiles({ files }: Archive, { files: listed }: ExportManifest): void {
  const names = [...listed.map(({ name }) => name), EXPORT_FILES.manifest, EXPORT_FILES.signature];
  for (const [i, name] of names.entries()) {
    if (files[i]?.name !== name) refuse(`lists ${name}, and the archive has another file`, "files");
    if (listed[i] !== undefined && listed[i].length !== files[i].length)
      refuse(`gives ${name} another length`, "files");
    if (!isKnownName(name)) refuse(`lists ${name}, which is no part of an export`, "files");
  }
  if (files.length !== names.length) refuse("does not list every file", "files");
}

const ANCHOR_FILE =
  /^anchors\/(0|[1-9][0-9]{0,15})\/(checkpoint|stamp-[0-9]{1,3}\.tst|stamp-[0-9]{1,3}-[0-9]{1,2}\.crl|proof\.ots|block-[0-9]{1,9}\.header)$/;
const ROOT_FILE = /^roots\/[0-9]{1,3}\.der$/;

function isKnownName(name: string): boolean {
  const fixed: readonly string[] = Object.values(EXPORT_FILES);
  return fixed.includes(name) || ANCHOR_FILE.test(name) || ROOT_FILE.test(name);
}

interface Ground extends JournalGround {
  readonly checkpoint: Checkpoint & { readonly note: Note };
  readonly anchors: readonly CheckedAnchor[];
  readonly quorum: Quorum;
}

/** Everything that the entries are checked against. */
async function openGround(
  archive: Archive,
  { fact }: { readonly fact: ExportManifest },
  keys: LogKeys,
  options: VerifyOptions,
): Promise<Ground> {
  const opened = (file: string) =>
    inFile(file, async () => await openCheckpoint(await archive.text(file), keys));
  const checkpoint = await opened(EXPORT_FILES.checkpoint);
  if (checkpoint.size !== fact.size)
    refuse("is of another size than the manifest says", EXPORT_FILES.checkpoint);
  const quorum = await openQuorum(archive, checkpoint.note, options);
  const milestones: Milestone[] = [milestoneOf(checkpoint, EXPORT_FILES.checkpoint)];
  if (fact.since !== undefined) {
    const since = await opened(EXPORT_FILES.since);
    if (since.size !== fact.since)
      refuse("is of another size than the manifest says", EXPORT_FILES.since);
    milestones.push(milestoneOf(since, EXPORT_FILES.since));
  } else if (archive.has(EXPORT_FILES.since)) refuse("is not in the manifest", EXPORT_FILES.since);
  const { earlier } = options;
  if (earlier !== undefined) checkEarlier(earlier, milestones);
  const anchors: CheckedAnchor[] = [];
  for (const size of anchoredSizes(archive)) {
    const file = `anchors/${size}/checkpoint`;
    const anchored = await opened(file);
    if (anchored.size !== size) refuse("is of another size than its place says", file);
    milestones.push(milestoneOf(anchored, file));
    anchors.push(...(await openAnchors(archive, anchored, options)));
  }
  milestones.sort((a, b) => a.size - b.size);
  if (milestones.at(-1)?.size !== checkpoint.size)
    refuse("is older than another checkpoint of the export", EXPORT_FILES.checkpoint);
  const { epochs } = await inFile(EXPORT_FILES.epochs, async () =>
    parseExported("epochs", await archive.text(EXPORT_FILES.epochs)),
  );
  return {
    subject: fact.subject,
    entries: fact.entries,
    head: await openExportHead(fact, keys),
    milestones,
    epochs,
    accounts: await openAccounts(archive),
    checkpoint,
    anchors,
    quorum,
  };
}

function milestoneOf(checkpoint: Checkpoint, file: string): Milestone {
  const { size, root } = treeOf(checkpoint);
  return { size, root: concat(root), file };
}

function checkEarlier(
  earlier: { readonly size: number; readonly root: Hash },
  milestones: readonly Milestone[],
): void {
  const same = milestones.find(({ size }) => size === earlier.size);
  if (same === undefined) refuse("is not the export's before this one", EXPORT_FILES.since);
  if (!sameBytes(same.root, treeOf({ origin: "", ...earlier }).root))
    throw new ProtocolError("fork", "the log is another than in the earlier export", {
      field: same.file,
    });
}

async function openExportHead(
  { head, subject }: ExportManifest,
  keys: LogKeys,
): Promise<JournalHead | undefined> {
  if (head === undefined) return undefined;
  return await inFile(EXPORT_FILES.manifest, async () => {
    const parsed = parseStatement("head", head);
    const fact = parseAs(headPayload, parsed.payload, "head");
    await checkLogSignature(parsed, keys, fact.at, false);
    if (fact.subject !== subject) refuse("is another subject's", "head");
    return fact;
  });
}

async function openQuorum(
  archive: Archive,
  note: Note,
  { witnesses }: VerifyOptions,
): Promise<Quorum> {
  const file = EXPORT_FILES.witnesses;
  const own = await inFile(file, async () => parseExported("witnesses", await archive.text(file)));
  return await inFile(EXPORT_FILES.checkpoint, () => quorumOf(note, witnesses ?? own.witnesses));
}

async function openAccounts(archive: Archive): Promise<Map<AccountId, AccountState>> {
  const file = EXPORT_FILES.accounts;
  return await inFile(file, async () => {
    const { accounts } = parseExported("accounts", await archive.text(file));
    const states = new Map<AccountId, AccountState>();
    for (const [account, statements] of Object.entries(accounts)) {
      const state = await followAccount(undefined, statements);
      if (state === undefined || state.account !== account)
        refuse("is another account's chain", account);
      states.set(state.account, state);
    }
    return states;
  });
}

function anchoredSizes({ files }: Archive): number[] {
  const sizes = files.flatMap(({ name }) => ANCHOR_FILE.exec(name)?.[1] ?? []);
  return [...new Set(sizes.map(Number))].sort((a, b) => a - b);
}

/** The time stamps and the OpenTimestamps proof of one anchored checkpoint. */
async function openAnchors(
  archive: Archive,
  { size, note }: Checkpoint & { readonly note: Note },
  options: VerifyOptions,
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
    const roots = options.roots ?? (await allBytes(archive, rootFiles(archive)));
    anchors.push(await inFile(name, () => openStamp({ token, crls, roots }, size, data, options)));
  }
  const proof = `${folder}proof.ots`;
  if (archive.has(proof)) {
    const headers = names.filter((each) => each.endsWith(".header"));
    anchors.push(
      ...(await inFile(proof, () => openOts(archive, proof, headers, size, data, options))),
    );
  }
  return anchors;
}

/** A token and what it is checked under. */
interface StampFiles {
  readonly token: Bytes;
  readonly crls: readonly Bytes[];
  readonly roots: readonly Bytes[];
}

async function openStamp(
  files: StampFiles,
  size: number,
  data: Bytes,
  { checkToken }: VerifyOptions,
): Promise<CheckedAnchor> {
  if (checkToken === undefined) return { size, kind: "time-stamp-not-checked" };
  try {
    return { size, kind: "time-stamp", ...(await checkToken({ ...files, data })) };
  } catch (cause) {
    throw new ProtocolError("statement-refused", "the time stamp does not hold", { cause });
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

async function openOts(
  archive: Archive,
  name: string,
  headerFiles: readonly string[],
  size: number,
  data: Bytes,
  { leastWork = LEAST_WORK }: VerifyOptions,
): Promise<CheckedAnchor[]> {
  const { digest, stamp } = parseOtsProof(await archive.bytes(name));
  if (!sameBytes(digest, sha256(data))) refuse("is over something else than the checkpoint");
  const headers = new Map<string, BlockHeader>();
  for (const file of headerFiles) {
    const header = await inFile(file, async () =>
      openBlockHeader(await archive.bytes(file), leastWork),
    );
    headers.set(file, header);
  }
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
      if (!isRootOf(message, header)) refuse(`does not lead to the block at ${height}`);
      used.add(file);
      return [{ size, kind: "block", height, block: header.hash, at: header.at }];
    },
  );
  const idle = headerFiles.find((file) => !used.has(file));
  if (idle !== undefined) refuse(`does not lead to ${idle}`);
  return anchors;
}

async function checkJournal(archive: Archive, ground: Ground): Promise<JournalFindings> {
  const check = startJournalCheck(ground);
  return await inFile(EXPORT_FILES.journal, async () => {
    let findings: JournalFindings | undefined;
    try {
      for await (const part of readJournal(archive.stream(EXPORT_FILES.journal))) {
        if (part.kind === "entry") await check.entry(part.entry, part.line);
        else findings = await check.end(part.path, part.line);
      }
    } catch (cause) {
      // A signature of an earlier line may still be under way: it would be the first thing wrong.
      await check.settle();
      throw cause;
    }
    return findings ?? malformed("entries", "are not complete");
  });
}
