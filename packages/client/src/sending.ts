import {
  fromBase64url,
  fromUtf8,
  type Hash,
  nameOfStatement,
  type RevisionId,
  type SpaceId,
  type Statement,
} from "@ecrin/protocol";
import { ClientError } from "./errors.ts";
import {
  continues,
  isRevision,
  type Outbox,
  type OutboxEntry,
  type Pending,
  type WaitingRevision,
} from "./outbox.ts";
import { hasMovedOn } from "./space-view.ts";

/** What stands between an outbox and its server. Every step may fail, or do its work and lose the answer. */
export interface SendingGround {
  now(): number;
  /** A view young enough to wrap with, and nothing due any more. */
  ready(space: SpaceId): Promise<void>;
  /** Follows the space anew where somebody else was faster. */
  refresh(space: SpaceId): Promise<void>;
  /**
   * Wraps under the current epoch and posts revisions of one space, all or none; returns once the
   * server has said yes.
   */
  post(revisions: readonly OutgoingRevision[]): Promise<void>;
  /** The header that stands in the record under this id, after synchronising. */
  standing(space: SpaceId, revision: RevisionId): Promise<Hash | undefined>;
  /** Ends a share, or finds it ended. */
  unshare(space: SpaceId, share: SpaceId): Promise<void>;
  /** Ends a membership, or finds it ended. */
  end(space: SpaceId, account: Extract<Pending, { kind: "end" }>["account"]): Promise<void>;
  declare(reads: readonly Statement[]): Promise<void>;
  /** The same words with another time. */
  signAgain(kind: "revision" | "read", statement: Statement, at: number): Promise<Statement>;
}

/** A revision that waits, and its place in the outbox. */
export interface OutgoingRevision {
  readonly entry: OutboxEntry;
  readonly what: WaitingRevision;
}

/** How a turn of sending ended. */
export interface Turn {
  readonly sent: number;
  /** What still waits, with nothing wrong but that. */
  readonly waits: number;
  readonly apart: number;
  /** Why it waits: a code, `offline` where nobody answered. */
  readonly reason?: string;
}

/** Refusals that pass by themselves, or when the person has done something elsewhere. */
const PASSING: ReadonlySet<string> = new Set([
  "offline",
  "unavailable",
  "rate-limited",
  "not-signed-in",
  "proof-refused",
  "internal",
  "storage-full",
]);
const ATTEMPTS = 5;
const MINUTE = 60_000;
const DECLARED_AT_ONCE = 100;
/** What one request takes of revisions, and of their ciphertexts: a third of the server's bound, since they go as text. */
const POSTED_AT_ONCE = 500;
const BYTES_AT_ONCE = 16 << 20;

/**
 * Sends what waits: first what takes access away, then writes in the order in
 * which they were done, then reads (spec/offline.md, The outbox). Stops where
 * nobody answers. Whatever is no refusal of the server, an alarm above all, is
 * thrown on and changes nothing.
 */
export async function sendOutbox(outbox: Outbox, ground: SendingGround): Promise<Turn> {
  const entries = await outbox.waiting();
  const held = new Set<RevisionId>();
  let reason: string | undefined;
  const ordered = [...entries.filter(takesAway), ...entries.filter(({ what }) => isRevision(what))];
  let most = POSTED_AT_ONCE;
  for (let i = 0; i < ordered.length; ) {
    const together = togetherFrom(ordered.slice(i, i + most), held);
    if (together.length > 1) {
      const stays = await sendTogether(outbox, ground, together);
      if (stays !== undefined && PASSING.has(stays))
        return await standing(outbox, entries.length, stays);
      // Refused as a whole: in halves, down to the one that was meant, so that it holds up no other.
      if (stays === undefined) i += together.length;
      most = stays === undefined ? Math.min(POSTED_AT_ONCE, most * 2) : together.length >> 1;
      continue;
    }
    const entry = ordered[i++];
    if (entry === undefined) break;
    const { what } = entry;
    let stays = entry.apart;
    if (stays === undefined && continues(what, held)) stays = "parent";
    stays ??= await sendOne(outbox, ground, entry);
    if (stays === undefined) {
      most = Math.min(POSTED_AT_ONCE, most * 2);
      continue;
    }
    if (isRevision(what)) held.add(what.revision);
    if (entry.apart === undefined && stays !== "parent") reason ??= stays;
    if (PASSING.has(stays)) return await standing(outbox, entries.length, stays);
  }
  const reads = entries.filter(({ what, apart }) => what.kind === "read" && apart === undefined);
  for (let i = 0; i < reads.length; i += DECLARED_AT_ONCE) {
    const stays = await declare(outbox, ground, reads.slice(i, i + DECLARED_AT_ONCE));
    if (stays === undefined) continue;
    reason ??= stays;
    if (PASSING.has(stays)) break;
  }
  return await standing(outbox, entries.length, reason);
}

function takesAway({ what }: OutboxEntry): boolean {
  return what.kind === "unshare" || what.kind === "end";
}

async function standing(outbox: Outbox, before: number, reason: string | undefined): Promise<Turn> {
  const left = await outbox.waiting();
  const apart = left.filter((entry) => entry.apart !== undefined).length;
  return {
    sent: Math.max(0, before - left.length),
    waits: left.length - apart,
    apart,
    ...(reason === undefined ? {} : { reason }),
  };
}

/** Revisions from the front that can go in one request: of one space, waiting for nothing, with contents that go along. */
function togetherFrom(
  ordered: readonly OutboxEntry[],
  held: ReadonlySet<RevisionId>,
): OutgoingRevision[] {
  const together: OutgoingRevision[] = [];
  let bytes = 0;
  for (const entry of ordered) {
    const { what } = entry;
    if (!isRevision(what) || entry.apart !== undefined || continues(what, held)) break;
    const [first = { what }] = together;
    if (what.space !== first.what.space) break;
    // A large content goes up by itself, before its revision.
    if (what.kind === "write" && what.pieces > 1) break;
    bytes += what.kind === "write" ? what.length + what.metadata.length : 0;
    if (together.length > 0 && bytes > BYTES_AT_ONCE) break;
    together.push({ entry, what });
  }
  return together;
}

/** @returns why they stay, every one; undefined once the server has said yes to all */
async function sendTogether(
  outbox: Outbox,
  ground: SendingGround,
  together: readonly OutgoingRevision[],
): Promise<string | undefined> {
  const [{ what }] = together as [OutgoingRevision];
  for (let tried = 1; ; tried++) {
    try {
      await ground.ready(what.space);
      await ground.post(together);
    } catch (error) {
      if (!hasMovedOn(error) || tried === ATTEMPTS) return refusalOf(error);
      const stays = await refreshed(ground, what.space);
      if (stays !== undefined) return stays;
      continue;
    }
    for (const { entry } of together) await outbox.done(entry);
    return undefined;
  }
}

/** @returns why it stays; undefined once the server has said yes */
async function sendOne(
  outbox: Outbox,
  ground: SendingGround,
  entry: OutboxEntry,
): Promise<string | undefined> {
  let current = entry;
  for (let tried = 1; ; tried++) {
    try {
      await attempt(ground, current);
      await outbox.done(current);
      return undefined;
    } catch (error) {
      const code = refusalOf(error);
      const { what } = current;
      if (hasMovedOn(error) && tried < ATTEMPTS && "space" in what) {
        const stays = await refreshed(ground, what.space);
        if (stays !== undefined) return stays;
        continue;
      }
      if (
        code === "clock" &&
        isRevision(what) &&
        tried < ATTEMPTS &&
        isAhead(what.statement, ground)
      ) {
        current = await signedAgain(outbox, ground, current, what);
        continue;
      }
      if (code === "conflict" && isRevision(what)) {
        const arrived = await hasArrived(ground, what);
        if (arrived === true) {
          await outbox.done(current);
          return undefined;
        }
        if (arrived !== false) return arrived;
      }
      if (!waits(error)) await outbox.setApart(current, code);
      return code;
    }
  }
}

async function attempt(ground: SendingGround, entry: OutboxEntry): Promise<void> {
  const { what } = entry;
  if (what.kind === "unshare") return await ground.unshare(what.space, what.share);
  if (what.kind === "end") return await ground.end(what.space, what.account);
  if (what.kind === "read") return await ground.declare([what.statement]);
  await ground.ready(what.space);
  await ground.post([{ entry, what }]);
}

/** @returns why nothing can be sent now, if that is so */
async function refreshed(ground: SendingGround, space: SpaceId): Promise<string | undefined> {
  try {
    await ground.refresh(space);
    return undefined;
  } catch (error) {
    return refusalOf(error);
  }
}

/** Whether one of the headers signed here stands there: it arrived, and the answer did not. */
async function hasArrived(ground: SendingGround, what: WaitingRevision): Promise<boolean | string> {
  try {
    const there = await ground.standing(what.space, what.revision);
    return there !== undefined && [nameOfStatement(what.statement), ...what.former].includes(there);
  } catch (error) {
    return refusalOf(error);
  }
}

async function signedAgain(
  outbox: Outbox,
  ground: SendingGround,
  entry: OutboxEntry,
  what: WaitingRevision,
): Promise<OutboxEntry> {
  const former = [...what.former, nameOfStatement(what.statement)];
  const statement = await ground.signAgain("revision", what.statement, ground.now());
  return await outbox.replace(entry, { ...what, former, statement });
}

/** Many at once; where one of them is refused, one by one, so that it holds up no other. */
async function declare(
  outbox: Outbox,
  ground: SendingGround,
  reads: readonly OutboxEntry[],
): Promise<string | undefined> {
  const statements = reads.flatMap(({ what }) => (what.kind === "read" ? [what.statement] : []));
  try {
    await ground.declare(statements);
  } catch (error) {
    const code = refusalOf(error);
    if (PASSING.has(code)) return code;
    let reason: string | undefined;
    const taken = new Set<number>();
    for (const read of reads) reason = (await declareOne(outbox, ground, read, taken)) ?? reason;
    return reason;
  }
  for (const read of reads) await outbox.done(read);
  return undefined;
}

async function declareOne(
  outbox: Outbox,
  ground: SendingGround,
  entry: OutboxEntry,
  taken: Set<number>,
): Promise<string | undefined> {
  const { what } = entry;
  if (what.kind !== "read") return undefined;
  let current = entry;
  try {
    if (isAhead(what.statement, ground)) {
      const at = toldAt(timeOf(what.statement), ground.now(), taken);
      const statement = await ground.signAgain("read", what.statement, at);
      current = await outbox.replace(entry, { kind: "read", statement });
    }
    await attempt(ground, current);
    await outbox.done(current);
    return undefined;
  } catch (error) {
    const code = refusalOf(error);
    if (!waits(error)) await outbox.setApart(current, code);
    return code;
  }
}

/** Whether even this device's clock says that the time of a statement has not come. */
function isAhead(statement: Statement, ground: SendingGround): boolean {
  return timeOf(statement) > ground.now();
}

function timeOf(statement: Statement): number {
  const [, payload = ""] = statement.split(".");
  const said: unknown = JSON.parse(fromUtf8(fromBase64url(payload)));
  const at = typeof said === "object" && said !== null && "at" in said ? said.at : undefined;
  return typeof at === "number" ? at : Number.NEGATIVE_INFINITY;
}

/**
 * When a read of a clock that was wrong is told to have been: in the minute before now, as far into a
 * minute as that clock said. Two openings of one document, told in one moment, stay two.
 * @param taken by others of this turn: whole minutes may lie between two
 */
function toldAt(said: number, now: number, taken: Set<number>): number {
  let at = now - MINUTE + ((said - now) % MINUTE);
  while (taken.has(at)) at -= 1;
  taken.add(at);
  return at;
}

/** Whether a refusal passes: nothing of it says that this can never be taken. */
function waits(error: unknown): boolean {
  const code = refusalOf(error);
  return PASSING.has(code) || code === "clock" || code === "quota-reached" || hasMovedOn(error);
}

/** The code of a refusal; whatever is none is thrown on. */
function refusalOf(error: unknown): string {
  if (error instanceof ClientError && (error.problem !== undefined || PASSING.has(error.code)))
    return error.code;
  throw error;
}
