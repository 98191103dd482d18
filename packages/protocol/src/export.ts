import { type AccountState, currentIdentity, followAccount } from "./account.ts";
import { concat, fromBase64url, sameBytes } from "./bytes.ts";
import { type Checkpoint, openCheckpoint, treeOf } from "./checkpoint.ts";
import { refuse } from "./errors.ts";
import {
  type AnchorOptions,
  anchoredSizes,
  type CheckedAnchor,
  isHeld,
  openAnchors,
} from "./export-anchors.ts";
import { type Archive, inFile, isKnownName, openArchive } from "./export-archive.ts";
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
import { broken } from "./export-reasons.ts";
import { parseAs } from "./fields.ts";
import type { AccountId, Hash, LogId, SigningKey } from "./ids.ts";
import { headPayload, type JournalHead } from "./journal.ts";
import { checkLogSignature, followLogKeys, type LogKeys } from "./log-key.ts";
import type { Note } from "./note.ts";
import { parseStatement } from "./statement.ts";
import { type EndedLog, followSuccessions, openCheckpointOf, provesEntry } from "./succession.ts";
import { type Quorum, quorumOf, type Witness } from "./witness.ts";
import type { ByteSource } from "./zip.ts";

export interface VerifyOptions extends AnchorOptions {
  /** The log's first key where it is known already; without it the export's own is taken and shown. */
  readonly logKey?: SigningKey;
  /** The checkpoint of an earlier export, which this one must extend. */
  readonly earlier?: { readonly size: number; readonly root: Hash };
  /** Witnesses to count instead of those in the export. */
  readonly witnesses?: readonly Witness[];
  /** Told how many bytes have been read, of how many. */
  readonly progress?: (done: number, total: number) => void;
}

/** A log that ended: entries from place `from` on were lost, up to `size` (spec/succession.md). */
export interface LostOfLog {
  readonly log: LogId;
  readonly from: number;
  readonly size: number;
  /** When, by its own word. */
  readonly at: number;
}

/** What an export proves. Nothing is returned where anything is wrong. */
export interface VerifiedExport extends JournalFindings {
  readonly manifest: ExportManifest;
  readonly checkpoint: Checkpoint;
  /** The logs that ended before this one, and what was lost with each. */
  readonly ended: readonly LostOfLog[];
  /** The log's first key, and whether it, or that of a log it follows, was known before. */
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
  const archive = await openArchive(source, options.progress);
  const { manifest, keys, ended } = await openManifest(archive, options);
  const ground = await openGround(archive, manifest, { keys, ended }, options);
  const findings = await checkJournal(archive, ground);
  for (const { name } of archive.files) await archive.check(name);
  const { checkpoint, anchors, accounts } = ground;
  const held = anchors.flatMap((each) => (isHeld(each) ? [each.size] : []));
  const since = manifest.fact.since;
  return {
    ...findings,
    manifest: manifest.fact,
    checkpoint: { origin: checkpoint.origin, size: checkpoint.size, root: checkpoint.root },
    ended: ended.map(({ fact: { log, kept, size, at } }) => ({ log, from: kept.size, size, at })),
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
    const followed = await followLogKeys(first, keys);
    if (followed.log !== fact.log) broken("other-keys", "first");
    return followed;
  });
  const ended = await openEnded(archive, keys);
  const firsts = [...ended.map((each) => each.keys), keys].map(({ lives }) => lives[0]?.key);
  if (logKey !== undefined && !firsts.includes(logKey)) broken("other-log", `${keysFile}: first`);
  await inFile(signatureFile, () => checkLogSignature(manifest, keys, fact.at, false));
  return { manifest, keys, ended };
}

/** The logs that ended before this one, oldest first. */
async function openEnded(archive: Archive, { lives }: LogKeys): Promise<readonly EndedLog[]> {
  const file = EXPORT_FILES.ended;
  if (!archive.has(file)) return [];
  return await inFile(file, async () => {
    const { ended } = parseExported("ended", await archive.text(file));
    if (ended.length === 0) refuse("names no log", "ended");
    return await followSuccessions(ended, lives[0]?.key ?? refuse("has no key", "ended"));
  });
}

/** The archive holds what the manifest lists, in that order, then manifest and signature. */
function checkFiles({ files }: Archive, { files: listed }: ExportManifest): void {
  const names = [...listed.map(({ name }) => name), EXPORT_FILES.manifest, EXPORT_FILES.signature];
  for (const [i, name] of names.entries()) {
    if (files[i]?.name !== name) broken("unlisted", "files", { name });
    if (listed[i] !== undefined && listed[i].length !== files[i].length)
      broken("unlisted", "files", { name });
    if (!isKnownName(name)) broken("unlisted", "files", { name });
  }
  if (files.length !== names.length)
    broken("unlisted", "files", { name: files.at(-1)?.name ?? "" });
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
  { keys, ended }: { readonly keys: LogKeys; readonly ended: readonly EndedLog[] },
  options: VerifyOptions,
): Promise<Ground> {
  const opened = (file: string) =>
    inFile(file, async () => await openCheckpointOf(await archive.text(file), keys, ended));
  const checkpoint = await inFile(EXPORT_FILES.checkpoint, async () =>
    openCheckpoint(await archive.text(EXPORT_FILES.checkpoint), keys),
  );
  if (checkpoint.size !== fact.size) broken("changed", EXPORT_FILES.checkpoint);
  const quorum = await openQuorum(archive, checkpoint.note, options);
  const milestones: Milestone[] = [milestoneOf(checkpoint, EXPORT_FILES.checkpoint)];
  for (const end of ended) {
    if (!provesEntry(end, treeOf(checkpoint))) broken("not-followed", EXPORT_FILES.ended);
    milestones.push(...keptOf(end));
  }
  if (fact.since !== undefined) {
    const since = await opened(EXPORT_FILES.since);
    if (since.size !== fact.since) broken("changed", EXPORT_FILES.since);
    milestones.push(milestoneOf(since, EXPORT_FILES.since));
  } else if (archive.has(EXPORT_FILES.since)) broken("changed", EXPORT_FILES.since);
  const { earlier } = options;
  if (earlier !== undefined) checkEarlier(earlier, milestones, ended);
  const anchors: CheckedAnchor[] = [];
  for (const size of anchoredSizes(archive)) {
    const file = `anchors/${size}/checkpoint`;
    const anchored = await opened(file);
    if (anchored.size !== size) broken("other-size", file);
    milestones.push(milestoneOf(anchored, file));
    const demonstration = fact.demonstration === true;
    anchors.push(...(await openAnchors(archive, anchored, { ...options, demonstration })));
  }
  milestones.sort((a, b) => a.size - b.size);
  if (milestones.at(-1)?.size !== checkpoint.size) broken("order", EXPORT_FILES.checkpoint);
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

/** What a log left is where the one that follows begins; nothing is proven of what a later one lost. */
function keptOf({ fact: { kept }, left }: EndedLog): Milestone[] {
  if (kept.size === 0 || kept.size > left) return [];
  return [{ size: kept.size, root: fromBase64url(kept.root), file: EXPORT_FILES.ended }];
}

function checkEarlier(
  earlier: { readonly size: number; readonly root: Hash },
  milestones: readonly Milestone[],
  ended: readonly EndedLog[],
): void {
  const same = milestones.find(({ size }) => size === earlier.size);
  const lost = ended.some(({ fact, left }) => earlier.size > left && earlier.size <= fact.size);
  if (same === undefined && lost) broken("entries-lost", EXPORT_FILES.ended);
  if (same === undefined) broken("not-earlier", EXPORT_FILES.since);
  if (!sameBytes(same.root, treeOf({ origin: "", ...earlier }).root))
    broken("other-log", same.file);
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
    if (fact.subject !== subject) broken("other-subject", "head");
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
      if (state === undefined || state.account !== account) broken("other-account", account);
      states.set(state.account, state);
    }
    return states;
  });
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
    return findings ?? broken("incomplete", "entries");
  });
}
