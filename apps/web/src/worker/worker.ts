// The only place on the page where keys are: it answers the page's calls, one after the other,
// because the views of the SDK follow chains and are no good halfway.

import { ClientError, FhirError } from "@ecrin/client";
import type { Answer, Ask, CallName, Failure, Reply, Request } from "../wire.ts";
import { accountCalls } from "./account-calls.ts";
import { contactCalls } from "./contact-calls.ts";
import { documentCalls } from "./document-calls.ts";
import { type Handlers, Refusal } from "./handlers.ts";
import { journalCalls } from "./journal-calls.ts";
import { closeIfEnded } from "./session.ts";
import { shareCalls } from "./share-calls.ts";

const handlers: Handlers<CallName> = {
  ...accountCalls,
  ...documentCalls,
  ...shareCalls,
  ...contactCalls,
  ...journalCalls,
};

let turn: Promise<void> = Promise.resolve();

self.addEventListener("message", ({ data }: MessageEvent<Request>) => {
  turn = turn.then(() => answer(data));
});

async function answer({ id, name, ask }: Request): Promise<void> {
  try {
    say({ id, answer: await run(id, name, ask) });
  } catch (error) {
    await closeIfEnded(error);
    say({ id, failure: failureOf(error) });
  }
}

/** Page and worker are one build, so what is asked has the form the call's name says. */
async function run<N extends CallName>(id: number, name: N, ask: unknown): Promise<Answer<N>> {
  const handler: Handlers<CallName>[N] = handlers[name];
  return await handler(ask as Ask<N>, (done, total) => say({ id, progress: { done, total } }));
}

function say(reply: Reply): void {
  self.postMessage(reply);
}

/** Why a call failed, without a word of what was in it. */
function failureOf(error: unknown): Failure {
  if (error instanceof Refusal) return { code: error.code };
  if (error instanceof FhirError) return { code: "not-fhir", place: error.field };
  if (error instanceof ClientError) {
    const { code, cause } = error;
    const position =
      typeof cause === "object" && cause !== null && "position" in cause
        ? cause.position
        : undefined;
    return { code, ...(typeof position === "number" ? { place: String(position) } : {}) };
  }
  if (error instanceof DOMException && error.name === "QuotaExceededError") {
    return { code: "device-full" };
  }
  return { code: "internal" };
}
