// Started by full-disk.test.ts in a mount namespace of its own: a server on a disk of a few hundred
// megabytes, filled and emptied on command. Ends when its input ends, whatever became of the test.

import { execFileSync } from "node:child_process";
import { createWriteStream } from "node:fs";
import { rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { NO_LIMITS } from "../src/limits.ts";
import { startServer } from "../src/server.ts";

const [folder = "", megabytes = "", now = ""] = process.argv.slice(2);
execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=700`, "tmpfs", folder]);
const filler = join(folder, "filler");

const server = await startServer({
  dataDir: join(folder, "data"),
  port: 0,
  limits: NO_LIMITS,
  now: () => Number(now),
  databaseLog: (line) => say({ database: line }),
});
say({ url: server.url });
for await (const line of createInterface({ input: process.stdin })) {
  const [command, count] = line.split(" ");
  if (command === "fill") await fillUpTo(Number(count));
  if (command === "free") await rm(filler, { force: true });
  say({ done: command });
}
await server.stop();

function say(words: object): void {
  process.stdout.write(`${JSON.stringify(words)}\n`);
}

/** Leaves this many bytes free. */
async function fillUpTo(left: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const file = createWriteStream(filler);
  const zeros = Buffer.alloc(1 << 20);
  for (let size = bavail * bsize - left; size > 0; size -= zeros.length) {
    const part = zeros.subarray(0, Math.min(size, zeros.length));
    await new Promise<void>((resolve) => file.write(part, () => resolve()));
  }
  await new Promise<void>((resolve) => file.close(() => resolve()));
}
