import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Line, Person } from "./person.ts";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "ecrin-main-"));
});
const running = new Set<ChildProcess>();
after(async () => {
  // A server that a failed test has left ends in its own way, and its database with it.
  for (const child of running) {
    child.kill("SIGTERM");
    await once(child, "exit");
  }
  await rm(folder, { recursive: true, force: true });
});

interface Run {
  readonly child: ChildProcess;
  readonly said: () => string;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

function run(env: Record<string, string>, args: readonly string[] = []): Run {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", MAIN, ...args], {
    env: { PATH: process.env.PATH ?? "", ECRIN_DATA: join(folder, "data"), PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  }
  const ended = new Promise<number | string>((resolve) => {
    child.once("exit", (code, signal) => {
      running.delete(child);
      resolve(code ?? signal ?? "");
    });
  });
  return { child, said: () => said, ended };
}

async function started(env: Record<string, string> = {}): Promise<Run & { url: string }> {
  const run_ = run(env);
  for (;;) {
    const [url] = /http:\/\/localhost:\d+/.exec(run_.said()) ?? [];
    if (url !== undefined) return { ...run_, url };
    const exit = await Promise.race([run_.ended, new Promise((r) => setTimeout(r, 50))]);
    assert.equal(exit, undefined, run_.said());
  }
}

test("what it cannot take, it says in a sentence and exits 1", async () => {
  const cases: [Record<string, string>, string[], RegExp][] = [
    [{ PORT: "70000" }, [], /PORT is a whole number/],
    [{ PORT: "" }, [], /PORT is a whole number/],
    [{ PORT: "x", LANG: "fr_FR" }, [], /PORT est un nombre/],
    [{}, ["--what"], /I do not know --what/],
    [{ ECRIN_ORIGIN: "https://ecrin.example/page" }, [], /ECRIN_ORIGIN is scheme, host and port/],
    [{ ECRIN_FORWARDED: "nginx" }, [], /ECRIN_FORWARDED is yes or no/],
    [{ ECRIN_REPORT_CERTIFICATE: "a.pem" }, [], /ECRIN_REPORT_KEY go together/],
  ];
  for (const [env, args, expected] of cases) {
    const { ended, said } = run(env, args);
    assert.equal(await ended, 1);
    assert.match(said(), expected);
  }
});

test("it starts, stops on a signal, and finds everything again, after a kill -9 too", async () => {
  const first = await started();
  assert.match(first.said(), /npm run ecrin -- sign-up/);
  const alice = await new Person(new Line(first.url)).signUp();
  first.child.kill("SIGTERM");
  assert.equal(await first.ended, 0);
  assert.match(first.said(), /Stopped\.\n$/);

  const second = await started({ LANG: "fr_FR.UTF-8" });
  assert.match(second.said(), /Écrin est prêt/);
  Object.assign(alice, { line: new Line(second.url) });
  assert.equal((await alice.signIn()).answer.status, 200);
  second.child.kill("SIGKILL");
  assert.equal(await second.ended, "SIGKILL");

  const third = await started();
  Object.assign(alice, { line: new Line(third.url) });
  assert.equal((await alice.signIn(["device"], { by: "address" })).answer.status, 200);
  await refuseToUpload(alice);
  assert.match(
    third.said(),
    /\n[^\n]+nobody foresaw: upload, Error, ENOTDIR, apps\/server\/src\/blobs\.ts:\d+\n/,
  );
  third.child.kill("SIGINT");
  assert.equal(await third.ended, 0);
});

/** Asks for what cannot be done: there is no folder any more for what is uploaded. */
async function refuseToUpload({ line, seat }: Person): Promise<void> {
  const blobs = join(folder, "data", "blobs");
  await rm(blobs, { recursive: true });
  await writeFile(blobs, "");
  const headers = { "tus-resumable": "1.0.0", "upload-length": "9" };
  const { status } = await line.ask("POST", "/v1/uploads", undefined, seat, { headers });
  assert.equal(status, 500);
  await rm(blobs);
}

test("a port in use is said to be, and nothing is left running", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  const address = holder.address();
  const port = typeof address === "object" ? String(address?.port) : "";
  const { ended, said } = run({ PORT: port });
  assert.equal(await ended, 1);
  assert.match(said(), new RegExp(`Port ${port} is in use`));
  holder.close();
});
