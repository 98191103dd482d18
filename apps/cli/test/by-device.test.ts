// Two computers, each with its own command: one lets the other in.

import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Call, ENVIRONMENT, json } from "./command.ts";
import { type Ground, signUp, startGround } from "./ground.ts";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const PASSWORD = "chaise-fleuve-orange";

let ground: Ground;
let camille: Call & { readonly account: string };
before(async () => {
  ground = await startGround();
  camille = await signUp(ground, "Camille Durand", PASSWORD, "camille.txt");
});
after(async () => await ground.end());

/** A command somebody sits at: what it says is read, and answered when it asks. */
function sitting(call: Call, ...args: readonly string[]) {
  const all = [...args, "--home", call.home, "--lang", "en", "--json", "--password-file", "-"];
  const server = call.server === undefined ? [] : ["--server", call.server];
  const child: ChildProcessWithoutNullStreams = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", MAIN, ...all, ...server],
    { env: ENVIRONMENT },
  );
  let [said, out] = ["", ""];
  child.stderr.on("data", (piece: Buffer) => {
    said += piece.toString();
  });
  child.stdout.on("data", (piece: Buffer) => {
    out += piece.toString();
  });
  const ended = new Promise<number | null>((done) => child.once("close", done));
  return {
    answer: (line: string) => child.stdin.write(`${line}\n`),
    /** What it says, once it has said it. */
    async hears(pattern: RegExp): Promise<string> {
      for (;;) {
        const found = pattern.exec(said)?.[1];
        if (found !== undefined) return found;
        if (child.exitCode !== null) throw new Error(said);
        await new Promise<void>((resolve) => setTimeout(resolve, 50));
      }
    },
    async result<T>(): Promise<T> {
      child.stdin.end();
      assert.equal(await ended, 0, said);
      return JSON.parse(out) as T;
    },
  };
}

test("a computer is let in by another, with a number and two codes", async () => {
  const laptop = { home: join(ground.folder, "laptop"), server: ground.server.url };
  const joining = sitting(laptop, "sign-in", "--by-device");
  const number = await joining.hears(/approve ([0-9 ]+)/);
  const approving = sitting(camille, "devices", "approve", ...number.trim().split(" "), "--yes");
  approving.answer(PASSWORD);
  approving.answer(await joining.hears(/code there: ([0-9 ]+)/));
  const { code, device } = await approving.result<{ code: string; device: string }>();
  joining.answer(code);
  joining.answer(PASSWORD);
  const signedIn = await joining.result<{ account: string; device: string }>();
  assert.deepEqual(signedIn, { account: camille.account, device, name: "Camille Durand" });
  const { devices } = await json<{ devices: { device: string; here: boolean }[] }>(
    { ...laptop, secrets: [PASSWORD] },
    "devices",
  );
  assert.equal(devices.find(({ here }) => here)?.device, device);
  assert.equal(devices.length, 2);
});
