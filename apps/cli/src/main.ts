import { EXIT, type Exit } from "./exit.ts";
import { failureOf, isShown } from "./failure.ts";
import { makeProgram } from "./program.ts";
import { withoutHyphens } from "./short-id.ts";
import { jsonLine } from "./shown.ts";
import { catalogue, languageOf } from "./words.ts";

const args = process.argv.slice(2);
const words = catalogue(languageOf(args, process.env));

// npm runs scripts in the project's folder; files are meant from where the person stands.
const { INIT_CWD, npm_lifecycle_event: script } = process.env;
if (script === "ecrin" && INIT_CWD !== undefined) process.chdir(INIT_CWD);

process.once("SIGINT", () => {
  // What is followed until it is interrupted ends by itself, in order; a second one ends at once.
  if (process.listenerCount("SIGINT") > 0) return;
  tell("interrupted", words.failures.command.interrupted(""));
  process.exit(EXIT.interrupted);
});
// Who reads through a pipe may stop reading: that is no failure of ours.
process.stdout.on("error", () => process.exit(EXIT.ok));

process.exitCode = await run();

async function run(): Promise<Exit> {
  try {
    await makeProgram(words).parseAsync(withoutHyphens(args), { from: "user" });
    return EXIT.ok;
  } catch (error) {
    if (isShown(error)) return EXIT.ok;
    const { code, message, exit } = failureOf(error, words);
    tell(code, message);
    return exit;
  }
}

function tell(code: string, message: string): void {
  const line = args.includes("--json") ? jsonLine({ error: { code, message } }) : message;
  process.stderr.write(`${line}\n`);
}
