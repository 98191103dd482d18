import { type Anchor, encodeOtsProof, mergeOtsStamps, parseOtsProof, utf8 } from "@ecrin/protocol";
import { AnchorError, ASKING, type Asking, askingUntil } from "./anchor-ask.ts";
import { splitLists, stampAt } from "./anchor-authority.ts";
import { confirmationOf, promiseOf } from "./anchor-calendar.ts";
import type { AnchorSources } from "./anchor-sources.ts";
import { numberArray, type Sql } from "./database.ts";

/** A checkpoint as the log signed it. */
export interface SignedCheckpoint {
  readonly size: number;
  /** What is signed and anchored. */
  readonly text: string;
  readonly note: string;
}

/** One anchored checkpoint with its evidence, as exports carry it. */
export interface Anchored {
  readonly size: number;
  readonly note: string;
  readonly stamps: readonly {
    readonly source: string;
    readonly token: Uint8Array;
    readonly crls: readonly Uint8Array[];
    /** DER of the root it was checked under; absent for what was stamped before these were kept. */
    readonly root?: Uint8Array;
  }[];
  /** One proof of all calendars, with the headers of the blocks in it that were checked. */
  readonly ots?: {
    readonly proof: Uint8Array;
    readonly headers: readonly { readonly height: number; readonly header: Uint8Array }[];
  };
}

export interface AnchorOptions {
  readonly sql: Sql;
  readonly sources: AnchorSources;
  /** The newest checkpoint that is served; absent before the first. */
  readonly newest: () => Promise<SignedCheckpoint | undefined>;
  readonly now: () => number;
  readonly asking?: Asking;
  readonly pace?: AnchorPace;
  /** Told of the largest size that is anchored, whenever it grows; may be told twice. */
  readonly anchored?: (size: number) => Promise<unknown>;
  /** Called between the steps of anchoring, in tests. */
  readonly at?: (step: AnchoringStep) => void;
}

/** What anchoring is made of, in order: each may be the last that a process does. */
export type AnchoringStep = "due" | "taken" | "answered" | "kept" | "told";

/** How long what waits for what, in milliseconds. */
export interface AnchorPace {
  readonly round: number;
  /** The first wait after a failure; it doubles up to `longest`. */
  readonly retry: number;
  readonly longest: number;
  readonly pending: number;
  /** When a checkpoint is due where no epoch has ended: after so many more leaves, or so long with any. */
  readonly due: { readonly leaves: number; readonly ms: number };
}

export const PACE: AnchorPace = {
  round: 10_000,
  retry: 60_000,
  longest: 3_600_000,
  pending: 600_000,
  due: { leaves: 1000, ms: 3_600_000 },
};
/** A row taken by a process that then dies is taken up again after this. */
const TAKEN_MS = 120_000;

export interface Anchors {
  /** One round: what is due becomes so, and what waits is tried. The number of rows tried. */
  round(): Promise<number>;
  stop(): Promise<void>;
}

/** Takes checkpoints outside, beside the service and never in its way (spec/anchor.md). */
export function startAnchors(options: AnchorOptions): Anchors {
  const { round: every } = options.pace ?? PACE;
  const stopping = new AbortController();
  const asking = askingUntil(options.asking ?? ASKING, stopping.signal);
  let working: Promise<unknown> | undefined;
  let told = 0;

  async function roundAndTell(): Promise<number> {
    const tried = await round({ ...options, asking, ended: stopping.signal });
    const size = tried === 0 && told > 0 ? told : await anchoredSize(options.sql, options.sources);
    if (size > told) {
      await options.anchored?.(size);
      options.at?.("told");
    }
    told = size;
    return tried;
  }

  const timer = setInterval(() => {
    working ??= roundAndTell()
      .catch(() => undefined)
      .finally(() => {
        working = undefined;
      });
  }, every);
  timer.unref();
  return {
    round: roundAndTell,
    async stop() {
      clearInterval(timer);
      // A source that does not answer keeps nobody who stops.
      stopping.abort();
      await working;
    },
  };
}

/** Options with the signal that no more is to be asked. */
type Round = AnchorOptions & { readonly ended: AbortSignal };

async function round(options: Round): Promise<number> {
  const { authorities, calendars } = options.sources;
  if (authorities.length + calendars.length === 0) return 0;
  await makeDue(options);
  options.at?.("due");
  const rows = await takeRows(options);
  options.at?.("taken");
  // One request per source at a time: the rows of a source follow each other.
  const bySource = Map.groupBy(rows, ({ kind, source }) => `${kind} ${source}`);
  await Promise.all(
    [...bySource.values()].map(async (each) => {
      for (const row of each) if (!options.ended.aborted) await tryRow(options, row);
    }),
  );
  return rows.length;
}

/** Makes the newest checkpoint due where it is time. */
async function makeDue({ sql, sources, newest, now, pace = PACE }: AnchorOptions): Promise<void> {
  const checkpoint = await newest();
  if (checkpoint === undefined || checkpoint.size === 0) return;
  const { size, text, note } = checkpoint;
  const [last] = await sql<{ size: number; due_at: number }[]>`
    select size, due_at from anchored_checkpoints
    where demonstration = ${sources.demonstration} order by size desc limit 1`;
  const grown = size - (last?.size ?? 0);
  if (grown <= 0) return;
  const isDue =
    last === undefined ||
    grown >= pace.due.leaves ||
    now() - last.due_at >= pace.due.ms ||
    (await endsEpoch(sql, last.size, size));
  if (!isDue) return;
  await sql.begin(async (tx) => {
    const made = await tx`
      insert into anchored_checkpoints (size, text, note, due_at, demonstration)
      values (${size}, ${text}, ${note}, ${now()}, ${sources.demonstration}) on conflict do nothing returning size`;
    if (made.length === 0) return;
    const rows = [
      ...sources.authorities.map(({ name }) => ["rfc3161", name] as const),
      ...sources.calendars.map((calendar) => ["ots", calendar] as const),
    ];
    for (const [kind, source] of rows) {
      await tx`insert into anchors (size, kind, source, state, next_at)
        values (${size}, ${kind}, ${source}, 'waiting', ${now()})`;
    }
  });
}

/** Whether an epoch of tags ends under a checkpoint and not under the one before it: its key waits for that. */
async function endsEpoch(sql: Sql, before: number, size: number): Promise<boolean> {
  const [epoch] = await sql`
    select epoch from log_epochs where past > ${before} and past <= ${size} limit 1`;
  return epoch !== undefined;
}

interface Row {
  readonly size: number;
  readonly kind: "rfc3161" | "ots";
  readonly source: string;
  readonly state: "waiting" | "pending";
  readonly proof: Buffer | null;
  readonly tries: number;
  readonly text: string;
}

/** The rows whose time has come, for this process alone; a clock that was set back puts nothing off. */
async function takeRows({ sql, sources, now, pace = PACE }: AnchorOptions): Promise<Row[]> {
  const at = now();
  const furthest = at + Math.max(pace.longest, pace.pending) + TAKEN_MS;
  return [
    ...(await sql<Row[]>`
      update anchors a set next_at = ${at + TAKEN_MS}
      from anchored_checkpoints c,
        (select size, kind, source from anchors join anchored_checkpoints using (size)
         where demonstration = ${sources.demonstration}
           and state in ('waiting', 'pending') and (next_at <= ${at} or next_at > ${furthest})
         order by next_at limit 64 for update of anchors skip locked) due
      where c.size = a.size and a.size = due.size and a.kind = due.kind and a.source = due.source
      returning a.size, a.kind, a.source, a.state, a.proof, a.tries, c.text`),
  ];
}

async function tryRow(options: Round, row: Row): Promise<void> {
  try {
    if (row.kind === "rfc3161") await tryStamp(options, row);
    else await tryCalendar(options, row);
    options.at?.("kept");
  } catch (error) {
    if (!(error instanceof AnchorError)) throw error;
    // Called off: whoever starts next takes it up.
    if (options.ended.aborted) return;
    await putOff(options, row, error.code);
  }
}

async function tryStamp(options: AnchorOptions, row: Row): Promise<void> {
  const { sql, sources, asking = ASKING } = options;
  const authority = sources.authorities.find(({ name }) => name === row.source);
  // No longer configured: it stays as it is, and is tried again should it come back.
  if (authority === undefined) throw new AnchorError("unreachable");
  const stamped = await stampAt(asking, authority, utf8(row.text));
  options.at?.("answered");
  await sql`
    update anchors set state = 'stamped', proof = ${Buffer.from(stamped.token)},
      beside = ${Buffer.from(stamped.lists)}, authority = ${stamped.authority}, root = ${Buffer.from(stamped.root)},
      at = ${stamped.at}, error = null, tries = tries + 1
    where size = ${row.size} and kind = ${row.kind} and source = ${row.source}`;
}

async function tryCalendar(options: AnchorOptions, row: Row): Promise<void> {
  const { sql, sources, now, asking = ASKING, pace = PACE } = options;
  if (!sources.calendars.includes(row.source)) throw new AnchorError("unreachable");
  if (row.proof === null) {
    const proof = await promiseOf(asking, row.source, utf8(row.text));
    options.at?.("answered");
    await sql`
      update anchors set state = 'pending', proof = ${Buffer.from(proof)}, error = null,
        tries = 0, next_at = ${now() + pace.pending}
      where size = ${row.size} and kind = ${row.kind} and source = ${row.source}`;
    return;
  }
  const confirmed = await confirmationOf(asking, row.source, row.proof, sources);
  options.at?.("answered");
  if (confirmed === undefined) {
    await sql`
      update anchors set error = null, tries = 0, next_at = ${now() + pace.pending}
      where size = ${row.size} and kind = ${row.kind} and source = ${row.source}`;
    return;
  }
  await sql`
    update anchors set state = 'confirmed', proof = ${Buffer.from(confirmed.proof)},
      beside = ${Buffer.from(confirmed.header)}, height = ${confirmed.height},
      block = ${confirmed.block}, at = ${confirmed.at}, error = null, tries = tries + 1
    where size = ${row.size} and kind = ${row.kind} and source = ${row.source}`;
}

async function putOff(
  { sql, now, pace = PACE }: AnchorOptions,
  row: Row,
  error: string,
): Promise<void> {
  const wait = Math.min(pace.longest, pace.retry * 2 ** Math.min(row.tries, 20));
  await sql`
    update anchors set error = ${error}, tries = tries + 1, next_at = ${now() + wait}
    where size = ${row.size} and kind = ${row.kind} and source = ${row.source}`;
}

/**
 * Whose anchors are meant: a demonstration's count for nothing in a service that is none, and the
 * other way round (spec/anchor.md, MUST 4).
 */
export type Whose = Pick<AnchorSources, "demonstration">;

/** The largest size at which a time stamp or a block holds the log; 0 where nothing is anchored. */
export async function anchoredSize(sql: Sql, { demonstration }: Whose): Promise<number> {
  const [row] = await sql<{ size: number | null }[]>`
    select max(size) as size from anchors join anchored_checkpoints using (size)
    where state in ('stamped', 'confirmed') and demonstration = ${demonstration}`;
  return row?.size ?? 0;
}

/** The anchors of the newest checkpoints below `before`, newest first. */
export async function listAnchors(
  sql: Sql,
  { demonstration }: Whose,
  before: number,
  limit: number,
): Promise<Anchor[]> {
  const rows = await sql<{ size: number }[]>`
    select size from anchored_checkpoints
    where size < ${before} and demonstration = ${demonstration} order by size desc limit ${limit}`;
  return await listAnchorsAt(
    sql,
    rows.map(({ size }) => size),
  );
}

/** The anchors of these checkpoints, newest first. */
export async function listAnchorsAt(sql: Sql, sizes: readonly number[]): Promise<Anchor[]> {
  const rows = await sql<Listed[]>`
    select size, kind, source, state, authority, at, height, block, error from anchors
    where size = any(${numberArray(sizes)}::bigint[]) order by size desc, kind, source`;
  return rows.map(({ authority, at, height, block, error, ...row }) => ({
    ...row,
    ...(authority === null ? {} : { authority }),
    ...(at === null ? {} : { at }),
    ...(height === null ? {} : { height }),
    ...(block === null ? {} : { block }),
    ...(error === null ? {} : { error }),
  }));
}

interface Listed {
  readonly size: number;
  readonly kind: "rfc3161" | "ots";
  readonly source: string;
  readonly state: Anchor["state"];
  readonly authority: string | null;
  readonly at: number | null;
  readonly height: number | null;
  readonly block: string | null;
  readonly error: string | null;
}

interface Kept {
  readonly kind: "rfc3161" | "ots";
  readonly source: string;
  readonly state: Anchor["state"];
  readonly proof: Buffer;
  readonly beside: Buffer | null;
  readonly root: Buffer | null;
  readonly height: number | null;
}

/** The evidence for the checkpoint of `size`; undefined where no source has given any. */
export async function anchoredAt(sql: Sql, size: number): Promise<Anchored | undefined> {
  const [checkpoint] = await sql<{ note: string }[]>`
    select note from anchored_checkpoints where size = ${size}`;
  const rows = await sql<Kept[]>`
    select kind, source, state, proof, beside, root, height from anchors
    where size = ${size} and proof is not null order by kind, source`;
  if (checkpoint === undefined || rows.length === 0) return undefined;
  const stamps = rows
    .filter(({ state }) => state === "stamped")
    .map(({ source, proof, beside, root }) => ({
      source,
      token: proof,
      crls: splitLists(beside ?? new Uint8Array()),
      ...(root === null ? {} : { root }),
    }));
  const calendars = rows.filter(({ kind }) => kind === "ots");
  const ots = otsOf(calendars);
  return { size, note: checkpoint.note, stamps, ...(ots === undefined ? {} : { ots }) };
}

/** What all calendars gave, as one proof. */
function otsOf(rows: readonly Kept[]): Anchored["ots"] {
  const proofs = rows.map(({ proof }) => parseOtsProof(new Uint8Array(proof)));
  const [first, ...others] = proofs;
  if (first === undefined) return undefined;
  const stamp = others.reduce((all, each) => mergeOtsStamps(all, each.stamp), first.stamp);
  const headers = new Map(
    rows.flatMap(({ height, beside }) =>
      height === null || beside === null ? [] : [[height, beside] as const],
    ),
  );
  return {
    proof: encodeOtsProof({ digest: first.digest, stamp }),
    headers: [...headers].map(([height, header]) => ({ height, header })),
  };
}
