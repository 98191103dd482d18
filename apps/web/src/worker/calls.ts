import { ClientError, FhirError } from "@ecrin/client";
import type { Answer, Ask, CallName, Failure } from "../wire.ts";
import { accountCalls } from "./account-calls.ts";
import { atHandCalls } from "./at-hand.ts";
import { contactCalls } from "./contact-calls.ts";
import { documentCalls } from "./document-calls.ts";
import { exportCalls } from "./export-calls.ts";
import { type AskPasskey, type Handler, type Handlers, Refusal } from "./handlers.ts";
import { journalCalls } from "./journal-calls.ts";
import { liveCalls } from "./live-calls.ts";
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
  ...contactCalls,
  ...journalCalls,
  ...liveCalls,
  ...exportCalls,
  ...visitCalls,
  ...witnessCalls,
  ...atHandCalls,
};

export { closeIfEnded } from "./session.ts";

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

/** Why a call failed, without a word of what was in it. */
export function failureOf(error: unknown): Failure {
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
