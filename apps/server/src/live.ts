import type { AccountId, Subject } from "@ecrin/protocol";
import { type Sql, textArray } from "./database.ts";
import { ServerError } from "./problem.ts";

/** What is watched: a subject's journal, or what one account does in all of them. */
export type Watched = { readonly subject: Subject } | { readonly actor: AccountId };

/** Where what is watched stands: the last entry's `n`, or for acts its place in the log. */
export type Mark = number;

/** Tells those who watch, in this process, that journals grew, in whichever process that was. */
export interface Live {
  readonly pace: LivePace;
  /**
   * Watches until it is left. `told` is told of everything that comes after `ready`, perhaps of
   * much at once.
   * @throws ServerError `rate-limited` where the account watches as much as it may, `unavailable`
   * where this process does
   */
  watch(by: AccountId, what: Watched, told: (mark: Mark) => void, ended: () => void): Watching;
  /** Ends every watch, and begins none any more. */
  stop(): void;
}

export interface Watching {
  /** From now on nothing is missed; rejected where the database is out of reach. */
  readonly ready: Promise<void>;
  readonly leave: () => void;
}

/** How often what happens, in milliseconds. */
export interface LivePace {
  /** Growth is looked for. */
  readonly look: number;
  /** A stream says that it is alive, and looks whether it still may be. */
  readonly beat: number;
}

export const LIVE_PACE: LivePace = { look: 500, beat: 15_000 };
/** Streams of one account, and of all, in one process. */
const MOST_OF_ACCOUNT = 12;
const MOST_OF_ALL = 10_000;

interface Watch {
  readonly by: AccountId;
  readonly what: Watched;
  readonly told: (mark: Mark) => void;
  readonly ended: () => void;
}

/**
 * Looks at how far the journal has come, in one short query while somebody watches, and only where
 * it has grown at what is new: so it does not matter which process wrote it.
 */
export function createLive(sql: Sql, pace: LivePace = LIVE_PACE): Live {
  const watches = new Set<Watch>();
  let looked: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  let stopped = false;

  async function look(): Promise<void> {
    const [head] = await sql<{ size: number }[]>`select size from journal_head`;
    const size = head?.size ?? 0;
    const from = looked ?? size;
    // A database that was put back has others; whoever watches asks anew and notices.
    if (size > from)
      for (const [watch, mark] of await grown(sql, watches, from, size)) watch.told(mark);
    if (timer !== undefined) looked = size;
  }

  function lookNow(): Promise<void> {
    looking ??= look().finally(() => {
      looking = undefined;
    });
    return looking;
  }

  function rest(): void {
    clearInterval(timer);
    timer = undefined;
    looked = undefined;
  }

  return {
    pace,
    watch(by, what, told, ended) {
      if (stopped || watches.size >= MOST_OF_ALL) throw new ServerError("unavailable");
      const own = [...watches].filter((each) => each.by === by).length;
      if (own >= MOST_OF_ACCOUNT) throw new ServerError("rate-limited");
      const watch: Watch = { by, what, told, ended };
      watches.add(watch);
      if (timer === undefined) {
        // A database out of reach is asked again at the next look, from where the last one ended.
        timer = setInterval(() => void lookNow().catch(() => undefined), pace.look);
        timer.unref();
      }
      const leave = () => {
        watches.delete(watch);
        if (watches.size === 0) rest();
      };
      return { ready: looked === undefined ? lookNow() : Promise.resolve(), leave };
    },
    stop() {
      stopped = true;
      for (const { ended } of [...watches]) ended();
      watches.clear();
      rest();
    },
  };
}

/** Which watches the entries `[from, to)` concern, and how far each has come. */
async function grown(
  sql: Sql,
  watches: ReadonlySet<Watch>,
  from: number,
  to: number,
): Promise<[Watch, Mark][]> {
  const subjects = new Set<string>();
  const actors = new Set<string>();
  for (const { what } of watches)
    if ("subject" in what) subjects.add(what.subject);
    else actors.add(what.actor);
  const rows = await sql<{ kind: "subject" | "actor"; name: string; mark: number }[]>`
    select 'subject' as kind, subject as name, max(n) as mark from journal_openings
    where index >= ${from} and index < ${to} and subject = any(${textArray([...subjects])}::text[])
    group by subject
    union all
    select 'actor', actor, max(index) from (
      select substring(entry from ${ACTOR}) as actor, index from journal_openings
      where index >= ${from} and index < ${to} and ${actors.size > 0}) a
    where actor = any(${textArray([...actors])}::text[]) group by actor`;
  const marks = new Map(rows.map(({ kind, name, mark }) => [`${kind} ${name}`, mark]));
  return [...watches].flatMap((watch): [Watch, Mark][] => {
    const { what } = watch;
    const mark = marks.get("subject" in what ? `subject ${what.subject}` : `actor ${what.actor}`);
    return mark === undefined ? [] : [[watch, mark]];
  });
}

/** Who acted, in the canonical JSON of an entry: nothing in it that others choose looks like this. */
export const ACTOR = '"actor":\\{"account":"([A-Za-z0-9_-]{22})"';
