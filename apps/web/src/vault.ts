import { startWorker } from "./trusted.ts";
import { isClosed, VaultError } from "./vault-error.ts";
import type { Answer, Ask, CallName, Reply, Request, Shown, Status, Told } from "./wire.ts";
import type { FactorQuestion } from "./wire-ways.ts";

export { isClosed, VaultError } from "./vault-error.ts";

/** Told after each part of long work. */
export type Progress = (done: number, total: number) => void;

type Waiting = {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: VaultError) => void;
  readonly progress: Progress | undefined;
};

/** Tells, by an event `closed`, that a call found the account closed: the session ended, or this device was signed out. */
export const closed = new EventTarget();

/** Tells, by an event `changed`, that what is saved where may be another now. */
export const changes = new EventTarget();

/** Says so. */
export function sayChanged(): void {
  changes.dispatchEvent(new Event("changed"));
}

/** Tells, by an event `arrived`, that the record may hold more than what is shown of it. */
export function sayArrived(): void {
  changes.dispatchEvent(new Event("arrived"));
}

/** Pages of one browser show one record. Nothing is said but that something was written, or the record removed. */
const pages = new BroadcastChannel("ecrin-written");
pages.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
  if (data === "leave") return void closeWithDevice();
  sayChanged();
  sayArrived();
});

/** Whoever removes the record from this device finds it open on none of its pages. */
async function closeWithDevice(): Promise<void> {
  await endWorker(true).catch(ignored);
  closed.dispatchEvent(new Event("closed"));
}

/** Calls by which this page writes, or removes, what the others show too. */
const WRITING: ReadonlySet<CallName> = new Set([
  "add",
  "correct",
  "remove",
  "settle",
  "endShare",
  "endMember",
  "keep",
  "leave",
]);

/** Calls after which something more may wait on this device, or less. */
const CHANGING: ReadonlySet<CallName> = new Set([
  "add",
  "correct",
  "remove",
  "settle",
  "endShare",
  "endMember",
  "refresh",
  "history",
  "open",
]);

/** Milliseconds for what runs, and for the sign-out, before the record is closed over them. */
const PATIENCE = 5000;

const waiting = new Map<number, Waiting>();
let asked = 0;
let worker = listenedTo(startWorker());

/** Tells, by an event `journal`, that a journal has grown; only while that was asked for. */
export const told = new EventTarget();

function listenedTo(begun: Worker): Worker {
  begun.addEventListener("message", hear);
  // A worker that did not start, or fell over, answers nothing any more.
  begun.addEventListener("error", () => {
    if (begun === worker) refuseAll("worker-stopped");
  });
  return begun;
}

function hear({ data }: MessageEvent<Reply | Told>): void {
  if ("event" in data) {
    told.dispatchEvent(new Event(data.event));
    return;
  }
  const call = waiting.get(data.id);
  if (call === undefined) return;
  if ("progress" in data) {
    call.progress?.(data.progress.done, data.progress.total);
    return;
  }
  if ("asks" in data) {
    void showPasskey(data.id, data.asks);
    return;
  }
  waiting.delete(data.id);
  if ("failure" in data) {
    const error = new VaultError(data.failure);
    call.reject(error);
    if (isClosed(error)) closed.dispatchEvent(new Event("closed"));
  } else call.resolve(data.answer);
}

function refuseAll(code: string): void {
  for (const { reject } of waiting.values()) reject(new VaultError({ code }));
  waiting.clear();
}

/** Has a passkey sign for a call that waits for it; only the page may ask an authenticator. */
async function showPasskey(id: number, question: FactorQuestion): Promise<void> {
  let shown: Shown = { shows: id };
  try {
    const { answerWithPasskey } = await import("./passkey.ts");
    shown = { ...shown, passkey: await answerWithPasskey(question) };
  } catch {
    // Whatever kept it from signing, none was used: the call says what else there is.
  }
  worker.postMessage(shown);
}

/** Asks the worker, which holds every key. */
export async function ask<N extends CallName>(
  name: N,
  ...[what, progress]: undefined extends Ask<N>
    ? [what?: undefined, progress?: Progress]
    : [what: Ask<N>, progress?: Progress]
): Promise<Answer<N>> {
  const id = asked++;
  const answer = new Promise<unknown>((resolve, reject) => {
    waiting.set(id, { resolve, reject, progress });
  });
  worker.postMessage({ id, name, ask: what } satisfies Request);
  if (CHANGING.has(name)) answer.then(sayChanged, sayChanged);
  if (WRITING.has(name)) answer.then(() => pages.postMessage(name), ignored);
  return (await answer) as Answer<N>;
}

/**
 * Ends the worker, and every key with it; another one stands at the door. What runs has a moment to
 * come to its end, and the service is told that the session has.
 * @param isAtOnce whether nothing is waited for. What was on its way then breaks off as in a crash,
 *   which loses nothing that was called saved; the session's token is gone, and the service told of nothing.
 */
export async function endWorker(isAtOnce: boolean): Promise<Status> {
  if (!isAtOnce) await Promise.race([ask("lock").catch(ignored), after(PATIENCE)]);
  worker.terminate();
  refuseAll("locked");
  worker = listenedTo(startWorker());
  return await ask("status");
}

function after(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Whoever asked is told of the failure. */
function ignored(): void {}
