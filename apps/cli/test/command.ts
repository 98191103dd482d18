import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { run } from "../src/run.ts";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** Variables that a command goes by. */
const OF_ITS_OWN = /^(?:ECRIN_(?:URL|HOME|DATA)|DATABASE_URL|PORT)$/;

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
  /** English where none is given. */
  readonly lang?: "en" | "fr";
  /** In a process of its own. */
  readonly alone?: boolean;
  /** Variables beside what every command is given: in a process of its own too. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a command. Its arguments and its environment are what any other process could read of it: no
 * secret is among them.
 */
export async function ecrin(call: Call, ...args: readonly string[]): Promise<Ended> {
  const { home, server, secrets = [], lang = "en" } = call;
  const given = server === undefined ? [] : ["--server", server];
  const all = [...args, "--home", home, "--lang", lang, ...given, "--password-file", "-"];
  const typed = secrets.map((secret) => `${secret}\n`).join("");
  const isAlone = call.alone === true || call.env !== undefined;
  const { seen, ...ended } = await (isAlone ? alone(all, typed, call.env) : here(all, typed));
  for (const secret of secrets)
    assert.ok(!seen.some((text) => text.includes(secret)), "other processes could read a secret");
  return ended;
}

/** What a command came to, and what others could read of it meanwhile. */
type Seen = Ended & { readonly seen: readonly string[] };

// What commands of this process find around them, as those of their own do.
process.env.TZ = "Europe/Paris";
for (const name of Object.keys(process.env)) if (OF_ITS_OWN.test(name)) delete process.env[name];

/** In this process, which has loaded the program already. */
async function here(args: readonly string[], typed: string): Promise<Seen> {
  const streams = {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
  };
  const [out, err] = [streams.stdout.toArray(), streams.stderr.toArray()];
  streams.stdin.end(typed);
  const code = await run(args, streams);
  streams.stdout.end();
  streams.stderr.end();
  const seen = [...args, ...Object.values(process.env).map((value) => value ?? "")];
  return { code, out: Buffer.concat(await out), err: Buffer.concat(await err).toString(), seen };
}

/** As people do it: a process of its own. */
async function alone(args: readonly string[], typed: string, env: Call["env"]): Promise<Seen> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", MAIN, ...args], {
    env: { ...ENVIRONMENT, ...env },
    stdio: "pipe",
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (piece: Buffer) => out.push(piece));
  child.stderr.on("data", (piece: Buffer) => err.push(piece));
  child.stdin.on("error", () => undefined); // A command that asks for nothing does not read.
  child.stdin.end(typed);
  const seen = seenByOthers(child.pid);
  assert.ok(process.platform !== "linux" || seen.length > 0, "nothing of the process was read");
  child.stdout.once("data", () => seen.push(...seenByOthers(child.pid)));
  const code = await new Promise<number | null>((done, failed) => {
    child.on("error", failed);
    child.on("close", done);
  });
  return { code, out: Buffer.concat(out), err: Buffer.concat(err).toString("utf8"), seen };
}

/** A command somebody sits at: what it says is read, and answered when it asks. */
export function sitting(call: Call, ...args: readonly string[]) {
  const all = [...args, "--home", call.home, "--lang", "en", "--json", "--password-file", "-"];
  const server = call.server === undefined ? [] : ["--server", call.server];
  const child: ChildProcessWithoutNullStreams = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", MAIN, ...all, ...server],
    { env: { ...ENVIRONMENT, ...call.env } },
  );
  let [said, out] = ["", ""];
  child.stderr.on("data", (piece: Buffer) => {
    said += piece.toString();
  });
  child.stdout.on("data", (piece: Buffer) => {
    out += piece.toString();
  });
  const ended = new Promise<number | null>((done) => child.once("close", done));
  /** Once `found` finds something in what there is. */
  const until = async <T>(found: () => T | undefined): Promise<T> => {
    for (;;) {
      const value = found();
      if (value !== undefined) return value;
      if (child.exitCode !== null) throw new Error(said);
      await new Promise<void>((resolve) => setTimeout(resolve, 50));
    }
  };
  return {
    answer: (line: string) => child.stdin.write(`${line}\n`),
    /** What it says, once it has said it. */
    hears: (pattern: RegExp): Promise<string> => until(() => pattern.exec(said)?.[1]),
    /** The first of the values it has printed, one a line, for which this holds. */
    printed: <T>(is: (value: T) => boolean): Promise<T> =>
      until(() =>
        out
          .split("\n")
          .slice(0, -1)
          .map((line) => JSON.parse(line) as T)
          .find(is),
      ),
    /** Interrupts it, as Ctrl-C does. @returns its exit code */
    async interrupt(signal: "SIGINT" | "SIGTERM" = "SIGINT"): Promise<number | null> {
      child.kill(signal);
      return await ended;
    },
    async result<T>(): Promise<T> {
      child.stdin.end();
      assert.equal(await ended, 0, said);
      return JSON.parse(out) as T;
    },
  };
}

/** What any process of the same person reads of this one, while it is there. */
function seenByOthers(pid: number | undefined): string[] {
  return ["cmdline", "environ"].flatMap((file) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, "utf8");
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // No such file: the process was gone, or this is no Linux. No such process: it ends just now.
      if (code === "ENOENT" || code === "ESRCH") return [];
      throw error;
    }
  });
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
  const { PATH, NODE_COMPILE_CACHE, NODE_OPTIONS } = process.env;
  return {
    PATH,
    TZ: "Europe/Paris",
    ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }),
    // As the tests themselves stretch passwords (scripts/light), or a command could not sign in.
    ...(NODE_OPTIONS === undefined ? {} : { NODE_OPTIONS }),
  };
}
