import { codeOf, type SecondFactor } from "@ecrin/client";
import { CommandError } from "./exit.ts";
import type { Secrets } from "./secrets.ts";
import type { Words } from "./words.ts";

/** Asks for the code of an authenticator app. A passkey needs a browser. */
export function askSecondFactor(call: {
  readonly words: Words;
  readonly secrets: Secrets;
  tell(line: string): void;
}): SecondFactor {
  const { factors } = call.words.ways;
  return async ({ again }) => {
    if (again && !call.secrets.isAsked) throw new CommandError("cannot-ask", factors.ask);
    if (again) call.tell(factors.again);
    return { code: codeOf(await call.secrets.ask(factors.ask)) };
  };
}
