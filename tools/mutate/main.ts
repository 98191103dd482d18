// Small faults in `protocol` and `crypto`, one at a time: the tests should notice.
//
//   npm run mutate                               200 of them
//   npm run mutate -- --count 50 --seed 7        fewer, and others
//   npm run mutate -- --only crypto/src/slot.ts  every one in files whose path holds this
//
// Works on a copy in a temporary folder; not part of `npm test`. The same seed picks the same faults.
// Exits with 1 when less than 95 of 100 were noticed.

import { globSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { Random } from "../fuzz/random.ts";
import { optionsOf } from "../options.ts";
import { copyProject } from "./copy.ts";
import { type Mutation, mutationsOf } from "./mutations.ts";
import { noticedBy } from "./trial.ts";

const NOTICED_AT_LEAST = 0.95;
const SOURCES = "packages/{protocol,crypto}/src/*.ts";
const COPIED = [
  "packages",
  "apps/server",
  "spec",
  "vectors",
  "examples",
  "tools/vectors",
  "tools/capture",
];

const values = optionsOf(import.meta.url, {
  count: { type: "string", default: "200" },
  seed: { type: "string", default: "1" },
  only: { type: "string" },
});
const root = fileURLToPath(new URL("../../", import.meta.url));
const say = (line: string) => process.stdout.write(`${line}\n`);

type Placed = Mutation & { readonly file: string };

/** Every fault there is. */
function everyFault(): Placed[] {
  return globSync(SOURCES, { cwd: root })
    .sort()
    .filter((file) => !file.endsWith("/index.ts"))
    .filter((file) => values.only === undefined || file.includes(values.only))
    .flatMap((file) =>
      mutationsOf(readFileSync(join(root, file), "utf8")).map((each) => ({ file, ...each })),
    );
}

function picked(faults: Placed[]): Placed[] {
  const random = new Random(Number(values.seed));
  const count = values.only === undefined ? Number(values.count) : faults.length;
  const chosen: Placed[] = [];
  while (chosen.length < count && faults.length > 0)
    chosen.push(...faults.splice(random.below(faults.length), 1));
  return chosen;
}

async function run(folder: string): Promise<number> {
  const copy = join(folder, "copy");
  await mkdir(copy);
  await copyProject(copy, COPIED);
  for (const file of ["packages/protocol/src/bytes.ts", "packages/crypto/src/box.ts"]) {
    const noticed = await noticedBy(copy, file, readFileSync(join(root, file), "utf8"));
    if (noticed !== undefined) throw new Error(`without any fault: ${noticed} fail`);
  }
  const faults = everyFault();
  const total = faults.length;
  const by = new Map<string, number>();
  let tried = 0;
  for (const { file, line, what, mutated } of picked(faults)) {
    const noticed = await noticedBy(copy, file, mutated);
    tried += 1;
    by.set(noticed ?? "nothing", (by.get(noticed ?? "nothing") ?? 0) + 1);
    if (tried % 20 === 0) say(`${tried} tried`);
    if (noticed === undefined) say(`not noticed  ${file}:${line}  ${what}`);
  }
  for (const [check, count] of by) say(`${String(count).padStart(5)} by ${check}`);
  const noticed = tried - (by.get("nothing") ?? 0);
  say(`${noticed} of ${tried} noticed, out of ${total} that could be made`);
  return tried > 0 && noticed / tried >= NOTICED_AT_LEAST ? 0 : 1;
}

const folder = await mkdtemp(join(tmpdir(), "ecrin-mutate-"));
try {
  process.exitCode = await run(folder);
} finally {
  await rm(folder, { recursive: true, force: true });
}
