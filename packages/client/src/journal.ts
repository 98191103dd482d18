import {
  checkArrived,
  checkSignature,
  deviceKeyAt,
  type Entry,
  erasedBy,
  firstMissing,
  followEntry,
  fromBase64url,
  type Gap,
  type Hash,
  isRead,
  type JournalEntry,
  type JournalPosition,
  leafHash,
  nameOfStatement,
  openHead,
  ProtocolError,
  parseEntry,
  readOf,
  type Subject,
} from "@ecrin/protocol";
import { type Anchoring, anchoringOf, listAnchors } from "./anchoring.ts";
import { ClientError } from "./errors.ts";
import type { Listing } from "./listing.ts";
import { checkLog } from "./log.ts";
import { type Leaf, type Place, placeLines, tilesOf } from "./log-place.ts";
import { checkTags, epochsOf, type TagCheck } from "./log-tags.ts";
import type { Unlocked } from "./unlocked.ts";

const PAGE = 1000;

/** How the signed statement of an entry was checked. */
export type StatementCheck =
  /** The entry carries none. */
  | "none"
  /** Its hash is the one the entry names. */
  | "named"
  /** And it is signed by the reader's device, which the reader's account chain holds. */
  | "signed-by-reader";

/** How a line was checked, with what its record says. */
export type LineCheck =
  | StatementCheck
  /** It names the statement of a revision, which the record holds with its author's signature checked. */
  | "signed-by-author";

/** One line of a journal, and what was checked of it. Chain and signed head are checked for every line, or nothing is returned. */
export interface JournalLine {
  readonly n: number;
  /** Place in the whole log. */
  readonly index: number;
  readonly at: number;
  readonly kind: Entry["kind"];
  readonly actor: Entry["actor"];
  readonly about: Entry["about"];
  readonly statement: StatementCheck;
  /** The operator's tag, and whether its key is published and was checked here; until then it proves nothing to others. */
  readonly tag: string;
  readonly tagCheck: TagCheck;
  /** Whether the line was found in the tree of a verified checkpoint. */
  readonly place: Place;
  /** What the service says of anchors outside. */
  readonly anchoring: Anchoring;
}

/** A line before log, tags and anchors have been looked at. */
type Followed = Omit<JournalLine, "tagCheck" | "place" | "anchoring">;

/** A journal whose own chain was followed, and what the tree must hold of its lines. */
interface FollowedJournal {
  readonly subject: Subject;
  readonly lines: readonly Followed[];
  readonly leaves: readonly Leaf[];
}

/**
 * Fetches a subject's journal and checks it: every commitment, the chain, the
 * signed head, that it continues the highest head this account has seen; that
 * the log only grew and holds what there are receipts for; and each line, one by
 * one, in its tree, with its tag where the key of that is published.
 * @throws ClientError `rollback`, `fork` or `entry-missing`, never repaired in silence
 */
export async function followJournal(u: Unlocked, subject: Subject): Promise<JournalLine[]> {
  return (await followJournals(u, [subject])).get(subject) ?? [];
}

/** The same of several journals, with one look at the log after the last of them has been read. */
export async function followJournals(
  u: Unlocked,
  subjects: readonly Subject[],
): Promise<ReadonlyMap<Subject, JournalLine[]>> {
  const journals: FollowedJournal[] = [];
  for (const subject of subjects) journals.push(await followChain(u, subject));
  const standing = await checkLog(u);
  const read = tilesOf(u, standing.size);
  const told = epochsOf(u);
  const checked = new Map<Subject, Omit<JournalLine, "anchoring">[]>();
  for (const { subject, lines, leaves } of journals) {
    const places = await placeLines(u, subject, leaves, standing, read);
    const tags = await checkTags(u.store, subject, leaves, { standing, read, told });
    const whole = lines.map((line) => ({
      ...line,
      place: places.get(line.n) ?? "waiting",
      tagCheck: tags.get(line.n) ?? "undisclosed",
    }));
    checked.set(subject, whole);
  }
  const oldest = Math.min(...journals.flatMap(({ leaves }) => leaves[0]?.index ?? []));
  const anchoring = anchoringOf(await listAnchors(u, oldest));
  const anchored = (lines: readonly Omit<JournalLine, "anchoring">[]): JournalLine[] =>
    lines.map((line) => ({ ...line, anchoring: anchoring(line.index) }));
  return new Map([...checked].map(([subject, lines]) => [subject, anchored(lines)]));
}

/** Follows a subject's journal to its signed head, from nothing and past what was seen before. */
async function followChain(u: Unlocked, subject: Subject): Promise<FollowedJournal> {
  const lines: Followed[] = [];
  const leaves: Leaf[] = [];
  const reads = new Set<string>();
  const gaps: Gap[] = [];
  const seen = u.keyring.seen(`${subject}.journal`);
  let position: JournalPosition = { next: 0 };
  for (;;) {
    const answer = await u.http.call("journal", {
      params: { subject },
      query: { from: position.next, limit: PAGE },
    });
    for (const listed of answer.entries) {
      position = overGap(position, listed, gaps);
      if (seen !== undefined && seen.seq === position.next - 1 && seen.hash !== position.hash)
        fork();
      const followed = followEntry(subject, position, listed.salt, listed.entry);
      position = followed.position;
      if (seen !== undefined && seen.seq === position.next - 1 && seen.hash !== position.hash)
        fork();
      lines.push(await checkLine(u, listed, followed.entry, reads));
      leaves.push(leafOf(listed, followed.entry, position));
    }
    // Only a journal without an entry has no head.
    if (answer.head === undefined) {
      if (position.next > 0) fork();
      break;
    }
    const head = await openHead(answer.head, u.server.logKey);
    if (head.subject !== subject) fork();
    if (head.n + 1 > position.next && answer.entries.length > 0) continue;
    checkArrived(position, head);
    break;
  }
  const erasures = lines.map(erasedBy).filter((gap) => gap !== undefined);
  for (const gap of gaps) if (firstMissing(gap, erasures) !== undefined) fork();
  if (seen !== undefined && position.next <= seen.seq) {
    throw new ClientError("rollback", "the journal is shorter than the one seen before");
  }
  if (position.hash !== undefined)
    u.keyring.see(`${subject}.journal`, { seq: position.next - 1, hash: position.hash });
  return { subject, lines, leaves };
}

/**
 * How a line was checked, by a record that was followed here: what was written is named by its
 * statement, and its author is the one who is said to have acted.
 */
export function lineCheck(
  { statement, about, actor }: Pick<JournalLine, "statement" | "about" | "actor">,
  listing: Pick<Listing, "revisions"> | undefined,
): LineCheck {
  if (statement !== "none" || about.revision === undefined) return statement;
  const revision = listing?.revisions.get(about.revision);
  const isTheirs =
    revision !== undefined &&
    revision.hash === about.statement &&
    revision.fact.by.account === actor.account;
  return isTheirs ? "signed-by-author" : "none";
}

/** What the tree must hold of an entry that was followed. */
function leafOf(listed: JournalEntry, { n, at }: Entry, { hash }: JournalPosition): Leaf {
  const { index, before, tag } = listed;
  const c = hash ?? fork();
  return { n, index, at, hash: c, leaf: leafHash(fromBase64url(c)), before, tag };
}

/**
 * Steps over entries whose openings are gone: the next one names the last of them. Whether they
 * were erased, or are kept back, is known once the whole journal has been read.
 */
function overGap(position: JournalPosition, listed: JournalEntry, gaps: Gap[]): JournalPosition {
  const { n, prev } = parseEntry(listed.entry);
  if (n <= position.next || prev === undefined) return position;
  gaps.push({ from: position.next, to: n });
  return { next: n, hash: prev };
}

async function checkLine(
  u: Unlocked,
  listed: JournalEntry,
  entry: Entry,
  reads: Set<string>,
): Promise<Followed> {
  const { n, at, kind, actor, about } = entry;
  return {
    n,
    index: listed.index,
    at,
    kind,
    actor,
    about,
    tag: listed.tag,
    statement: await checkStatement(u, listed, entry, reads),
  };
}

/** How the statement of an entry holds. @throws ClientError `fork` for a read without one, or twice */
export async function checkStatement(
  u: Unlocked,
  listed: JournalEntry,
  entry: Entry,
  reads: Set<string>,
): Promise<StatementCheck> {
  if (listed.statement === undefined) {
    if (isRead(entry))
      throw new ClientError(
        "fork",
        "a read is in the journal without the statement its reader signed",
      );
    return "none";
  }
  if (!isRead(entry)) {
    if (nameOfStatement(listed.statement) !== entry.about.statement) otherStatement();
    return "named";
  }
  const read = await checkRead(u, listed.statement, entry);
  // One read is one entry: the same statement again would be a read that nobody asked for.
  if (reads.has(read)) fork();
  reads.add(read);
  return "signed-by-reader";
}

/**
 * A read that the server invented has no signature of the reader's device, and
 * one that was asked for elsewhere, or for something else, is not this entry's.
 * @returns the statement's hash
 */
async function checkRead(u: Unlocked, statement: string, entry: Entry): Promise<Hash> {
  const read = readOf(entry, statement);
  const { by } = read.fact;
  const reader = (await u.accounts.reaching([by])).get(by.account) ?? fork();
  await checkSignature(read, deviceKeyAt(reader, by.device, by.head));
  return read.hash;
}

function otherStatement(): never {
  throw new ProtocolError("statement-refused", "an entry names another statement than it carries", {
    field: "about.statement",
  });
}

function fork(): never {
  throw new ClientError("fork", "the journal is another than the one seen before");
}
