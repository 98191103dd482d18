import type { AccountId, Subject } from "@ecrin/protocol";
import { lastAct } from "./acts.ts";
import type { Call, Handlers } from "./call.ts";
import type { Sql } from "./database.ts";
import type { Mark, Watched } from "./live.ts";
import { refuse, ServerError } from "./problem.ts";
import { stillLasts } from "./session.ts";
import { checkConcerned } from "./subject-journal.ts";

/** Streams of events (spec/live.md). */
export const liveHandlers: Handlers<"journalEvents" | "actsEvents"> = {
  async journalEvents(call) {
    const { subject } = call.params;
    await checkConcerned(call, subject);
    return streamOf(call, {
      what: { subject },
      stands: () => lastOf(call.sql, subject),
      may: async () => {
        await checkConcerned(call, subject);
      },
    });
  },
  actsEvents(call) {
    const { account } = call.session;
    const stands = () => lastAct(call.sql, account);
    const may = () => Promise.resolve();
    return Promise.resolve(streamOf(call, { what: { actor: account }, stands, may }));
  },
};

type Asking = Call<"journalEvents"> | Call<"actsEvents">;

interface Asked {
  readonly what: Watched;
  /** How far it has come now. */
  readonly stands: () => Promise<Mark>;
  /** Throws where it may not be watched any more. */
  readonly may: () => Promise<void>;
}

const NUMBER = /^(0|[1-9][0-9]{0,15})$/;
/** Chunks that wait for a reader who does not read. */
const MOST_WAITING = 4;

/**
 * Answers with a stream that begins where `Last-Event-ID` ends. Nothing piles up in it: what grew
 * while somebody did not read is one event.
 */
function streamOf(call: Asking, asked: Asked): Response {
  const last = call.request.headers.get("last-event-id");
  if (last !== null && !NUMBER.test(last)) refuse("malformed", "header.last-event-id");
  const stream = eventsOf(call, asked, last === null ? undefined : Number(last));
  return new Response(stream, {
    headers: {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      // Of proxies that would keep it until it ends.
      "x-accel-buffering": "no",
    },
  });
}

function eventsOf(
  call: Asking,
  { what, stands, may }: Asked,
  last: Mark | undefined,
): ReadableStream<Uint8Array> {
  const { live, session } = call;
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array>;
  let said = last ?? -1;
  let grown = -1;
  let over = false;
  let telling: Promise<void> = Promise.resolve();

  const end = (): void => {
    if (over) return;
    over = true;
    clearInterval(beating);
    watching.leave();
    try {
      controller.close();
    } catch {
      // Whoever listened has gone already.
    }
  };
  const say = (text: string) => controller.enqueue(encoder.encode(text));
  const hasRoom = () => (controller.desiredSize ?? 0) > 0;

  /** Before anything is said: the session lasts, and so does the right. */
  async function mayGoOn(): Promise<boolean> {
    if (!(await stillLasts(call, session))) return false;
    try {
      await may();
      return true;
    } catch (error) {
      if (error instanceof ServerError) return false;
      throw error;
    }
  }

  async function tell(isBeat: boolean): Promise<void> {
    if (over || (!isBeat && grown <= said)) return;
    if (!(await mayGoOn())) return end();
    if (over) return;
    // Somebody who reads nothing for two beats is not there.
    if (!hasRoom()) return isBeat ? end() : undefined;
    if (grown > said) {
      said = grown;
      say(`event: grown\nid: ${said}\ndata:\n\n`);
    } else if (isBeat) say(":\n\n");
  }

  /** One after the other; what fails is tried again at the next beat. */
  const queue = (isBeat: boolean): void => {
    telling = telling.then(() => tell(isBeat)).catch(() => undefined);
  };
  const told = (mark: Mark): void => {
    grown = Math.max(grown, mark);
    queue(false);
  };

  const watching = live.watch(session.account, what, told, end);
  const beating = setInterval(() => queue(true), live.pace.beat);
  beating.unref();
  return new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given;
        // So that whoever asks knows at once that it stands.
        say("retry: 3000\n\n");
        // Watched first, looked at afterwards: nothing falls in between.
        telling = watching.ready.then(stands).then((mark) => {
          if (last === undefined) said = mark;
          told(mark);
        }, end);
      },
      pull: () => queue(false),
      cancel: end,
    },
    new CountQueuingStrategy({ highWaterMark: MOST_WAITING }),
  );
}

async function lastOf(sql: Sql, subject: Subject | AccountId): Promise<Mark> {
  const [row] = await sql<{ n: number | null }[]>`
    select max(n) as n from journal_openings where subject = ${subject}`;
  return row?.n ?? -1;
}
