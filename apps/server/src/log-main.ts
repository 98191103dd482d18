import { randomBytes } from "node:crypto";
import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import process from "node:process";
import { writeDurably } from "./durable.ts";
import { NEXT_LOG } from "./keys.ts";

// npm run log -- rotate: makes the log's next key. It comes into force, signed in by the one before
// it, when the server starts again (spec/log.md, Name and keys). ECRIN_DATA is described in README.

const [command, ...more] = process.argv.slice(2);
if (command !== "rotate" || more.length > 0) {
  process.stderr.write("usage: npm run log -- rotate\n");
  process.exit(1);
}
const folder = join(resolve(process.env.ECRIN_DATA ?? ".ecrin"), "keys");
const isThere = (name: string) =>
  stat(join(folder, name)).then(
    () => true,
    () => false,
  );
if (!(await isThere("log"))) {
  process.stderr.write(`There is no log key in ${folder}.\n`);
  process.exit(1);
}
if (!(await isThere(NEXT_LOG)))
  await writeDurably(join(folder, NEXT_LOG), `${randomBytes(32).toString("base64url")}\n`);
process.stdout.write("The next log key is made. Start the server again: it signs from then on.\n");
