import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { SAMPLES_FOLDER } from "../src/samples/files.ts";
import { ecrin, json, refused } from "./command.ts";
import { type Ground, type Listed, signUp, startGround } from "./ground.ts";

const REPORT = join(SAMPLES_FOLDER, "echographie-2026-09-22.txt");

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(async () => await ground.end());

test("everything is made anew, and the password and kit of before open nothing", async () => {
  const { folder, server } = ground;
  const [old, fresh] = ["chaise-fleuve-orange", "tambour-lune-verte"];
  const lea = await signUp(ground, "Léa Petit", old, "old-kit.txt");
  await json(lea, "add", REPORT);
  const kitFile = join(folder, "new-kit.txt");
  const before = { ...lea, secrets: [old, "short"] };
  assert.equal(await refused(before, 1, "renew", "--kit-file", kitFile, "--yes"), "password-short");
  const both = { ...lea, secrets: [old, fresh] };
  const told = await ecrin(both, "renew", "--kit-file", kitFile, "--yes", "--json");
  assert.equal(told.code, 0, told.err);
  assert.match(told.err, /does not undo what somebody has already read/);
  assert.equal(JSON.parse(told.out.toString()).turned, true);
  assert.equal((await stat(kitFile)).mode & 0o777, 0o600);

  assert.equal(await refused(lea, 1, "list"), "wrong-password");
  const now = { ...lea, secrets: [fresh] };
  assert.equal((await json<Listed>(now, "list")).items.length, 1);
  const kitOf = async (name: string) =>
    (await readFile(join(folder, name), "utf8"))
      .split("\n")
      .find((line) => line.startsWith("ecrin-1:kit:")) ?? "";
  const elsewhere = (kit: string) => ({
    home: join(folder, `elsewhere-${kit.slice(-4)}`),
    server: server.url,
    secrets: [kit, fresh],
  });
  assert.equal(await refused(elsewhere(await kitOf("old-kit.txt")), 1, "sign-in"), "wrong-kit");
  await json(elsewhere(await kitOf("new-kit.txt")), "sign-in");
});
