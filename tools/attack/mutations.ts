import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { AttackCase, Mutation } from "./case.ts";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * Takes each countermeasure out in turn, in a copy of the project: its case
 * must turn red. @returns how many cases did not notice
 */
export async function runMutations(
  cases: readonly AttackCase[],
  say: (line: string) => void,
): Promise<number> {
  const copy = await mkdtemp(join(tmpdir(), "ecrin-mutation-"));
  let unnoticed = 0;
  try {
    await copyProject(copy);
    for (const { number, countermeasure, mutation } of cases) {
      const noticed = await withMutation(copy, mutation, () => turnsRed(copy, number));
      if (!noticed) unnoticed += 1;
      say(
        `${String(number).padStart(3)}  ${noticed ? "red  " : "GREEN"}  without: ${countermeasure}`,
      );
    }
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
  say(`\n${cases.length - unnoticed} of ${cases.length} mutations turn their case red`);
  return unnoticed;
}

/** Sources are copied; what npm installed is linked, but for the workspaces, which lead into the copy. */
async function copyProject(copy: string): Promise<void> {
  for (const folder of ["packages", "apps/server", "tools/attack"]) {
    await cp(join(ROOT, folder), join(copy, folder), {
      recursive: true,
      filter: (path) => !path.endsWith("node_modules"),
    });
  }
  await cp(join(ROOT, "package.json"), join(copy, "package.json"));
  const installed = join(ROOT, "node_modules");
  await mkdir(join(copy, "node_modules", "@ecrin"), { recursive: true });
  for (const name of await readdir(installed)) {
    if (name !== "@ecrin" && name !== ".bin")
      await symlink(join(installed, name), join(copy, "node_modules", name));
  }
  for (const [name, place] of [
    ["protocol", "packages"],
    ["crypto", "packages"],
    ["client", "packages"],
    ["server", "apps"],
  ] as const) {
    await symlink(join(copy, place, name), join(copy, "node_modules", "@ecrin", name));
  }
}

async function withMutation<T>(
  copy: string,
  [edit, ...others]: readonly Mutation[],
  work: () => Promise<T>,
): Promise<T> {
  if (edit === undefined) return await work();
  const { file, find, replace } = edit;
  const path = join(copy, file);
  const source = await readFile(path, "utf8");
  // Layout is the formatter's; only words count.
  const pattern = new RegExp(find.trim().split(/\s+/).map(literal).join("\\s+"), "g");
  if ([...source.matchAll(pattern)].length !== 1) {
    throw new Error(`${file} does not hold exactly once: ${find.slice(0, 60)}`);
  }
  await writeFile(
    path,
    source.replace(pattern, () => replace),
  );
  try {
    return await withMutation(copy, others, work);
  } finally {
    await writeFile(path, source);
  }
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Whether the case, run in the copy, finds its promise broken. */
async function turnsRed(copy: string, number: number): Promise<boolean> {
  const args = [
    "--disable-warning=ExperimentalWarning",
    join(copy, "tools/attack/main.ts"),
    "--only",
    String(number),
  ];
  const child = spawn(process.execPath, args, { cwd: copy, stdio: ["ignore", "pipe", "ignore"] });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  await new Promise<void>((resolve) => child.once("close", () => resolve()));
  return said.includes("BROKEN");
}
