import { spawn } from "node:child_process";
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { AttackCase, Mutation } from "./case.ts";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const COPIED = ["packages", "apps/server", "tools/attack", "tools/capture", "samples"];
const WORKSPACES = ["packages/protocol", "packages/crypto", "packages/client", "apps/server"];
const AT_ONCE = 2;
const PATIENCE_MS = 300_000;

/** `green`: the case did not notice. `not run`: the mutation does not fit, or breaks more than it should. */
type Verdict = "red" | "green" | "not run";

/** A case and its place in the list. */
export interface Placed {
  readonly place: number;
  readonly attack: AttackCase;
}

/**
 * Takes each countermeasure out in turn, each in a copy of the project of its
 * own: its case must turn red. @returns how many did not
 */
export async function runMutations(
  cases: readonly Placed[],
  say: (line: string) => void,
): Promise<number> {
  const waiting = [...cases];
  let red = 0;
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { verdict, said } = await tryMutation(next);
      if (verdict === "red") red += 1;
      const { number, title, countermeasure } = next.attack;
      say(`${String(number).padStart(3)}  ${verdict.padEnd(7)}  ${title}`);
      say(`              without: ${countermeasure}`);
      if (said !== "") say(`              ${said}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  say(`\n${red} of ${cases.length} cases turn red without their countermeasure`);
  return cases.length - red;
}

async function tryMutation({ place, attack }: Placed): Promise<{ verdict: Verdict; said: string }> {
  const copy = await mkdtemp(join(tmpdir(), "ecrin-mutation-"));
  try {
    await copyProject(copy);
    for (const edit of attack.mutation) await apply(copy, edit);
    return await runInCopy(copy, place);
  } catch (error) {
    return { verdict: "not run", said: error instanceof Error ? error.message : "failed" };
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

/** Sources are copied; what npm installed is linked, but for the workspaces, which lead into the copy. */
async function copyProject(copy: string): Promise<void> {
  for (const folder of COPIED) {
    await cp(join(ROOT, folder), join(copy, folder), {
      recursive: true,
      filter: (path) => !/[/\\](node_modules|test)$/.test(path) || path.endsWith("server/test"),
    });
  }
  await cp(join(ROOT, "package.json"), join(copy, "package.json"));
  const installed = join(ROOT, "node_modules");
  await mkdir(join(copy, "node_modules", "@ecrin"), { recursive: true });
  for (const name of await readdir(installed)) {
    if (name !== "@ecrin" && name !== ".bin")
      await symlink(join(installed, name), join(copy, "node_modules", name));
  }
  for (const folder of WORKSPACES) {
    const name = folder.slice(folder.indexOf("/") + 1);
    await symlink(join(copy, folder), join(copy, "node_modules", "@ecrin", name));
  }
}

/** @throws Error where the text does not stand in the file exactly once */
async function apply(copy: string, { file, find, replace }: Mutation): Promise<void> {
  const path = join(copy, file);
  const source = await readFile(path, "utf8");
  // Layout is the formatter's; only what it does not touch counts.
  const pattern = [...find.replace(/\s+/g, "")].map(literal).join("\\s*");
  const found = [...source.matchAll(new RegExp(pattern, "g"))];
  if (found.length !== 1) {
    throw new Error(`${file} holds ${found.length} times: ${find.slice(0, 60)}`);
  }
  await writeFile(
    path,
    source.replace(new RegExp(pattern), () => replace),
  );
}

function literal(character: string): string {
  return character.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

/** Whether the case, run in the copy, finds its promise broken. */
async function runInCopy(copy: string, place: number): Promise<{ verdict: Verdict; said: string }> {
  const main = join(copy, "tools/attack/main.ts");
  const folder = join(copy, "tmp");
  await mkdir(folder);
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", main, "--place", String(place)],
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
