import * as z from "zod/mini";
import { fromBase64url, toBase64url } from "./bytes.ts";
import { context } from "./context.ts";
import { ProtocolError, refuse } from "./errors.ts";
import {
  countField,
  hashField,
  logIdField,
  parseAs,
  signingKeyField,
  suiteField,
  timeField,
} from "./fields.ts";
import type { LogId, SigningKey } from "./ids.ts";
import { checkSignature, type ParsedStatement, parseStatement } from "./statement.ts";

export const logKeyPayload = z.strictObject({
  suite: suiteField,
  log: logIdField,
  seq: z.int().check(z.minimum(1)),
  prev: z.optional(hashField),
  key: signingKeyField,
  size: countField,
  at: timeField,
});
/** The log's word that another key signs from here on (spec/log.md, Name and keys). */
export type LogKeyPayload = z.infer<typeof logKeyPayload>;

/** When a key came into force or went out of it: at this number of leaves, and this time. */
export interface KeyTurn {
  readonly size: number;
  readonly at: number;
}

/** A key of the log. The first has signed from size and time 0. */
export interface KeyLife extends KeyTurn {
  readonly key: SigningKey;
  readonly until?: KeyTurn;
}

/** The keys of a log, in order. */
export interface LogKeys {
  readonly log: LogId;
  readonly lives: readonly KeyLife[];
}

/** The id of the log that began with this key. */
export function logIdOf(first: SigningKey): LogId {
  return toBase64url(context("log", fromBase64url(first)).slice(0, 16)) as LogId;
}

/** The origin line of a log's checkpoints, and the name of its keys. */
export function originOf(log: LogId): string {
  return `ecrin.log/${log}`;
}

/** Reads a key statement's form; the signature is not checked here. */
export function parseLogKey(
  statement: unknown,
): ParsedStatement & { readonly fact: LogKeyPayload } {
  const parsed = parseStatement("log-key", statement);
  return { ...parsed, fact: parseAs(logKeyPayload, parsed.payload, "log-key") };
}

/**
 * The keys of the log that began with `first`: every statement signed by the key before it,
 * and nothing going backwards.
 * @throws ProtocolError `malformed`, `signature-refused`, `statement-refused`
 */
export async function followLogKeys(
  first: SigningKey,
  statements: readonly unknown[],
): Promise<LogKeys> {
  const log = logIdOf(first);
  let current: KeyLife = { key: first, size: 0, at: 0 };
  const lives: KeyLife[] = [];
  let prev: string | undefined;
  for (const [i, statement] of statements.entries()) {
    const parsed = parseLogKey(statement);
    const { fact } = parsed;
    await checkSignature(parsed, current.key);
    if (fact.log !== log) refuse("belongs to another log", "log-key.log");
    if (fact.seq !== i + 1) refuse("is not the next", "log-key.seq");
    if (fact.prev !== prev) refuse("follows another statement", "log-key.prev");
    if (fact.size < current.size) refuse("goes backwards", "log-key.size");
    if (fact.at < current.at) refuse("goes backwards", "log-key.at");
    const used = [...lives, current].some((life) => life.key === fact.key);
    if (used) refuse("has been a key of this log", "log-key.key");
    lives.push({ ...current, until: { size: fact.size, at: fact.at } });
    current = { key: fact.key, size: fact.size, at: fact.at };
    prev = parsed.hash;
  }
  return { log, lives: [...lives, current] };
}

/** The key that signs now. */
export function currentLogKey({ lives }: LogKeys): SigningKey {
  return (lives.at(-1) ?? refuse("has no key", "log-key")).key;
}

/**
 * Checks a head's or a receipt's signature under a key that was in force at `at`.
 * @param later whether a later key may sign too: a receipt can be asked for again
 * @throws ProtocolError `signature-refused`
 */
export async function checkLogSignature(
  parsed: ParsedStatement,
  { lives }: LogKeys,
  at: number,
  later: boolean,
): Promise<void> {
  for (const { key, at: since, until } of lives) {
    if (until !== undefined && at > until.at) continue;
    if (!later && at < since) continue;
    const signed = await checkSignature(parsed, key).then(
      () => true,
      () => false,
    );
    if (signed) return;
  }
  throw new ProtocolError("signature-refused", "this is not signed by a key of the log");
}
