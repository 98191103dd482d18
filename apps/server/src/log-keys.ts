import { rename } from "node:fs/promises";
import { join } from "node:path";
import {
  currentLogKey,
  followLogKeys,
  type LogId,
  logIdOf,
  parseSigningKey,
  parseStatement,
  type SigningKey,
  type Statement,
  SUITE,
  type ToldEndedLog,
} from "@ecrin/protocol";
import type { Sql, Tx } from "./database.ts";
import { syncFolder } from "./durable.ts";
import type { Journal } from "./journal.ts";
import { type Keys, NEXT_LOG, SUCCESSOR } from "./keys.ts";
import { keepChain } from "./outside.ts";
import { note } from "./security-log.ts";
import { type Signer, signerOf } from "./signer.ts";
import { readSuccessions } from "./successions.ts";

/** The keys of the log as the database lists them, and the one that signs. */
export interface LogKeyring {
  readonly id: LogId;
  readonly first: SigningKey;
  /** Every key after the first, signed in by the one before it. */
  readonly statements: readonly Statement[];
  /** The logs that ended before this one, oldest first. */
  readonly ended: readonly ToldEndedLog[];
  /** Leaves that were there when this log began. */
  readonly from: number;
  readonly signer: Signer;
}

/** What a rotation is done with. */
export interface Turning {
  readonly sql: Sql;
  readonly keys: Keys;
  /** The folder of the keys. */
  readonly folder: string;
  readonly now: () => number;
  /** A journal that signs with this key. */
  readonly journalOf: (signer: Signer) => Pick<Journal, "commit">;
}

/**
 * Opens the log's keys, and puts the next one in force where a rotation was asked for: its
 * statement and its entry in one transaction, then the file. Whoever dies in between is finished
 * by the next start.
 * @throws Error when database and files do not belong together
 */
export async function openLogKeys(turning: Turning): Promise<LogKeyring> {
  const { keys, folder } = turning;
  let held = await heldKeys(turning.sql);
  const successor = keys.successor === undefined ? undefined : signerOf(keys.successor);
  // A succession that was broken off after the database had it: the key of before is gone now.
  if (successor !== undefined && held.current === successor.key) {
    await putInForce(folder, SUCCESSOR);
    await keepChain(folder, held);
    return { ...held, signer: successor };
  }
  if (keys.nextLog === undefined) {
    if (held.current !== keys.logKey) throw foreign();
    await keepChain(folder, held);
    return { ...held, signer: signerOf(keys.log) };
  }
  const next = signerOf(keys.nextLog);
  if (held.current !== next.key) {
    if (held.current !== keys.logKey) throw foreign();
    const failed = await turn(turning, held, next).catch((error: unknown) => error);
    held = await heldKeys(turning.sql);
    if (held.current !== next.key) throw failed ?? foreign();
  }
  await putInForce(folder, NEXT_LOG);
  await keepChain(folder, held);
  return { ...held, signer: next };
}

/** Puts a key in the place of the one before it. Another process may have done it first. */
export async function putInForce(folder: string, name: string): Promise<void> {
  await rename(join(folder, name), join(folder, "log")).catch(ignoreMissing);
  await syncFolder(folder);
}

export interface HeldKeys {
  readonly id: LogId;
  readonly first: SigningKey;
  readonly statements: readonly Statement[];
  readonly ended: readonly ToldEndedLog[];
  /** Leaves that were there when this log began; its checkpoints have more. */
  readonly from: number;
  readonly current: SigningKey;
  /** When the current key came into force. */
  readonly since: number;
}

/** The keys of the log as the database lists them. */
export async function heldKeys(sql: Sql | Tx): Promise<HeldKeys> {
  const [ground] = await sql<{ log_key: string }[]>`select log_key from ground`;
  const { ended, from, next } = await readSuccessions(sql);
  const first = parseSigningKey(next ?? ground?.log_key, "ground.log_key");
  const rows = await sql<{ statement: Statement }[]>`
    select statement from log_keys where era = ${ended.length} order by seq`;
  const statements = rows.map((row) => row.statement);
  const keys = await followLogKeys(first, statements);
  const since = keys.lives.at(-1)?.at ?? 0;
  const id = logIdOf(first);
  return { id, first, statements, ended, from, current: currentLogKey(keys), since };
}

/** One process does it; what another did meanwhile is found afterwards. */
async function turn({ keys, now, journalOf }: Turning, held: HeldKeys, next: Signer) {
  const signer = signerOf(keys.log);
  const seq = held.statements.length + 1;
  const before = held.statements.at(-1);
  // Clocks go back: a key is never in force before the one it follows.
  const at = Math.max(now(), held.since);
  const prev = before === undefined ? {} : { prev: parseStatement("log-key", before).hash };
  await journalOf(signer).commit({
    effect: async (tx) => {
      const [head] = await tx<{ size: number }[]>`select size from journal_head`;
      const size = head?.size ?? 0;
      const payload = { suite: SUITE, log: held.id, seq, ...prev, key: next.key, size, at };
      const statement = signer.sign("log-key", payload);
      await tx`insert into log_keys (era, seq, key, statement)
        values (${held.ended.length}, ${seq}, ${next.key}, ${statement})`;
      await note(tx, at, { kind: "configuration", what: `log key ${seq + 1} in force` });
      return statement;
    },
    entries: (statement) => [
      {
        subject: held.id,
        kind: "log-key",
        actor: {},
        about: { statement: parseStatement("log-key", statement).hash },
        at,
        statement,
      },
    ],
  });
}

function foreign(): Error {
  return new Error(
    "this database belongs to other keys: put the keys folder it was made with beside it",
  );
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
