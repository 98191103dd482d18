import { EXIT } from "./exit.ts";
import { run, tell, wordsOf } from "./run.ts";

const args = process.argv.slice(2);

// npm runs scripts in the project's folder; files are meant from where the person stands.
const { INIT_CWD, npm_lifecycle_event: script } = process.env;
if (script === "ecrin" && INIT_CWD !== undefined) process.chdir(INIT_CWD);

process.once("SIGINT", () => {
  // What is followed until it is interrupted ends by itself, in order; a second one ends at once.
  if (process.listenerCount("SIGINT") > 0) return;
  const message = wordsOf(args).failures.command.interrupted("");
  tell(args, process, { code: "interrupted", message });
  process.exit(EXIT.interrupted);
});
// Who reads through a pipe may stop reading: that is no failure of ours.
process.stdout.on("error", () => process.exit(EXIT.ok));

process.exitCode = await run(args, process);
