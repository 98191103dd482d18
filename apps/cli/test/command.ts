import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** The environment of a command: what it needs to start, and nothing of the test's own. */
export const ENVIRONMENT = environment();

export interface Ended {
  readonly code: number | null;
  readonly out: Buffer;
  readonly err: string;
}

export interface Call {
  readonly home: string;
  readonly server?: string;
  /** Passwords and kits, in the order in which they are asked for. */
  readonly secrets?: readonly string[];
}

/**
 * Runs a command as people do: a process of its own. Its arguments and its
 * environment are read by the test as any other process could read them.
 */
export async function ecrin(call: Call, ...args: readonly string[]): Promise<Ended> {
  const { home, server, secrets = [] } = call;
  const given = server === undefined ? [] : ["--server", server];
  const all = [...args, "--home", home, "--lang", "en", ...given, "--password-file", "-"];
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", MAIN, ...all], {
    env: ENVIRONMENT,
    stdio: "pipe",
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (piece: Buffer) => out.push(piece));
  child.stderr.on("data", (piece: Buffer) => err.push(piece));
  child.stdin.on("error", () => undefined); // A command that asks for nothing does not read.
  child.stdin.end(secrets.map((secret) => `${secret}\n`).join(""));
  child.stdout.once("data", () => checkNothingSecret(child.pid, secrets));
  checkNothingSecret(child.pid, secrets);
  const code = await new Promise<number | null>((done, failed) => {
    child.on("error", failed);
    child.on("close", done);
  });
  return { code, out: Buffer.concat(out), err: Buffer.concat(err).toString("utf8") };
}

function checkNothingSecret(pid: number | undefined, secrets: readonly string[]): void {
  for (const file of ["cmdline", "environ"]) {
    const path = `/proc/${pid}/${file}`;
    if (!existsSync(path)) continue; // The process has ended, or this is no Linux.
    const text = readFileSync(path, "utf8");
    for (const secret of secrets) assert.ok(!text.includes(secret), `a secret is in ${file}`);
  }
}

/** Runs a command that must end well, and gives what it says to programs. */
export async function json<T>(call: Call, ...args: readonly string[]): Promise<T> {
  const { code, out, err } = await ecrin(call, ...args, "--json");
  assert.equal(code, 0, err);
  return JSON.parse(out.toString("utf8")) as T;
}

/** Runs a command that must be refused, and gives the code of the reason. */
export async function refused(call: Call, exit: number, ...args: readonly string[]) {
  const { code, out, err } = await ecrin(call, ...args, "--json");
  assert.equal(code, exit, err);
  assert.equal(out.length, 0, "a refusal has no result");
  const last = err.trim().split("\n").at(-1) ?? "";
  const { error } = JSON.parse(last) as { error: { code: string; message: string } };
  assert.match(error.message, /[.:] ?[^\n]*$/);
  assert.ok(!/\bat .*\.ts:\d+/.test(err), "no stack is shown");
  return error.code;
}

function environment(): NodeJS.ProcessEnv {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const own = { PATH, TZ: "Europe/Paris" };
  return NODE_COMPILE_CACHE === undefined ? own : { ...own, NODE_COMPILE_CACHE };
}
