import {
  followLogKeys,
  fromBase64url,
  type Hash,
  type Head,
  hashField,
  type LogId,
  type LogKeys,
  parseAs,
  provesConsistency,
  type RouteAnswer,
  type SigningKey,
  type TreeRoot,
} from "@ecrin/protocol";
import * as z from "zod/mini";
import { ClientError, opening } from "./errors.ts";
import type { Http } from "./http.ts";
import type { Store } from "./store.ts";

// What an account remembers of the log it follows (spec/log.md, MUST 2; spec/succession.md).

/** Enough to tell one log from another, before an account is unlocked too. */
export interface LogMemory {
  readonly http: Pick<Http, "call">;
  readonly store: Store;
  /** The key by which the log is known: any of its chain. */
  readonly key: SigningKey;
  /** The highest head seen of a chain. */
  seen(chain: string): Head | undefined;
}

/** Of a log's name in what was seen: its checkpoints; and how it ended. */
export const LOG_HEAD = ".log";
export const LOG_END = ".end";

/**
 * The log's keys, if they lead to the one that is expected.
 * @throws ClientError `log-key-changed`
 */
export async function keysOf(told: RouteAnswer<"log">, expected: string): Promise<LogKeys> {
  const keys = await toldKeys(told);
  if (!isKeyOf(keys, expected)) throw changed();
  return keys;
}

/** The keys of the log that is told of, whichever it is. @throws ClientError `log-key-changed` */
export async function toldKeys({ log, first, keys }: RouteAnswer<"log">): Promise<LogKeys> {
  const followed = await opening(() => followLogKeys(first, keys), "log-key-changed");
  if (followed.log !== log) throw changed();
  return followed;
}

export function isKeyOf({ lives }: LogKeys, key: string): boolean {
  return lives.some((life) => life.key === key);
}

/** Whether a tree goes on from an older one, by the server's proof. @throws ClientError `fork` */
export async function checkGrown(
  http: Pick<Http, "call">,
  older: TreeRoot,
  newer: TreeRoot,
): Promise<void> {
  const query = { from: older.size, to: newer.size };
  const hashes =
    older.size === newer.size || older.size === 0
      ? []
      : (await opening(() => http.call("logConsistency", { query }))).hashes;
  const proof = hashes.map((hash) => fromBase64url(hash));
  if (!provesConsistency(older, newer, proof))
    throw new ClientError("fork", "the log is another than the one seen before");
}

const SEEN = "log-seen/";
const MOST_SEEN = 64;
const seenField = z.array(z.strictObject({ size: z.int().check(z.minimum(1)), root: hashField }));
/** A checkpoint that was verified here. */
export interface SeenCheckpoint {
  readonly size: number;
  readonly root: Hash;
}

/** The checkpoints of a log that this device remembers, ascending. */
export async function rememberedOf(store: Store, log: LogId): Promise<readonly SeenCheckpoint[]> {
  const kept = await store.getJson(SEEN + log);
  return kept === undefined ? [] : parseAs(seenField, kept, "log seen");
}

/**
 * Remembers a checkpoint, and of those before ever fewer the older they are: should the log lose
 * entries, the largest that is left tells whether it is the same one.
 */
export async function rememberCheckpoint(
  store: Store,
  log: LogId,
  { size, root }: SeenCheckpoint,
): Promise<void> {
  const kept = await rememberedOf(store, log);
  if (size === 0 || (kept.at(-1)?.size ?? 0) >= size) return;
  const all = thinned([...kept, { size, root }], MOST_SEEN);
  await store.putJson(
    SEEN + log,
    all.map((each) => ({ ...each })),
  );
}

/** Drops, while there are too many, the one whose neighbours are closest for its distance from the newest. */
export function thinned(all: readonly SeenCheckpoint[], most: number): readonly SeenCheckpoint[] {
  const left = [...all];
  const newest = left.at(-1)?.size ?? 0;
  while (left.length > most) {
    let [drop, least] = [1, Number.POSITIVE_INFINITY];
    for (let i = 1; i < left.length - 1; i++) {
      const [before, here, after] = [left[i - 1], left[i], left[i + 1]].map((c) => c?.size ?? 0);
      const gap = ((after ?? 0) - (before ?? 0)) / (newest - (here ?? 0) + 1);
      if (gap < least) [drop, least] = [i, gap];
    }
    left.splice(drop, 1);
  }
  return left;
}

export function changed(): ClientError {
  return new ClientError("log-key-changed", "the server signs with another key than before");
}
