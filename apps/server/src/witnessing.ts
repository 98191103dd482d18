import {
  cosignedAt,
  formatLine,
  fromBase64url,
  isLineOf,
  type Note,
  ProtocolError,
  parseCosignatures,
  parseNote,
} from "@ecrin/protocol";
import { ASKING, type Asking, askingUntil } from "./anchor-ask.ts";
import type { Sql } from "./database.ts";
import type { Log, Signed } from "./log.ts";
import { askWitness } from "./witness-ask.ts";
import type { WitnessSource } from "./witness-sources.ts";

/** What a witness has noticed: it has seen more of the log than there is, or another log. */
export type WitnessAlarm = "ahead" | "refuses";

export interface WitnessingOptions {
  readonly sql: Sql;
  readonly log: Pick<Log, "latest" | "consistency">;
  readonly asked: readonly WitnessSource[];
  readonly now: () => number;
  readonly asking?: Asking;
  readonly pace?: WitnessPace;
  /** Told when a witness begins to notice something. */
  readonly alarm?: (witness: string, alarm: WitnessAlarm) => void;
}

/** How long what waits for what, in milliseconds. */
export interface WitnessPace {
  readonly round: number;
  /** The first wait after a failure; it doubles up to `longest`. */
  readonly retry: number;
  readonly longest: number;
}

export const WITNESS_PACE: WitnessPace = { round: 1000, retry: 5000, longest: 600_000 };
/** A witness taken by a process that then dies is asked again after this. */
const TAKEN_MS = 60_000;
/** A log that stands still is shown to its witnesses again after this, so that their time goes on. */
const FRESH_MS = 6 * 3_600_000;
/** How far a witness's clock and this one's may be apart: a day, and an hour for asking. */
const CLOCKS_MS = 25 * 3_600_000;

export interface Witnessing {
  /** Asks each witness whose time has come, and waits for all. The number asked. */
  round(): Promise<number>;
  stop(): Promise<void>;
}

/** Has checkpoints cosigned, beside the service and never in its way (spec/witness.md). */
export function startWitnessing(options: WitnessingOptions): Witnessing {
  const { asked, pace = WITNESS_PACE } = options;
  // Each on its own: one that is slow keeps no other waiting.
  const busy = new Map<WitnessSource, Promise<boolean>>();
  const stopping = new AbortController();
  const asking = askingUntil(options.asking ?? ASKING, stopping.signal);

  function attend(witness: WitnessSource): Promise<boolean> {
    const working = busy.get(witness);
    if (working !== undefined) return working;
    const work = attendTo({ ...options, asking }, witness)
      .catch(() => false)
      .finally(() => busy.delete(witness));
    busy.set(witness, work);
    return work;
  }

  const timer = setInterval(() => {
    for (const witness of asked) void attend(witness);
  }, pace.round);
  timer.unref();
  return {
    round: async () => (await Promise.all(asked.map(attend))).filter(Boolean).length,
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await Promise.all(busy.values());
    },
  };
}

/** What is known of a witness. */
interface Standing {
  readonly state: "waiting" | "cosigned" | WitnessAlarm;
  readonly size: number;
  readonly tries: number;
}

async function attendTo(options: WitnessingOptions, witness: WitnessSource): Promise<boolean> {
  const newest = await options.log.latest();
  if (newest === undefined || newest.size === 0) return false;
  const standing = await take(options, witness, newest.size);
  if (standing === undefined) return false;
  const outcome = await ask(options, witness, newest, standing.size);
  await settle(options, witness, standing, outcome);
  return true;
}

/** Takes a witness for this process alone, if it is to be asked; a clock that was set back puts nothing off. */
async function take(
  { sql, now, pace = WITNESS_PACE }: WitnessingOptions,
  { name, key }: WitnessSource,
  newest: number,
): Promise<Standing | undefined> {
  const at = now();
  await sql`
    insert into witnesses (witness, key, state, size, next_at)
    values (${name}, ${key}, 'waiting', 0, ${at}) on conflict do nothing`;
  const [row] = await sql<Standing[]>`
    update witnesses set next_at = ${at + TAKEN_MS}
    where witness = ${name} and key = ${key}
      and (next_at <= ${at} or next_at > ${at + pace.longest + TAKEN_MS})
      and (state <> 'cosigned' or size < ${newest} or abs(next_at - ${at}) > ${FRESH_MS})
    returning state, size, tries`;
  return row;
}

type Outcome =
  | {
      readonly state: "cosigned";
      readonly size: number;
      readonly at: number;
      readonly line: string;
    }
  | { readonly state: "waiting" | WitnessAlarm; readonly size: number; readonly error: string };

/** Asks; where the witness has seen another size than was thought, once more from there. */
async function ask(
  { log, asking = ASKING, now }: WitnessingOptions,
  witness: WitnessSource,
  newest: Signed,
  known: number,
): Promise<Outcome> {
  // What was said to be beyond the log may have been wrong: asking from 0 tells.
  let old = known > newest.size ? 0 : known;
  let last = newest;
  for (let tried = 0; tried < 2; tried++) {
    const hashes = old > last.size ? undefined : await log.consistency(old, last.size);
    if (hashes === undefined) return { state: "ahead", size: old, error: "ahead" };
    const answer = await askWitness(asking, witness.url, {
      old,
      hashes: hashes.map((hash) => fromBase64url(hash)),
      checkpoint: last.note,
    });
    if (answer.kind === "lines")
      return await cosigned(parseNote(last.note), witness, last.size, answer.text, now(), old);
    if (answer.kind === "refused") return { state: "refuses", size: old, error: "refuses" };
    if (answer.kind !== "seen") return { state: "waiting", size: old, error: answer.kind };
    old = answer.size;
    // Another process of the service may have signed, and asked, meanwhile.
    last = (await log.latest()) ?? last;
  }
  return { state: "waiting", size: old, error: "bad-answer" };
}

/** Nothing that a witness says counts before it was checked here. */
async function cosigned(
  { text }: Note,
  witness: WitnessSource,
  size: number,
  answer: string,
  now: number,
  old: number,
): Promise<Outcome> {
  const waiting = (error: string): Outcome => ({ state: "waiting", size: old, error });
  try {
    const lines = parseCosignatures(answer, text).filter((line) => isLineOf(line, witness));
    const [line] = lines;
    const at = await cosignedAt({ text, signatures: lines }, witness);
    if (line === undefined || at === undefined) return waiting("bad-answer");
    if (Math.abs(at - now) > CLOCKS_MS) return waiting("clock");
    return { state: "cosigned", size, at, line: formatLine(line) };
  } catch (error) {
    if (error instanceof ProtocolError)
      return waiting(error.code === "signature-refused" ? "does-not-hold" : "bad-answer");
    throw error;
  }
}

async function settle(
  { sql, now, pace = WITNESS_PACE, alarm }: WitnessingOptions,
  { name, key }: WitnessSource,
  standing: Standing,
  outcome: Outcome,
): Promise<void> {
  const { state, size } = outcome;
  if (state === "cosigned") {
    await sql.begin(async (tx) => {
      await tx`insert into cosignatures (size, witness, key, line, at)
        values (${size}, ${name}, ${key}, ${outcome.line}, ${outcome.at}) on conflict do nothing`;
      await tx`update witnesses set state = 'cosigned', size = ${size}, at = ${outcome.at},
        tries = 0, next_at = ${now()}, error = null where witness = ${name} and key = ${key}`;
    });
    return;
  }
  const wait = Math.min(pace.longest, pace.retry * 2 ** Math.min(standing.tries, 20));
  await sql`update witnesses set state = ${state}, size = ${size}, tries = tries + 1,
    next_at = ${now() + wait}, error = ${outcome.error} where witness = ${name} and key = ${key}`;
  if (state !== "waiting" && standing.state !== state) alarm?.(name, state);
}
