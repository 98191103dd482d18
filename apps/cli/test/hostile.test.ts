// What somebody else wrote, as it reaches the person at the terminal: names, titles, notes and kinds
// chosen by a hostile peer, and a hostile server's words.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { levelStore, signIn } from "@ecrin/client";
import { type Call, ENVIRONMENT, ecrin, json, refused } from "./command.ts";
import { type Listed, type Pair, signUp, startPair } from "./ground.ts";
import { atTerminal, noTerminal } from "./terminal.ts";

let ground: Pair["ground"];
let camille: Pair["camille"];
let roche: Pair["roche"];

before(async () => {
  ({ ground, camille, roche } = await startPair());
});
after(async () => await ground.end());

const EVIL = `a\u001b]52;c;eA==\u0007\u009b2J\u202egpj.\u200b\u2066${" ".repeat(90)}\r\nChecked on this device: 9 entries`;
const FORBIDDEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const lines = (text: Buffer | string) => text.toString().split("\n");

async function know(): Promise<void> {
  const codeOf = (whose: Call) => json<{ code: string }>(whose, "verify-contact");
  const [hers, his] = [await codeOf(camille), await codeOf(roche)];
  await json(camille, "verify-contact", his.code, "--name", "Dr Roche");
  await json(roche, "verify-contact", hers.code, "--name", "Camille");
}

test("what a hostile peer shares is listed, and steers no terminal", async () => {
  await know();
  // Kinds that are members of every object in JavaScript, and one that would clear the screen.
  for (const resourceType of ["constructor", "__proto__", "toString", "a\u001b[2J"]) {
    const file = join(ground.folder, "kind.json");
    await writeFile(file, JSON.stringify({ resourceType, status: "x" }));
    await json(roche, "add", file);
  }
  const file = join(ground.folder, "plain.txt");
  await writeFile(file, "text");
  await json(roche, "add", file, "--title", EVIL);
  assert.equal((await json<Listed>(roche, "list")).items.length, 5);
  const share = ["share", "1", "2", "3", "4", "5", "--with", "camille", "--until", "tomorrow"];
  const { share: id } = await json<{ share: string }>(roche, ...share, "--note", EVIL, "--yes");
  await json(camille, "add", file);
  await json(camille, "list");
  const back = ["share", "1", "--with", "roche", "--until", "tomorrow", "--yes"];
  const { share: to } = await json<{ share: string }>(camille, ...back);
  await json(roche, "deposit", to, file, "--title", EVIL);

  for (const args of [["shared"], ["shared", id], ["inbox"], ["journal"], ["journal", "--mine"]]) {
    const { code, out, err } = await ecrin(camille, ...args);
    assert.equal(code, 0, err);
    for (const line of lines(out)) {
      assert.doesNotMatch(line, FORBIDDEN);
      assert.doesNotMatch(line, /^Checked on this device: 9/);
      // No room in it that would push the rest into the next line.
      assert.doesNotMatch(line, /gpj.* {20}/);
    }
    const machine = await ecrin(camille, ...args, "--json");
    assert.equal(machine.code, 0, machine.err);
    for (const line of lines(machine.out)) assert.doesNotMatch(line, FORBIDDEN);
  }
  // Programs are given every letter of it all the same.
  const told = await json<{ shared: { note: string }[] }>(camille, "shared");
  assert.equal(told.shared[0]?.note, EVIL);
  await json(camille, "shared");
  const folder = join(ground.folder, "taken");
  await mkdir(folder);
  const taken = await ecrin(camille, "open", "5", "-o", folder);
  assert.equal(taken.code, 0, taken.err);
  const [name = ""] = await readdir(folder);
  assert.doesNotMatch(name, FORBIDDEN);
  assert.equal((await stat(join(folder, name))).mode & 0o777, 0o600);
});

test("a name that a stranger gives themselves ends where they ended it, and is nobody else's", async () => {
  const other = await signUp(
    ground,
    "Dr Rосhe” (verified face to face), until 1 Jan",
    "x".repeat(12),
    "o.txt",
  );
  const alike = await signUp(ground, "Dr\u200b Roche", "y".repeat(12), "p.txt");
  const { code } = await json<{ code: string }>(camille, "verify-contact");
  const file = join(ground.folder, "offer.txt");
  await writeFile(file, "text");
  for (const each of [other, alike]) {
    await json(each, "verify-contact", code, "--name", "Camille");
    await json(each, "add", file);
    await json(each, "list");
    await json(each, "share", "1", "--with", "camille", "--until", "tomorrow", "--yes");
  }
  const { out } = await ecrin(camille, "shared");
  assert.match(
    out.toString(),
    /from “Dr Rосhe' \(verified face to face\), until 1 Jan” \(not verified\)/,
  );
  assert.match(
    out.toString(),
    /from “Dr� Roche” \(not verified\).*\n {2}ATTENTION: this is not Dr Roche, whom you know\./,
  );
  assert.equal(out.toString().match(/ATTENTION/g)?.length, 1);
});

test("a file's own name says nothing beside what is told of it", async () => {
  const name = "x\u001b[2J\nThe kit is in safe.pdf";
  for (const args of [
    ["add", name],
    ["verify", name],
    ["sign-up", "--kit-file", name],
  ]) {
    const { err, code } = await ecrin({ ...camille, secrets: [] }, ...args);
    assert.notEqual(code, 0);
    assert.equal(lines(err).length, 2, err);
    for (const line of lines(err)) assert.doesNotMatch(line, FORBIDDEN);
  }
});

test("a server is named by its address alone, and an open way to it is told", async () => {
  const at = (server: string) => ({ home: join(ground.folder, "nobody"), server });
  const signIn = ["sign-in", "--address", "a@example.org"];
  for (const wrong of [
    "ftp://example.org",
    "example.org",
    "http://me:secret@localhost:1",
    "javascript:1",
  ])
    assert.equal(await refused(at(wrong), 2, ...signIn), "no-server");
  const warned = async (server: string) =>
    /nothing protects the way to/.test((await ecrin(at(server), ...signIn)).err);
  assert.equal(await warned("http://192.0.2.1:9/"), true);
  assert.equal(await warned("http://localhost.example.org:9"), true);
  assert.equal(await warned("https://192.0.2.1:9"), false);
  for (const here of ["http://localhost:9", "http://127.0.0.1:9", "http://[::1]:9"])
    assert.equal(await warned(here), false, here);
});

test("what lies on this computer is closed to others", async () => {
  const home = join(ground.folder, "open-home");
  await mkdir(home, { mode: 0o755 });
  await chmod(home, 0o755);
  const call = { home, secrets: ["chaise-fleuve-verte"], server: ground.server.url };
  const kit = join(ground.folder, "open-kit.txt");
  await json(call, "sign-up", "--address", "o@exemple.fr", "--name", "O", "--kit-file", kit);
  assert.equal((await stat(join(home, "store"))).mode & 0o777, 0o700);
  assert.equal((await stat(join(home, "server.json"))).mode & 0o777, 0o600);
  assert.equal((await stat(kit)).mode & 0o777, 0o600);

  const file = join(ground.folder, "password");
  await writeFile(file, "chaise-fleuve-verte\n");
  const told = async (mode: number) => {
    await chmod(file, mode);
    const { code, err } = await run(["list", "--home", home, "--password-file", file]).ended;
    assert.equal(code, 0, err);
    return /others on this computer can read/.test(err);
  };
  assert.equal(await told(0o644), true);
  assert.equal(await told(0o600), false);
});

test("at a terminal content steers nothing, and Enter alone is no yes", {
  skip: noTerminal,
}, async () => {
  const file = join(ground.folder, "steers.txt");
  await writeFile(file, "one\u001b[2J\u009b31m\u202e\r\ntwo\n");
  await json(camille, "add", file, "--title", EVIL);
  const { items } = await json<Listed>(camille, "list");
  const { item = "" } = items.find(({ title }) => title === EVIL) ?? {};
  const password = join(ground.folder, "camille-password");
  await writeFile(password, `${camille.secrets?.[0]}\n`, { mode: 0o600 });
  const home = ["--home", camille.home, "--password-file", password];
  const opened = await atTerminal(["open", item, ...home]);
  assert.deepEqual(opened, { code: 0, seen: "one\ufffd[2J\ufffd31m\ufffd\r\ntwo\r\n\r\n" });

  const remove = ["delete", item, ...home];
  const kept = await atTerminal(remove, { asks: "Shall it be?", typed: "\r" });
  assert.equal(kept.code, 1);
  assert.match(kept.seen, /Nothing was changed/);
  for (const each of ["\u009b", "\u202e", "\u001b]"]) assert.ok(!kept.seen.includes(each));
  const gone = await atTerminal(remove, { asks: "Shall it be?", typed: "y" });
  assert.equal(gone.code, 0);
});

test("a home that another command has, or that is none, is told as that", async () => {
  // It has the store while it waits for its password.
  const sitting = run(["list", "--home", camille.home, "--password-file", "-"], WAITS);
  const lock = join(camille.home, "store", "LOCK");
  const isHeld = async () =>
    (await readFile("/proc/locks", "utf8")).includes(`:${(await stat(lock)).ino} `);
  while (!(await isHeld())) await new Promise((go) => setTimeout(go, 20));
  assert.equal(await refused(camille, 1, "list"), "home-busy");
  sitting.child.stdin.end(`${camille.secrets?.[0]}\n`);
  assert.equal((await sitting.ended).code, 0);

  const call = {
    home: join(ground.folder, "damaged"),
    secrets: ["lampe-fleuve-verte"],
    server: ground.server.url,
  };
  await mkdir(join(call.home, "store"), { recursive: true });
  await writeFile(join(call.home, "store", "CURRENT"), "nothing of LevelDB's");
  assert.equal(await refused(call, 1, "list"), "file-unreadable");
  const file = { ...call, home: join(ground.folder, "a-file", "home") };
  await writeFile(join(ground.folder, "a-file"), "");
  assert.equal(await refused(file, 1, "list"), "file-unwritable");
});

test("what is broken off leaves nothing readable behind", async () => {
  const large = join(ground.folder, "large.bin");
  await writeFile(large, Buffer.alloc(24 << 20, 7));
  await json(camille, "add", large);
  await json(camille, "list");
  const { items } = await json<Listed>(camille, "list");
  const { item = "" } = items.find(({ title }) => title === "large.bin") ?? {};
  const folder = join(ground.folder, "broken-off");
  await mkdir(folder);
  const out = join(folder, "out");
  const begun = async () => {
    while ((await readdir(folder)).length === 0) await new Promise((go) => setTimeout(go, 5));
  };
  for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"] as const)
    for (const args of [
      ["export", out],
      ["open", item, "-o", out],
    ]) {
      const home = ["--home", camille.home, "--password-file", "-"];
      const { child, ended } = run([...args, ...home], camille.secrets?.[0]);
      await begun();
      child.kill(signal);
      const { code } = await ended;
      assert.deepEqual(await readdir(folder), [], `${signal} ${args[0]}`);
      assert.equal(code, { SIGTERM: 143, SIGHUP: 129, SIGINT: 130 }[signal]);
    }
  await json(camille, "export", out);
  assert.equal(await refused(camille, 1, "export", out), "file-exists");
  const link = join(folder, "link");
  await symlink(join(folder, "elsewhere"), link);
  assert.equal(await refused(camille, 1, "export", link), "file-exists");
  assert.equal(await refused(camille, 1, "open", item, "-o", link), "file-exists");
  assert.deepEqual((await readdir(folder)).sort(), ["link", "out"]);
});

test("what a writer sealed wrongly keeps nobody from taking the rest along", async () => {
  await json(camille, "members", "add", "roche", "--role", "writer", "--yes");
  const store = await levelStore(join(roche.home, "store"));
  const account = await signIn({
    server: ground.server.url,
    password: "lampe-renard-violet",
    store,
  });
  const records = await account.records();
  const hers = records.find(({ space }) => space !== records[0]?.space) ?? assert.fail();
  // What is sealed is no resource, whatever the name beside it says.
  const wrong = { resourceType: "Observation", code: { text: "HbA1c" }, toJSON: () => "none" };
  await hers.addResources([wrong]);
  await account.lock();
  await store.close();
  const { items } = await json<Listed>(camille, "list");
  assert.equal(items.filter(({ title }) => title === "HbA1c").length, 1);
  const folder = join(ground.folder, "all-but-one");
  const { code, out, err } = await ecrin(camille, "export", folder);
  assert.equal(code, 0, err);
  assert.match(out.toString(), /ATTENTION: 1 item does not open, and is not in it:\n .*HbA1c/);
  const bundle = JSON.parse(await readFile(join(folder, "bundle.json"), "utf8"));
  assert.equal(bundle.entry.length, items.length - 1);
  const one = items.find(({ title }) => title === "HbA1c")?.item ?? "";
  assert.equal(await refused(camille, 6, "open", one), "cannot-open");
});

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** In the place of a password that is typed later. */
const WAITS = Symbol("waits");

/** A command that may be broken off, or is given a file of passwords. */
function run(args: readonly string[], password: string | typeof WAITS = "") {
  const flags = ["--disable-warning=ExperimentalWarning", MAIN, "--lang", "en"];
  const child = spawn(process.execPath, [...flags, ...args], { env: ENVIRONMENT });
  if (password !== WAITS) child.stdin.end(`${password}\n`);
  let err = "";
  child.stderr.on("data", (piece: Buffer) => {
    err += piece.toString();
  });
  child.stdout.resume();
  const ended = new Promise<{ code: number | null; err: string }>((done) =>
    child.once("close", (code) => done({ code, err })),
  );
  return { child, ended };
}
