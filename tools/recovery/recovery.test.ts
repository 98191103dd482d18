// README, "When the database is behind": its commands, word for word, against a service and a
// person of their own, after a database was put back to an earlier day.

import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cp, lstat, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PASSWORD = "quatre mots ordinaires ensemble";

// `--accept` asks at a terminal, and `script` gives it one.
const hasTerminal = spawnSync("script", ["--version"]).status === 0;

let folder: string;
let env: Record<string, string>;
const running = new Set<ChildProcess>();
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "ecrin-recovery-"));
  await mkdir(join(folder, "home"));
  const { PATH = "", NODE_OPTIONS = "" } = process.env;
  env = {
    PATH,
    // As in other tests, passwords are stretched next to nothing.
    NODE_OPTIONS,
    HOME: join(folder, "home"),
    LC_ALL: "C.UTF-8",
    PORT: String(await freePort()),
    ECRIN_DATA: join(folder, "data"),
  };
});
after(async () => {
  for (const child of running) await stop(child);
  await rm(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : assert.fail();
}

interface Ran {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly ended: Promise<number | null>;
}

/** A command in the project's folder. */
function run(command: string, args: readonly string[]): Ran {
  const child = spawn(command, [...args], { cwd: ROOT, env, stdio: "pipe" });
  running.add(child);
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
    });
  const ended = new Promise<number | null>((resolve) => {
    child.once("close", (code) => {
      running.delete(child);
      resolve(code);
    });
  });
  return { child, said: () => text, ended };
}

/** A line of README. */
function ran(line: string): Ran {
  const [command = "", ...args] = line.split(" ");
  return run(command, args);
}

/** Waits until it has said something. */
async function hears({ said, child }: Ran, what: RegExp): Promise<void> {
  for (let tried = 0; !what.test(said()); tried++) {
    assert.ok(tried < 1200 && child.exitCode === null, said());
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** A database that is stopped, but for the socket it may have left. */
async function copy(from: string, to: string): Promise<void> {
  const filter = async (path: string) => !(await lstat(path)).isSocket();
  await cp(from, to, { recursive: true, filter });
}

/** As a supervisor does. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "close");
}

async function serving(line: string): Promise<Ran> {
  const server = ran(line);
  await hears(server, /http:\/\/localhost:\d+/);
  return server;
}

/** The command line with its password in a pipe. */
async function ecrin(...args: readonly string[]): Promise<string> {
  const words = ["run", "-s", "ecrin", "--", ...args, "--password-file", "-"];
  const { child, said, ended } = run("npm", words);
  child.stdin?.end(`${PASSWORD}\n`);
  assert.equal(await ended, 0, said());
  return said();
}

/** A line at a terminal, with each question answered. */
async function atTerminal(line: string, answers: readonly (readonly [RegExp, string])[]) {
  // A terminal that `script` makes has no width of its own.
  const sitting = run("script", ["-qec", `stty cols 120; ${line}`, "/dev/null"]);
  for (const [question, answer] of answers) {
    await hears(sitting, question);
    // What reads the keys begins to when the question stands there.
    await new Promise((resolve) => setTimeout(resolve, 300));
    sitting.child.stdin?.write(answer);
  }
  const code = await sitting.ended;
  return { code, said: sitting.said() };
}

/** The blocks of commands of a section of README. */
async function blocksOf(section: string): Promise<string[][]> {
  const text = await readFile(join(ROOT, "README.md"), "utf8");
  const [, part = ""] = text.split(`## ${section}\n`);
  const [own = ""] = part.split("\n## ");
  return [...own.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = ""]) =>
    block
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== ""),
  );
}

test("README's way out of a lost database", {
  skip: hasTerminal ? false : "script (bsdutils) is not installed",
}, async () => {
  const { ECRIN_DATA: data = "", PORT: port } = env;
  const url = `http://localhost:${port}`;
  const [look = [], end = [], accept = [], ...more] = await blocksOf("When the database is behind");
  assert.deepEqual([look.length, end.length, accept.length, more.length], [1, 2, 2, 0]);
  for (const name of ["kept", "lost"]) await writeFile(join(folder, `${name}.txt`), name);

  let server = await serving("npm start");
  const who = ["--address", "alice@example.org", "--name", "Alice", "--server", url];
  await ecrin("sign-up", ...who, "--kit-file", join(folder, "kit.pdf"));
  await ecrin("add", join(folder, "kept.txt"));
  await ecrin("journal");
  await stop(server.child);
  assert.match(server.said(), /Stopped\./);
  await copy(join(data, "postgres"), join(folder, "backup"));
  server = await serving("npm start");
  await ecrin("add", join(folder, "lost.txt"));
  assert.match(await ecrin("list"), /lost/);
  await ecrin("journal", "export", join(folder, "before.zip"));
  await stop(server.child);
  await rm(join(data, "postgres"), { recursive: true });
  await copy(join(folder, "backup"), join(data, "postgres"));
  const refused = ran("npm start");
  assert.notEqual(await refused.ended, 0);
  assert.match(refused.said(), /behind/);

  // 2: it tells, and changes nothing.
  const told = ran(look[0] ?? "");
  assert.equal(await told.ended, 1);
  assert.match(told.said(), /\d+ entries were signed for, and the database holds the first \d+/);
  assert.match(told.said(), /The newest that is left is of \d{4}-/);
  assert.match(told.said(), /Nothing has been changed/);
  assert.notEqual(await ran("npm start").ended, 0);

  // 3: the log ends, and the service starts.
  const [succeed = "", start = ""] = end;
  const done = ran(succeed);
  assert.equal(await done.ended, 0, done.said());
  server = await serving(start);

  // 4: where README says the key for the witnesses is.
  const { vkey } = (await (await fetch(`${url}/v1/log/witnesses`)).json()) as { vkey: string };
  assert.match(vkey, /^\S+\+[0-9a-f]{8}\+\S+$/);

  // 5: who knew the log is told, and accepts at a terminal.
  const [shown = "", accepting = ""] = accept;
  const password = [/Password/, `${PASSWORD}\r`] as const;
  const alarm = await atTerminal(shown, [password]);
  assert.match(alarm.said, /ALARM: the journal of this service ended/);
  assert.match(alarm.said, /ecrin succession --accept/);
  // Whatever else they ask for says the same.
  const list = run("npm", ["run", "-s", "ecrin", "--", "list", "--password-file", "-"]);
  list.child.stdin?.end(`${PASSWORD}\n`);
  assert.equal(await list.ended, 6, list.said());
  assert.match(list.said(), /ALARM: the journal of this service lost entries for good/);
  const answered = await atTerminal(accepting, [password, [/undone/, "y"]]);
  assert.equal(answered.code, 0, answered.said);
  assert.match(answered.said, /Accepted, for all your devices/);
  const listed = await ecrin("list");
  assert.match(listed, /kept/);
  assert.doesNotMatch(listed, /lost/);
  await ecrin("verify", join(folder, "before.zip"));
  await stop(server.child);
});
