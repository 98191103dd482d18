import {
  type Bytes,
  type Checkpoint,
  consistencySpans,
  formatCheckpoint,
  formatNote,
  type Hash,
  hashOf,
  inclusionSpans,
  type LogId,
  levelSize,
  noteKeyId,
  originOf,
  spanRoots,
  TILE_WIDTH,
  type Tile,
  tileOf,
  utf8,
} from "@ecrin/protocol";
import type { Sql, Tx } from "./database.ts";
import { disclose } from "./epochs.ts";
import { readOutside, writeOutside } from "./outside.ts";
import { ServerError } from "./problem.ts";
import type { Signer } from "./signer.ts";
import type { TagKeys } from "./tag-keys.ts";
import { growTo, rootAt, storedHashes } from "./tree.ts";

/** A checkpoint as it was signed. */
export interface Signed extends Checkpoint {
  readonly at: number;
  /** The signed note. */
  readonly note: string;
}

/** Why nothing is signed, and nothing taken in, any more. */
export type Refusal =
  /** The database has fewer leaves than were signed for. */
  | "behind"
  /** The database has other leaves than were signed for. */
  | "fork"
  /** Another key of the log is in force than this process has. */
  | "turned";

/** The tree over the journal: signs its checkpoints and computes its proofs. */
export interface Log {
  readonly id: LogId;
  /** Leaves that were there when this log began: every checkpoint of its own has more. */
  readonly from: number;
  /** The last published checkpoint. */
  latest(): Promise<Signed | undefined>;
  /**
   * Signs and publishes the tree as it stands, if it has grown.
   * @returns the last checkpoint, new or not
   * @throws LogRefused where the database is not what was signed before
   */
  sign(): Promise<Signed | undefined>;
  /** Compares the database with what is kept outside it, and signs nothing. @throws LogRefused */
  check(): Promise<void>;
  /** A tile's bytes; undefined where no checkpoint covers it. */
  tile(tile: Tile): Promise<Bytes | undefined>;
  /** Inclusion of leaf `index` in the first `size` leaves; undefined beyond the checkpoint. */
  inclusion(index: number, size: number): Promise<Hash[] | undefined>;
  /** Consistency between two sizes; undefined beyond the checkpoint. */
  consistency(from: number, to: number): Promise<Hash[] | undefined>;
  /**
   * Told that a checkpoint has been anchored: discloses the keys of the tags of every epoch it
   * covers. May be told twice.
   * @returns how many keys were published
   */
  anchored(size: number): Promise<number>;
}

/** Thrown, and said to whoever runs the server: nothing goes on until the database is made whole. */
export class LogRefused extends Error {
  override readonly name = "LogRefused";
  readonly refusal: Refusal;
  constructor(refusal: Refusal, message: string) {
    super(message);
    this.refusal = refusal;
  }
}

export interface LogOptions {
  readonly id: LogId;
  /** Leaves that were there when this log began: those that another one left (spec/succession.md). */
  readonly from?: number;
  readonly sql: Sql;
  readonly signer: Signer;
  readonly tags: TagKeys;
  /** The folder of the keys, where the last checkpoint is kept. */
  readonly folder: string;
  readonly now: () => number;
  /** Called between the steps of signing, in tests. */
  readonly at?: (step: SigningStep) => void;
}

/** What signing is made of, in order: before an effect, and after it. */
export type SigningStep =
  | "locked"
  | "growing"
  | "grown"
  | "keeping"
  | "kept"
  | "storing"
  | "stored"
  | "published"
  | "advancing"
  | "advanced";

// Any constant does, as long as every process of every version takes the same.
export const LOG_LOCK = 4_180_003;

/**
 * Makes the log of a journal. Several processes may sign for one database: a lock of the
 * database's orders them, and each keeps outside what it signed or saw.
 *
 * The order is that of spec/log.md, MUST 6: kept outside, then stored, then served. Ed25519 signs
 * the same text the same way, so whoever dies between two steps is repeated to the byte.
 */
export function createLog(options: LogOptions): Log {
  const { id, from = 0, sql, signer, tags, folder, now } = options;
  const origin = originOf(id);
  const step = options.at ?? (() => undefined);
  // A checkpoint never changes; only asking again tells of a later one.
  const latest = () => lastCheckpoint(sql, origin, from);

  function note(checkpoint: Checkpoint): string {
    const text = formatCheckpoint(checkpoint);
    const signature = signer.signBytes(utf8(text));
    const line = { name: origin, id: noteKeyId(origin, signer.key), signature };
    return formatNote({ text, signatures: [line] });
  }

  async function signLocked(tx: Tx): Promise<{ signed: Signed | undefined; epoch: number }> {
    await tx`select pg_advisory_xact_lock(${LOG_LOCK})`;
    step("locked");
    const last = await lastCheckpoint(tx, origin, from);
    const { size, epoch } = await headOf(tx);
    // After the size: a key that comes into force in between signs what is beyond it.
    await checkKey(tx, signer.key);
    await checkOutside(tx, folder, size, origin);
    if (size === 0 || size === last?.size) {
      if (last !== undefined) await keepOutside(folder, last);
      return { signed: last, epoch };
    }
    step("growing");
    await growTo(tx, size);
    step("grown");
    const checkpoint = { origin, size, root: hashOf(await rootAt(tx, size)) };
    const signed = { ...checkpoint, at: now(), note: note(checkpoint) };
    step("keeping");
    await keepOutside(folder, signed);
    step("kept");
    step("storing");
    await tx`insert into log_checkpoints (size, root, at, note) values
      (${size}, ${Buffer.from(signed.root, "base64url")}, ${signed.at}, ${signed.note})`;
    step("stored");
    return { signed, epoch };
  }

  return {
    id,
    from,
    latest,
    async sign() {
      const { signed, epoch } = await sql.begin(signLocked);
      step("published");
      // Not one that was closed since: its leaves are not signed for yet.
      step("advancing");
      await underLock(sql, () => tags.advance(epoch));
      step("advanced");
      return signed;
    },
    check: () =>
      sql.begin(async (tx) => {
        await tx`select pg_advisory_xact_lock(${LOG_LOCK})`;
        await checkOutside(tx, folder, (await headOf(tx)).size, origin);
      }),
    async tile({ level, number, width }) {
      const covered = levelSize((await latest())?.size ?? 0, level);
      const from = number * TILE_WIDTH;
      if (from + width > covered) return undefined;
      return tileOf(await storedHashes(sql)(level, from, from + width));
    },
    async inclusion(index, size) {
      if (index >= size || size > ((await latest())?.size ?? 0)) return undefined;
      return (await spanRoots(inclusionSpans(index, size), storedHashes(sql))).map(hashOf);
    },
    async consistency(from, to) {
      if (from > to || to > ((await latest())?.size ?? 0)) return undefined;
      return (await spanRoots(consistencySpans(from, to), storedHashes(sql))).map(hashOf);
    },
    anchored: (size) => underLock(sql, () => disclose({ sql, tags, now }, size)),
  };
}

/** Runs alone among all processes that sign for this database. */
async function underLock<T>(sql: Sql, work: () => Promise<T>): Promise<T> {
  let done: { readonly result: T } | undefined;
  await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${LOG_LOCK})`;
    done = { result: await work() };
  });
  if (done === undefined) throw new ServerError("internal");
  return done.result;
}

/** How many leaves there are, and the epoch of the next one's tag. */
async function headOf(tx: Tx): Promise<{ readonly size: number; readonly epoch: number }> {
  const [head] = await tx<{ size: number; epoch: number }[]>`select size, epoch from journal_head`;
  return head ?? { size: 0, epoch: 0 };
}

async function lastCheckpoint(
  sql: Sql | Tx,
  origin: string,
  from: number,
): Promise<Signed | undefined> {
  const [row] = await sql<{ size: number; root: Buffer; at: number; note: string }[]>`
    select size, root, at, note from log_checkpoints where size > ${from}
    order by size desc limit 1`;
  if (row === undefined) return undefined;
  return { origin, size: row.size, root: hashOf(row.root), at: row.at, note: row.note };
}

/** Nobody signs on with a key that has gone. */
async function checkKey(tx: Tx, key: string): Promise<void> {
  const [row] = await tx<{ key: string }[]>`
    select key from (select era, seq, key from log_keys
      union all select seq, 0, next from log_successions) as k
    order by era desc, seq desc limit 1`;
  if (row === undefined || row.key === key) return;
  throw new LogRefused("turned", "the log has another key now: start this process again");
}

/** What was signed last must be the beginning of what the database holds. */
async function checkOutside(tx: Tx, folder: string, size: number, origin: string): Promise<void> {
  const kept = await readOutside(folder);
  if (kept === undefined) return;
  if (kept.origin !== origin) return await checkEnded(tx, kept.note);
  if (size < kept.size) {
    throw new LogRefused(
      "behind",
      `the database is behind its last checkpoint: ${kept.size} entries were signed for and it holds ${size}. ` +
        "Nothing is taken in until it has them again: restore a later backup (README, When the database is behind).",
    );
  }
  // Who died after it was kept outside has not stored the tiles that were full by then.
  await growTo(tx, kept.size);
  if (hashOf(await rootAt(tx, kept.size)) !== kept.root) {
    throw new LogRefused(
      "fork",
      `the first ${kept.size} entries of the database are not those that were signed for. ` +
        "Nothing is taken in until they are (README, When the database is behind).",
    );
  }
}

/** The checkpoint of another log is the last of the one that this log followed, or this is another place's. */
async function checkEnded(tx: Tx, note: string): Promise<void> {
  const [row] = await tx`select seq from log_successions where checkpoint = ${note}`;
  if (row === undefined)
    throw new LogRefused("fork", "what is kept outside the database was signed by another log");
}

/** Never replaces a larger checkpoint by a smaller one: another process may have been here. */
async function keepOutside(folder: string, signed: Signed): Promise<void> {
  const kept = await readOutside(folder);
  const isNewer = kept?.origin !== signed.origin || kept.size < signed.size;
  if (isNewer) await writeOutside(folder, signed.note);
}
