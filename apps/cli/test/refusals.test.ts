// Every command, wrongly called: it changes nothing, says so in a sentence, and ends with its code.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { DEFAULT_QUOTAS } from "@ecrin/server";
import type { Command } from "commander";
import { makeProgram } from "../src/program.ts";
import { catalogue } from "../src/words.ts";
import { type Call, json, refused } from "./command.ts";
import { type Ground, signUp, startGround } from "./ground.ts";

let ground: Ground;
let camille: Call & { readonly account: string };
let folder: string;
before(async () => {
  ground = await startGround({ quotas: { ...DEFAULT_QUOTAS, invitations: 0 } });
  folder = await mkdtemp(join(tmpdir(), "ecrin-refusals-"));
  camille = await signUp(ground, "Camille Moreau", "chaise-fleuve-orange", "camille.txt");
  await writeFile(join(folder, "file.txt"), "text");
});
after(async () => {
  await ground.end();
  await rm(folder, { recursive: true, force: true });
});

type Refusal = readonly [args: readonly string[], exit: number, code: string];

/** Nothing of these needs an account. */
const OF_NOBODY: readonly Refusal[] = [
  [["serve", "--port", "soon"], 2, "usage"],
  [["sign-up"], 2, "no-server"],
  [["sign-in"], 2, "no-server"],
  [["whoami"], 3, "not-signed-in"],
  [["list"], 3, "not-signed-in"],
  [["open"], 2, "usage"],
  [["export"], 2, "usage"],
  [["correct", "1"], 2, "usage"],
  [["delete"], 2, "usage"],
  [["add", "none.pdf"], 4, "file-missing"],
  [["invite"], 2, "usage"],
  [["accept"], 2, "usage"],
  [["invitations"], 3, "not-signed-in"],
  [["contacts"], 3, "not-signed-in"],
  [["shares"], 3, "not-signed-in"],
  [["share", "1", "--with", "x", "--until", "soon"], 2, "when-unclear"],
  [["deposit"], 2, "usage"],
  [["deposits"], 3, "not-signed-in"],
  [["members", "list"], 3, "not-signed-in"],
  [["journal", "--kind", "gossip"], 2, "usage"],
  [["journal", "export"], 2, "usage"],
  [["verify", "none.zip"], 4, "file-missing"],
  [["verify", "."], 1, "file-unreadable"],
  [["devices", "list"], 3, "not-signed-in"],
  [["devices", "approve"], 2, "usage"],
  [["devices", "cancel-recovery"], 3, "not-signed-in"],
  [["factors", "list"], 3, "not-signed-in"],
  [["factors", "remove"], 2, "usage"],
  [["kit", "new", "--kit-file", "kit.exe", "--yes"], 2, "kit-file-kind"],
  [["kit", "check"], 2, "cannot-ask"],
  [["password"], 3, "not-signed-in"],
  [["renew", "--yes"], 3, "not-signed-in"],
  [["settle"], 2, "usage"],
  [["keep"], 3, "not-signed-in"],
  [["sync"], 3, "not-signed-in"],
  [["succession"], 3, "not-signed-in"],
  [["demo"], 2, "no-server"],
];

/** These look into the account first. */
const OF_CAMILLE: readonly Refusal[] = [
  [["invite", "somebody@exemple.fr", "--name", "X"], 1, "invitations-open"],
  [["verify-contact", "ecrin-1:contact:none", "--name", "X"], 1, "malformed"],
  [["shared", "--accept", "none"], 4, "share-unknown"],
  [["inbox", "--accept", "none"], 4, "deposit-unknown"],
  [["revoke", "nobody", "--yes"], 4, "share-unknown"],
  [["members", "add", "nobody", "--role", "reader", "--yes"], 4, "contact-unknown"],
  [["members", "end", "nobody", "--yes"], 4, "contact-unknown"],
  [["devices", "sign-out", "none", "--yes"], 4, "device-unknown"],
  [["devices", "lost", "none", "--yes"], 4, "device-unknown"],
  [["factors", "remove", "none"], 4, "device-unknown"],
  [["factors", "totp"], 2, "cannot-ask"],
  [["witnesses", "--pin", "none.json"], 4, "file-missing"],
  [["settle", "none"], 4, "item-unknown"],
  [["keep", "none", "--yes"], 2, "usage"],
  [["sync", "--retry", "none"], 4, "item-unknown"],
];

/** In groups, so that a slow machine is not asked for all at once; a folder takes one command at a time. */
async function all(callOf: (i: number) => Call, rows: readonly Refusal[]): Promise<void> {
  for (let i = 0; i < rows.length; i += 4) {
    const some = rows.slice(i, i + 4);
    const told = await Promise.all(
      some.map(async ([args, exit], j) => await refused(callOf(i + j), exit, ...args)),
    );
    assert.deepEqual(
      told.map((code, j) => [some[j]?.[0].join(" "), code]),
      some.map(([args, , code]) => [args.join(" "), code]),
    );
  }
}

test("without an account", async () => {
  await all((i) => ({ home: join(folder, `nobody-${i}`) }), OF_NOBODY);
});

test("with one", async () => {
  for (const row of OF_CAMILLE) await all(() => camille, [row]);
});

test("where no log lost anything, there is nothing to accept", async () => {
  const nothing = { pending: false, lostReceipts: 0 };
  assert.deepEqual(await json(camille, "succession"), nothing);
  assert.deepEqual(await json(camille, "succession", "--accept", "--yes"), nothing);
});

test("no command is left out", () => {
  const leaves = (command: Command, path: readonly string[]): string[] =>
    command.commands.length === 0
      ? [path.join(" ")]
      : command.commands.flatMap((each) => leaves(each, [...path, each.name()]));
  const tried = [...OF_NOBODY, ...OF_CAMILLE].map(([args]) => args.join(" "));
  const missing = leaves(makeProgram(catalogue("en"), process), []).filter(
    (name) => !tried.some((each) => each === name || each.startsWith(`${name} `)),
  );
  assert.deepEqual(missing, []);
});
