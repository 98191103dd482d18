import type { Answer, Ask, CallName } from "../wire.ts";
import { accountCalls } from "./account-calls.ts";
import { atHandCalls } from "./at-hand.ts";
import { contactCalls } from "./contact-calls.ts";
import { documentCalls } from "./document-calls.ts";
import { exportCalls } from "./export-calls.ts";
import type { AskPasskey, Handler, Handlers } from "./handlers.ts";
import { journalCalls } from "./journal-calls.ts";
import { liveCalls } from "./live-calls.ts";
import { explained, lossCalls } from "./loss-calls.ts";
import { receivedCalls } from "./received-calls.ts";
import { shareCalls } from "./share-calls.ts";
import { timelineCalls } from "./timeline-calls.ts";
import { visitCalls } from "./visit-calls.ts";
import { wayCalls } from "./way-calls.ts";
import { witnessCalls } from "./witness-calls.ts";

const handlers: Handlers<CallName> = {
  ...accountCalls,
  ...documentCalls,
  ...timelineCalls,
  ...wayCalls,
  ...shareCalls,
  ...receivedCalls,
  ...contactCalls,
  ...journalCalls,
  ...liveCalls,
  ...exportCalls,
  ...lossCalls,
  ...visitCalls,
  ...witnessCalls,
  ...atHandCalls,
};

export { signedInOrNot } from "./behind.ts";
export { failureOf } from "./failure.ts";
export { closeIfEnded } from "./session.ts";
export { explained };

/** Page and worker are one build, so what is asked has the form the call's name says. */
export async function run<N extends CallName>(
  name: N,
  ask: unknown,
  progress: Parameters<Handler<N>>[1],
  passkey: AskPasskey,
): Promise<Answer<N>> {
  const handler: Handlers<CallName>[N] = handlers[name];
  return await handler(ask as Ask<N>, progress, passkey);
}
