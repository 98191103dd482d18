// The only place on the page where keys are: it answers the page's calls, one after the other,
// because the views of the SDK follow chains and are no good halfway.
//
// The page asks first whether this device holds an account, and shows a door. What opens the door
// is fetched meanwhile: it is larger than all the rest.

import type { CallName, Reply, Request, Shown } from "../wire.ts";
import type { FactorAnswer, FactorQuestion } from "../wire-ways.ts";
import { doorStatus } from "./door.ts";

type Calls = typeof import("./calls.ts");

let calls: Promise<Calls> | undefined;
let turn: Promise<void> = Promise.resolve();

/** What only looks at what is already here, or in a file, need not wait for what is fetched or sealed. */
const BESIDE: ReadonlySet<CallName> = new Set([
  "find",
  "verifyReady",
  "verifyExport",
  "reach",
  "changedElsewhere",
]);

/**
 * What is answered from what this device keeps, or waits on it, while the sign-in goes on behind
 * (behind.ts). Every other call waits for its end.
 */
const AT_HAND: ReadonlySet<CallName> = new Set([
  "status",
  "unlock",
  "lock",
  "leave",
  "refresh",
  "documents",
  "saved",
  "send",
  "retryWaiting",
  "dropWaiting",
  "unpin",
  "add",
  "correct",
  "remove",
  "endShare",
  "endMember",
]);

/** Calls that wait for a passkey; the page shows it, or says that none was used. */
const asking = new Map<number, (shown: FactorAnswer | undefined) => void>();

self.addEventListener("message", ({ data }: MessageEvent<Request | Shown>) => {
  if ("shows" in data) {
    asking.get(data.shows)?.(data.passkey);
    asking.delete(data.shows);
  } else if (BESIDE.has(data.name)) void answer(data);
  else if (AT_HAND.has(data.name)) inTurn(data);
  else void signInEnded().then(() => inTurn(data));
});

function inTurn(request: Request): void {
  turn = turn.then(() => answer(request));
}

async function signInEnded(): Promise<void> {
  const loaded = await calls?.catch(() => undefined);
  await loaded?.signedInOrNot();
}

async function answer({ id, name, ask }: Request): Promise<void> {
  if (name === "status" && calls === undefined) {
    await answerAtTheDoor(id);
    return;
  }
  const loaded = await theRest().catch(() => undefined);
  if (loaded === undefined) {
    say({ id, failure: { code: "worker-stopped" } });
    return;
  }
  try {
    const progress = (done: number, total: number) => say({ id, progress: { done, total } });
    const passkey = (asks: FactorQuestion) =>
      new Promise<FactorAnswer | undefined>((resolve) => {
        asking.set(id, resolve);
        say({ id, asks });
      });
    say({ id, answer: await loaded.run(name, ask, progress, passkey) });
  } catch (error) {
    await loaded.closeIfEnded(error);
    say({ id, failure: loaded.failureOf(await loaded.explained(error)) });
  }
}

async function answerAtTheDoor(id: number): Promise<void> {
  try {
    say({ id, answer: await doorStatus() });
  } catch {
    say({ id, failure: { code: "internal" } });
  }
  // Fetched while somebody types; a failure is told to whoever then asks for something.
  theRest().catch(() => undefined);
}

/** Everything that opens an account and works on it. A browser asks once: then only a reload helps. */
function theRest(): Promise<Calls> {
  calls ??= import("./calls.ts");
  return calls;
}

function say(reply: Reply): void {
  self.postMessage(reply);
}
