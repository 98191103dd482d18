import { EXIT, type Exit } from "./exit.ts";
import { failureOf, isShown } from "./failure.ts";
import { makeProgram } from "./program.ts";
import { withoutHyphens } from "./short-id.ts";
import { jsonLine } from "./shown.ts";
import type { Streams } from "./streams.ts";
import { catalogue, languageOf, type Words } from "./words.ts";

/** One call of the command line, to its end. @param args without the program's name */
export async function run(args: readonly string[], streams: Streams): Promise<Exit> {
  const words = wordsOf(args);
  try {
    await makeProgram(words, streams).parseAsync(withoutHyphens(args), { from: "user" });
    return EXIT.ok;
  } catch (error) {
    if (isShown(error)) return EXIT.ok;
    const { code, message, exit } = failureOf(error, words);
    tell(args, streams, { code, message });
    return exit;
  }
}

/** The words in which this call is answered, whatever else is wrong with it. */
export function wordsOf(args: readonly string[]): Words {
  return catalogue(languageOf(args, process.env));
}

/** Says what went wrong: a sentence for people, one JSON value for programs. */
export function tell(
  args: readonly string[],
  { stderr }: Streams,
  error: { readonly code: string; readonly message: string },
): void {
  stderr.write(`${args.includes("--json") ? jsonLine({ error }) : error.message}\n`);
}
