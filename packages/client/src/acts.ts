import {
  type Entry,
  entryCommitment,
  fromBase64url,
  type JournalEntry,
  leafHash,
  parseEntry,
  type SpaceId,
  utf8,
} from "@ecrin/protocol";
import { ClientError } from "./errors.ts";
import { checkStatement, type StatementCheck } from "./journal.ts";
import { checkLog, type LogStanding } from "./log.ts";
import { isInTree, isOverdue, type Place, tilesOf } from "./log-place.ts";
import type { Unlocked } from "./unlocked.ts";

/** Something this account did in a record of somebody else's, as that record's journal has it. */
export interface Act {
  /** The record. */
  readonly subject: SpaceId;
  /** Place in the whole log. */
  readonly index: number;
  readonly at: number;
  readonly kind: Entry["kind"];
  readonly actor: Entry["actor"];
  readonly about: Entry["about"];
  readonly statement: StatementCheck;
  /** Whether the entry was found in the tree of a verified checkpoint. */
  readonly place: Place;
}

const PAGE = 500;
const MOST = 5000;

/**
 * What this account did in others' records, oldest first, the newest 5,000: each entry found at its
 * place in the log, each read signed by a device of this account. Between them stand entries of
 * others, which are nobody's business here: so nothing shows that none was left out, but for what
 * this device has receipts of, which are looked for too.
 * @throws ClientError `rollback`, `fork` or `entry-missing`, never repaired in silence
 */
export async function listActs(u: Unlocked): Promise<Act[]> {
  const listed = await fetchAll(u);
  const standing = await checkLog(u);
  const read = tilesOf(u, standing.size);
  const reads = new Set<string>();
  const acts: Act[] = [];
  for (const each of listed) {
    const entry = parseEntry(each.entry);
    if (entry.actor.account !== u.account) fork();
    const { kind, actor, about, at } = entry;
    acts.push({
      subject: entry.subject as SpaceId,
      index: each.index,
      at,
      kind,
      actor,
      about,
      statement: await checkStatement(u, each, entry, reads),
      place: await placeOf(u, each, at, standing, read),
    });
  }
  return acts;
}

/** Page by page from the newest on; each before the one that came before it. */
async function fetchAll(u: Unlocked): Promise<JournalEntry[]> {
  const listed: JournalEntry[] = [];
  let before = Number.MAX_SAFE_INTEGER;
  while (listed.length < MOST) {
    const query = { before, limit: PAGE };
    const { entries } = await u.http.call("acts", { query });
    for (const each of entries) {
      if (each.index >= before) fork();
      before = each.index;
      listed.push(each);
    }
    if (entries.length < PAGE) break;
  }
  return listed.reverse();
}

async function placeOf(
  u: Unlocked,
  { index, salt, entry }: JournalEntry,
  at: number,
  { size, root }: LogStanding,
  read: ReturnType<typeof tilesOf>,
): Promise<Place> {
  if (index >= size) {
    if (isOverdue(u, at)) throw missing(index);
    return "waiting";
  }
  const leaf = leafHash(entryCommitment(fromBase64url(salt), utf8(entry)));
  if (root === undefined || !(await isInTree({ index, leaf }, { size, root }, read)))
    throw missing(index);
  return "in-log";
}

function missing(index: number): ClientError {
  return new ClientError("entry-missing", `the log does not hold the entry at ${index}`);
}

function fork(): never {
  throw new ClientError("fork", "this is not what this account did");
}
