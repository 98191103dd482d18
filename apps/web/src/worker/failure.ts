import { ClientError, FhirError } from "@ecrin/client";
import type { Failure } from "../wire.ts";
import { Refusal } from "./handlers.ts";
import { lossTold } from "./loss-told.ts";

/** Why a call failed, without a word of what was in it. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Refusal) return { code: error.code };
  if (error instanceof FhirError) return { code: "not-fhir", place: error.field };
  if (error instanceof ClientError) {
    const { code, cause, problem, succession } = error;
    const position =
      typeof cause === "object" && cause !== null && "position" in cause
        ? cause.position
        : undefined;
    return {
      code,
      ...(typeof position === "number" ? { place: String(position) } : {}),
      ...(code === "rate-limited" && problem?.retryAfter !== undefined
        ? { wait: problem.retryAfter }
        : {}),
      ...(succession === undefined ? {} : { loss: lossTold(succession) }),
    };
  }
  if (error instanceof DOMException && error.name === "QuotaExceededError") {
    return { code: "device-full" };
  }
  return { code: "internal" };
}
