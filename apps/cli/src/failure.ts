import { allSeen, ClientError, FhirError } from "@ecrin/client";
import { CommanderError } from "commander";
import { CommandError, EXIT, type Exit, exitFor } from "./exit.ts";
import { shownText, waitIn } from "./shown.ts";
import type { Words } from "./words.ts";

/** What a program is told of a failure, in place of a result. */
export interface Failure {
  readonly code: string;
  /** One sentence: what happened, and what to do. */
  readonly message: string;
  readonly exit: Exit;
}

/** A failure in words. Never a stack, and never a text of the error itself, which might name what was in hand. */
export function failureOf(error: unknown, words: Words): Failure {
  const { failures } = words;
  if (error instanceof CommanderError) return usageFailure(error, words);
  const exit = exitFor(error);
  if (error instanceof CommandError) {
    const { code, detail } = error;
    // A name may be somebody else's, such as that of a file; a server's own sentence may have lines.
    const named = code === "server-failed" ? shownText(detail) : allSeen(detail);
    return { code, message: failures.command[code](named), exit };
  }
  if (error instanceof ClientError) {
    const place = mistypedAt(error);
    if (error.code === "rate-limited") {
      const wait = waitIn(words, error.problem?.retryAfter ?? 0);
      return { code: error.code, message: failures.rateLimited(wait), exit };
    }
    const where = place === undefined ? "" : ` ${failures.kitPlace(place)}`;
    return { code: error.code, message: failures.client[error.code] + where, exit };
  }
  if (error instanceof FhirError) {
    return { code: "not-fhir", message: failures.command["not-fhir"](allSeen(error.field)), exit };
  }
  if (isDiskFull(error)) return { code: "disk-full", message: failures.diskFull, exit };
  return { code: "failed", message: failures.other, exit };
}

/** Whether the parser only stopped because it has shown what was asked for. */
export function isShown(error: unknown): boolean {
  return error instanceof CommanderError && error.exitCode === 0;
}

const PARSER: Readonly<Record<string, Exclude<keyof Words["parser"], "other">>> = {
  "commander.unknownOption": "unknownOption",
  "commander.unknownCommand": "unknownCommand",
  "commander.missingArgument": "missingArgument",
  "commander.optionMissingArgument": "optionMissingArgument",
  "commander.missingMandatoryOptionValue": "missingMandatoryOptionValue",
  "commander.invalidArgument": "invalidArgument",
  "commander.excessArguments": "excessArguments",
};

/** The parser speaks English only; what it names stands between quotes. */
function usageFailure({ code, message }: CommanderError, words: Words): Failure {
  const [, place = ""] = /from env '([^']*)'/.exec(message) ?? /'([^']*)'/.exec(message) ?? [];
  const named = allSeen(place);
  const sentence = words.parser[PARSER[code] ?? "other"](named);
  return { code: "usage", message: words.failures.command.usage(sentence), exit: EXIT.usage };
}

/** Which word, or which character, of a kit was mistyped: what helps whoever reads it off paper. */
function mistypedAt({ code, cause }: ClientError): number | undefined {
  if (code !== "wrong-kit" || !(cause instanceof Error) || !("position" in cause)) return undefined;
  return typeof cause.position === "number" ? cause.position : undefined;
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOSPC";
}
