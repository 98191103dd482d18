// Makes the documents of samples/ again: node apps/cli/src/samples/make.ts

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { SAMPLES_FOLDER, sampleFiles } from "./files.ts";

await mkdir(SAMPLES_FOLDER, { recursive: true });
for (const { name, bytes } of await sampleFiles()) {
  await writeFile(join(SAMPLES_FOLDER, name), bytes);
  process.stdout.write(`${name}  ${bytes.length}\n`);
}
