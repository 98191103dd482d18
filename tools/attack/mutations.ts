import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { copyProject } from "../mutate/copy.ts";
import type { Mutation } from "./case.ts";
import type { GroundName } from "./ground.ts";
import type { Placed } from "./run.ts";

const COPIED = [
  "packages",
  "apps/server",
  "tools/attack",
  "tools/browser",
  "tools/capture",
  "tools/mutate",
  "tools/witness",
  "tools/options.ts",
  "samples",
];
const AT_ONCE = 2;
const PATIENCE_MS = 300_000;

/** `green`: the case did not notice. `not run`: the mutation does not fit, or breaks more than it should. */
type Verdict = "red" | "green" | "not run";

/**
 * Takes each countermeasure out in turn, each in a copy of the project of its
 * own: its case must turn red on every ground. @returns how many did not
 */
export async function runMutations(
  cases: readonly Placed[],
  grounds: readonly GroundName[],
  say: (line: string) => void,
): Promise<number> {
  const waiting = [...cases];
  let red = 0;
  say(` no  ${grounds.map((name) => name.padEnd(9)).join("")}attack`);
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const tried = await tryMutation(next, grounds);
      if (tried.every(({ verdict }) => verdict === "red")) red += 1;
      const { number, title, countermeasure } = next.attack;
      const verdicts = tried.map(({ verdict }) => verdict.padEnd(9)).join("");
      say(`${String(number).padStart(3)}  ${verdicts}${title}`);
      say(`              without: ${countermeasure}`);
      for (const said of new Set(tried.map((each) => each.said)))
        if (said !== "") say(`              ${said}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  say(`\n${red} of ${cases.length} cases turn red without their countermeasure`);
  return cases.length - red;
}

interface Tried {
  readonly verdict: Verdict;
  readonly said: string;
}

async function tryMutation(
  { place, attack }: Placed,
  grounds: readonly GroundName[],
): Promise<Tried[]> {
  const copy = await mkdtemp(join(tmpdir(), "ecrin-mutation-"));
  try {
    await copyProject(
      copy,
      COPIED,
      (path) => !/[/\\]test$/.test(path) || path.endsWith("server/test"),
    );
    for (const edit of attack.mutation) await apply(copy, edit);
    const tried: Tried[] = [];
    for (const ground of grounds) tried.push(await runInCopy(copy, place, ground));
    return tried;
  } catch (error) {
    const said = error instanceof Error ? error.message : "failed";
    return grounds.map(() => ({ verdict: "not run", said }));
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function apply(copy: string, edit: Mutation): Promise<void> {
  const path = join(copy, edit.file);
  await writeFile(path, without(await readFile(path, "utf8"), edit));
}

/**
 * A source without its countermeasure.
 * @throws Error where the text does not stand in it exactly once
 */
export function without(source: string, { file, find, replace }: Mutation): string {
  // Layout is the formatter's; only what it does not touch counts.
  const pattern = [...find.replace(/\s+/g, "")].map(literal).join("\\s*");
  const found = [...source.matchAll(new RegExp(pattern, "g"))];
  if (found.length !== 1) {
    throw new Error(`${file} holds ${found.length} times: ${find.slice(0, 60)}`);
  }
  return source.replace(new RegExp(pattern), () => replace);
}

function literal(character: string): string {
  return character.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

/** Whether the case, run in the copy, finds its promise broken. */
async function runInCopy(copy: string, place: number, ground: GroundName): Promise<Tried> {
  const main = join(copy, "tools/attack/main.ts");
  const folder = join(copy, `tmp-${ground}`);
  await mkdir(folder);
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", main, "--place", String(place), "--in", ground],
    {
      cwd: copy,
      env: { ...process.env, TMPDIR: folder },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: PATIENCE_MS,
    },
  );
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString();
  });
  await new Promise<void>((resolve) => child.once("close", () => resolve()));
  await endDatabases(folder);
  const lines = out.split("\n");
  const at = lines.findIndex((line) => line.includes("BROKEN"));
  if (at >= 0) return { verdict: "red", said: lines[at + 1]?.trim() ?? "" };
  if (/ [1-9]\d* found in /.test(out)) return { verdict: "red", said: "seen by the sweep" };
  if (out.includes("1 of 1 hold")) return { verdict: "green", said: "" };
  return { verdict: "not run", said: err.trim().split("\n").slice(0, 8).join(" / ") };
}

/** A run that was cut short leaves its database running, in the folder that it was given. */
async function endDatabases(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = join(folder, name, "postgres", "data", "postmaster.pid");
    const text = await readFile(file, "utf8").catch(() => "");
    const [pid, home] = text.split("\n");
    if (home?.includes(name) !== true) continue;
    process.kill(Number(pid), "SIGINT");
    for (let i = 0; i < 50 && (await stat(file).catch(() => undefined)) !== undefined; i++)
      await sleep(100);
  }
}
