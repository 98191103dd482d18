import { randomBytes } from "node:crypto";
import {
  followLogKeys,
  type Hash,
  hashOf,
  type LogId,
  logIdOf,
  openCheckpoint,
  originOf,
  parseSuccession,
  type Statement,
  SUITE,
  type ToldEndedLog,
} from "@ecrin/protocol";
import type { Tx } from "./database.ts";
import { type JournalTop, lastEntries, readyWith, writeEntries } from "./entries.ts";
import { SUCCESSOR, secretText } from "./keys.ts";
import { createLog, LOG_LOCK } from "./log.ts";
import { heldKeys, putInForce } from "./log-keys.ts";
import type { LookedAtPlace, OperatorPlace } from "./operator-place.ts";
import { keepChain, type OutsideChain, readChain, readOutside } from "./outside.ts";
import { note } from "./security-log.ts";
import { type Signer, signerOf } from "./signer.ts";
import { store } from "./store.ts";
import { insertSuccession } from "./successions.ts";
import { growTo, rootOver } from "./tree.ts";

// A log whose entries are lost for good ends, and another one follows it (spec/succession.md).

/** What would be lost, and what is left. */
export interface Loss {
  readonly log: LogId;
  /** What was signed for. */
  readonly size: number;
  readonly root: Hash;
  /** What the database holds, and the root over it. */
  readonly kept: number;
  readonly keptRoot: Hash;
  /** When the newest entry that is left was made; absent where none is. */
  readonly newest?: number;
}

/** The steps of a succession, in order; each is durable before the next. */
export type SucceedingStep = "keyed" | "stored" | "in-force" | "signed";

interface Ending extends Loss {
  readonly chain: OutsideChain;
  readonly checkpoint: string;
}

/**
 * What a succession would say; nothing is changed.
 * @throws Error where nothing is lost, or the database is not a beginning of what was signed
 */
export async function tellLoss(place: LookedAtPlace): Promise<Loss> {
  return await place.admin.begin("isolation level repeatable read read only", (tx) =>
    lossOf(tx, place),
  );
}

async function lossOf(tx: Tx, { folder, keys }: LookedAtPlace): Promise<Ending> {
  const kept = await readOutside(folder);
  if (kept === undefined) throw new Error("Nothing has been signed for here: no log has ended.");
  const held = await heldKeys(tx);
  const chain = (await readChain(folder)) ?? {
    first: held.first,
    keys: held.statements,
    ended: held.ended,
  };
  const log = await followLogKeys(chain.first, chain.keys);
  if (log.lives.at(-1)?.key !== keys.logKey || kept.origin !== originOf(log.log))
    throw new Error("These keys, and the checkpoint beside them, are not of one log.");
  const { size, root } = await openCheckpoint(kept.note, log);
  const isOfIt = [...chain.ended.map(({ first }) => first), chain.first].includes(held.first);
  if (!isOfIt) throw new Error("This database belongs to other keys.");
  const [head] = await tx<{ size: number }[]>`select size from journal_head`;
  const left = head?.size ?? 0;
  if (left >= size)
    throw new Error(
      `The database holds ${left} entries and ${size} were signed for: nothing is lost.`,
    );
  const keptRoot = hashOf(await rootOver(tx, left));
  await checkSigned(tx);
  const [newest] = await tx<{ at: number }[]>`
    select at from journal_openings order by index desc limit 1`;
  return {
    log: log.log,
    size,
    root,
    kept: left,
    keptRoot,
    ...(newest === undefined ? {} : { newest: newest.at }),
    chain,
    checkpoint: kept.note,
  };
}

/** What is left must be what was signed, as far as it was: a database with other entries is put right, not succeeded. */
async function checkSigned(tx: Tx): Promise<void> {
  const [last] = await tx<{ size: number; root: Buffer }[]>`
    select size, root from log_checkpoints order by size desc limit 1`;
  if (last === undefined) return;
  if (hashOf(await rootOver(tx, last.size)) !== hashOf(last.root))
    throw new Error("The entries of this database are not those that were signed for.");
}

/**
 * Ends the log and begins the one that follows it, in the order of spec/succession.md. Whoever
 * dies in between is finished by the next start, or by doing it again.
 * @throws Error as `tellLoss` does
 */
export async function succeed(
  place: OperatorPlace,
  now: () => number = Date.now,
  step: (done: SucceedingStep) => void = () => undefined,
): Promise<Loss> {
  const { folder, admin } = place;
  const seed = await secretText(folder, SUCCESSOR, () => randomBytes(32).toString("base64url"));
  const next = signerOf(Buffer.from(seed, "base64url"));
  step("keyed");
  const loss = await admin.begin((tx) => endLog(tx, place, next, now()));
  step("stored");
  await finish(place, next, now, step);
  return loss;
}

/** Whether there is a succession that the database has and the keys have not; nothing is changed. */
export async function isBrokenOff({ keys, admin }: LookedAtPlace): Promise<boolean> {
  const { successor } = keys;
  if (successor === undefined) return false;
  return (await heldKeys(admin)).current === signerOf(successor).key;
}

/** Finishes a succession that the database has and the keys have not. @returns whether there was one */
export async function finishSuccession(
  place: OperatorPlace,
  now: () => number = Date.now,
): Promise<boolean> {
  const { successor } = place.keys;
  if (successor === undefined || !(await isBrokenOff(place))) return false;
  await finish(place, signerOf(successor), now, () => undefined);
  return true;
}

async function finish(
  { folder, keys, admin }: OperatorPlace,
  next: Signer,
  now: () => number,
  step: (done: SucceedingStep) => void,
): Promise<void> {
  await putInForce(folder, SUCCESSOR);
  const held = await heldKeys(admin);
  await keepChain(folder, held);
  step("in-force");
  const tags = keys.tags;
  // Keys of epochs that were never closed here: nothing is left that they could be checked with.
  const [head] = await admin<{ epoch: number; closed: number }[]>`
    select epoch, coalesce((select max(epoch) from log_epochs), 0) as closed from journal_head`;
  await tags.advance(head?.epoch ?? 0);
  const open = (await tags.retired()).filter(({ epoch }) => epoch > (head?.closed ?? 0));
  await tags.erase(new Set(open.map(({ epoch }) => epoch)));
  const log = createLog({
    id: held.id,
    from: held.from,
    sql: admin,
    signer: next,
    tags,
    folder,
    now,
  });
  await log.sign();
  step("signed");
}

async function endLog(tx: Tx, place: OperatorPlace, next: Signer, now: number): Promise<Loss> {
  const { keys } = place;
  await tx`select pg_advisory_xact_lock(${LOG_LOCK})`;
  await tx`select from journal_head for update`;
  const loss = await lossOf(tx, place);
  await growTo(tx, loss.kept);
  const { chain, size, root, kept, keptRoot, checkpoint } = loss;
  const last = await followLogKeys(chain.first, chain.keys);
  // Clocks go back: a log does not end before its last key was in force.
  const at = Math.max(now, last.lives.at(-1)?.at ?? 0);
  const statement = signerOf(keys.log).sign("succession", {
    suite: SUITE,
    log: loss.log,
    size,
    root,
    kept: { size: kept, root: keptRoot },
    next: next.key,
    at,
  });
  await takeOver(tx, [
    ...chain.ended,
    { first: chain.first, keys: [...chain.keys], statement, checkpoint },
  ]);
  await writeFirst(tx, place, { loss, statement, next, at });
  // Each witness knows the new log, if at all, from its beginning.
  await tx`update witnesses set size = 0, state = 'waiting', next_at = ${now}, error = null`;
  const what = `log ended at ${size} entries, ${size - kept} of them lost`;
  await note(tx, now, { kind: "configuration", what });
  return loss;
}

/** Writes down the logs that ended and of which this database knows nothing yet: one, or more where it is from before another succession. */
async function takeOver(tx: Tx, ended: readonly ToldEndedLog[]): Promise<void> {
  const [row] = await tx<{ known: number }[]>`select count(*) as known from log_successions`;
  for (const [i, each] of ended.entries()) {
    if (i < (row?.known ?? 0)) continue;
    const { fact } = parseSuccession(each.statement);
    await insertSuccession(tx, i + 1, each, { kept: fact.kept.size, next: fact.next });
  }
}

/** The entry by which the new log begins, in the next epoch of tags that nobody has begun. */
async function writeFirst(
  tx: Tx,
  { keys }: OperatorPlace,
  given: {
    readonly loss: Ending;
    readonly statement: Statement;
    readonly next: Signer;
    readonly at: number;
  },
): Promise<void> {
  const { loss, statement, next, at } = given;
  const subject = logIdOf(next.key);
  const [top] = await tx<JournalTop[]>`select size, tag, turn, epoch from journal_head for update`;
  if (top === undefined || top.size !== loss.kept) throw new Error("The database has changed.");
  const about = {
    statement: parseSuccession(statement).hash,
    count: loss.size - loss.kept,
    from: loss.kept,
    root: loss.root,
  };
  const draft = { subject, kind: "succession", actor: {}, about, at, statement } as const;
  const epoch = Math.max(top.epoch, await keys.tags.epoch()) + 1;
  const ready = readyWith({ operation: { entries: () => [draft] } }, undefined, [draft]);
  const from = { ...top, epoch };
  const writing = writeEntries(from, keys.tags.mac, await lastEntries(tx, [subject]), [ready]);
  if (!(await store(tx, top, writing, []))) throw new Error("The database has changed.");
}
