import { readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";

/**
 * The options that a tool was started with. `--help` prints what stands at the top of the tool's
 * file; where there is anything the tool does not know, it says so, prints the same and ends with 2.
 * @param main `import.meta.url` of the file whose first comment is the help
 */
export function optionsOf<const Options extends ParseArgsOptionsConfig>(
  main: string,
  options: Options,
  args: readonly string[] = process.argv.slice(2),
) {
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(helpOf(main));
    process.exit(0);
  }
  try {
    return parseArgs({ options, args: [...args] }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    process.stderr.write(`${error.message}\n\n${helpOf(main)}`);
    process.exit(2);
  }
}

/** A file's first comment, as text. */
function helpOf(main: string): string {
  const lines = readFileSync(fileURLToPath(main), "utf8").split("\n");
  const end = lines.findIndex((line) => !line.startsWith("//"));
  return `${lines
    .slice(0, end)
    .map((line) => line.replace(/^\/\/ ?/, ""))
    .join("\n")}\n`;
}
