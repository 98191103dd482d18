// npm run log -- …: what an operator does, beside a server that runs.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { newId } from "@ecrin/protocol";
import { openKeys } from "../src/keys.ts";
import type { CheckedLog } from "../src/operator-check.ts";
import { parseErasure } from "../src/operator-erase.ts";
import { parseSecurityAsked } from "../src/operator-security.ts";
import { startServer } from "../src/server.ts";
import { type Cluster, startCluster, startTestServer, urlOf } from "./harness.ts";
import { operate, type Said } from "./operator-command.ts";
import { Line, Person } from "./person.ts";

let cluster: Cluster;
before(async () => {
  cluster = await startCluster();
});
after(() => cluster.stop());

const QUIET = "--disable-warning=ExperimentalWarning";
const MAIN = fileURLToPath(new URL("../src/log-main.ts", import.meta.url));

/** What `npm run log -- …` says and ends with, as a process that is told of its place by its environment. */
async function asProcess(
  place: { readonly ECRIN_DATA: string; readonly DATABASE_URL: string },
  ...args: readonly string[]
): Promise<Said> {
  const options = { env: { ...process.env, ...place } };
  return await new Promise((resolve) => {
    execFile(process.execPath, [QUIET, MAIN, ...args], options, (error, stdout, stderr) => {
      resolve({ status: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

interface Told {
  readonly entries: readonly { readonly n: number; readonly entry: string }[];
}

test("lines are erased by the operator's command, once it is told to, and that is a line itself", async () => {
  const server = await startTestServer(cluster);
  try {
    const place = { ECRIN_DATA: server.dataDir, DATABASE_URL: urlOf(server.target) };
    const person = await new Person(server.line).signUp();
    const lines = async () => {
      const path = `/v1/journal/${person.account}`;
      const told = await person.line.done<Told>("GET", path, undefined, person.seat);
      return told.entries.map(({ n, entry }) => [n, JSON.parse(entry).kind]);
    };
    const before = await lines();
    assert.deepEqual(before[0], [0, "sign-up"]);
    const wanted = ["erase", "--subject", person.account, "--from", "0", "--reason", "request"];
    const asked = await operate(place, ...wanted);
    assert.equal(asked.status, 1);
    assert.match(asked.stdout, /1 {2}sign-up\nNothing has been erased/);
    // Told where nothing can be written at all.
    const { database } = server.target;
    const setting = "default_transaction_read_only";
    await server.admin.unsafe(`alter database ${database} set ${setting} = on`);
    assert.equal((await operate(place, ...wanted)).stdout, asked.stdout);
    await server.admin.begin("read write", (tx) =>
      tx.unsafe(`alter database ${database} reset ${setting}`),
    );
    assert.deepEqual(await lines(), before);
    const done = await operate(place, ...wanted, "--yes");
    assert.equal(done.status, 0, done.stderr);
    assert.match(done.stdout, /Erased 1\./);
    assert.deepEqual(await lines(), [...before.slice(1), [before.length, "erasure"]]);
    // Nothing more is there to be erased, nor anything of what the log says of itself.
    assert.match((await operate(place, ...wanted, "--yes")).stderr, /nothing to erase/);
    const { log: id } = await server.line.done<{ log: string }>("GET", "/v1/log");
    const own = ["erase", "--subject", id, "--from", "0", "--reason", "request", "--yes"];
    assert.equal((await operate(place, ...own)).status, 1);
    const said = (await operate(place, "security", "--kind", "configuration", "--json")).stdout;
    assert.match(said, /"what":"erased 1 entries: request"/);
  } finally {
    await server.stop();
  }
});

test("the operator's check ends with 0, with 2 where the database was changed, with 1 where it cannot look", async () => {
  const server = await startTestServer(cluster);
  try {
    const place = { ECRIN_DATA: server.dataDir, DATABASE_URL: urlOf(server.target) };
    const person = await new Person(server.line).signUp();
    const holds = await operate(place, "check");
    assert.equal(holds.status, 0, holds.stdout + holds.stderr);
    assert.match(holds.stdout, /^HMAC chain +\d+ tags checked, 0 whose keys are erased$/m);
    assert.match(holds.stdout, /The database is what was signed\.\n$/);
    await server.admin.unsafe(`alter table journal_openings disable trigger all;
      update journal_openings set entry = replace(entry, '"n":0', '"n":1')
      where subject = '${person.account}'`);
    const changed = await operate(place, "check");
    assert.equal(changed.status, 2, changed.stdout + changed.stderr);
    assert.match(changed.stdout, /^ALARM opening: .* 1 of them, the first: place \d+\.$/m);
    assert.doesNotMatch(changed.stdout, new RegExp(person.account));
    assert.doesNotMatch(changed.stdout, /is what was signed/);
    const told = await operate(place, "check", "--json");
    assert.equal(told.status, 2, told.stderr);
    const { leaves, faults } = JSON.parse(told.stdout) as CheckedLog;
    assert.ok(leaves > 0);
    assert.deepEqual(
      faults.map(({ looked, count }) => [looked, count]),
      [["opening", 1]],
    );
    assert.equal((await operate(place, "check", "--quickly")).status, 1);
    const alarm = await asProcess(place, "check");
    assert.equal(alarm.status, 2, alarm.stderr);
    assert.match(alarm.stdout, /^ALARM opening: /m);
    assert.deepEqual(await asProcess(place, "wipe"), await operate(place, "wipe"));
  } finally {
    await server.stop();
  }
});

const YES_IS_MISSING = ["erase", "--subject", newId(), "--from", "0", "--reason", "request"];

test("a command that only looks, or was not told yes, makes no key, sets no password and applies no migration", async () => {
  const server = await startTestServer(cluster);
  const elsewhere = await mkdtemp(join(tmpdir(), "ecrin-elsewhere-"));
  try {
    const here = { ECRIN_DATA: server.dataDir, DATABASE_URL: urlOf(server.target) };
    const password = async () => {
      const [role] = await server.admin`
        select rolpassword from pg_authid where rolname = 'ecrin_app'`;
      return role?.rolpassword;
    };
    const [before, keys] = [await password(), join(elsewhere, "keys")];
    // The keys of another place: said, and the service goes on.
    await openKeys(keys);
    const other = await operate({ ...here, ECRIN_DATA: elsewhere }, "check");
    assert.equal(other.status, 2, other.stderr);
    assert.match(other.stdout, /^ALARM log: /m);
    assert.equal(await password(), before);
    assert.equal((await operate({ ...here, ECRIN_DATA: elsewhere }, "security")).status, 0);
    for (const args of [YES_IS_MISSING, ["succeed"]])
      assert.equal((await operate({ ...here, ECRIN_DATA: elsewhere }, ...args)).status, 1);
    assert.equal(await password(), before);
    await new Person(server.line).signUp();
    // No database there, and none is made.
    const none = await operate({ ECRIN_DATA: elsewhere }, "check");
    assert.deepEqual([none.status, none.stdout], [1, ""]);
    assert.match(none.stderr, /There is no database in/);
    for (const args of [YES_IS_MISSING, ["succeed"]])
      assert.match(
        (await operate({ ECRIN_DATA: elsewhere }, ...args)).stderr,
        /There is no database in/,
      );
    assert.deepEqual(await readdir(elsewhere), ["keys"]);
    for (const [name, said] of [
      ["pepper", /^$/],
      ["mac", /There is no key file mac in/],
    ] as const) {
      const [from, to] = [join(server.dataDir, "keys", name), join(elsewhere, name)];
      await rename(from, to);
      const gone = await operate(here, "check");
      assert.equal(gone.status, name === "mac" ? 1 : 0, gone.stdout + gone.stderr);
      assert.match(gone.stderr, said);
      assert.equal((await operate(here, ...YES_IS_MISSING)).status, 1);
      assert.equal((await operate(here, "succeed")).status, 1);
      assert.ok(!(await readdir(join(server.dataDir, "keys"))).includes(name));
      await rename(to, from);
    }
    // A database that an earlier version wrote stays as it is.
    const applied = async () => (await server.admin`select number from ecrin.migrations`).length;
    const all = await applied();
    await server.admin`delete from ecrin.migrations where number = ${all}`;
    const older = await operate(here, "check");
    assert.deepEqual([older.status, older.stdout], [1, ""]);
    assert.match(older.stderr, /earlier version of the server/);
    for (const args of [YES_IS_MISSING, ["succeed"]])
      assert.match((await operate(here, ...args)).stderr, /earlier version of the server/);
    assert.equal(await applied(), all - 1);
    const { target } = server;
    const empty = await operate(
      { ...here, DATABASE_URL: urlOf({ ...target, database: "postgres" }) },
      "check",
    );
    assert.match(empty.stderr, /holds nothing of the service/);
    assert.equal(empty.status, 1);
  } finally {
    await server.stop();
    await rm(elsewhere, { recursive: true, force: true });
  }
});

test("the security log is read beside a running server of an embedded database", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "ecrin-operator-"));
  const server = await startServer({ dataDir, port: 0 });
  try {
    const person = await new Person(new Line(server.url)).signUp();
    await person.signIn();
    const stranger = await fetch(`${server.url}/v1/journal/${newId()}`);
    assert.equal(stranger.status, 401);
    const place = { ECRIN_DATA: dataDir };
    const lines = async () => (await operate(place, "security")).stdout;
    for (let tried = 0; !(await lines()).includes("refusal") && tried < 5; tried++);
    const said = await lines();
    assert.match(said, /configuration {2}version .*authorities 0, calendars 0, report self-signed/);
    assert.match(said, new RegExp(`sign-in +${person.account}`));
    const mine = (await operate(place, "security", "--account", person.account, "--json")).stdout;
    assert.ok(
      mine
        .trim()
        .split("\n")
        .every((line) => JSON.parse(line).account === person.account),
    );
    assert.equal((await operate(place, "security", "--since", "2999-01-01")).stdout, "");
  } finally {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
});

test("what is not in its form is refused", async () => {
  const place = { ECRIN_DATA: join(tmpdir(), "ecrin-nowhere") };
  // One id in sixty-four begins with a hyphen.
  const hyphen = `-${"A".repeat(21)}`;
  const wanted = ["--from", "0", "--reason", "request"];
  for (const args of [
    ["security", "--account", hyphen, "--json"],
    ["erase", "--subject", hyphen, ...wanted],
  ])
    assert.match((await operate(place, ...args)).stderr, /no log key/);
  assert.match((await operate(place, "wipe")).stderr, /usage: npm run log/);
  assert.match((await operate(place, "rotate")).stderr, /no log key/);
  const subject = newId();
  for (const given of [
    { subject: "x", from: "0", reason: "request" },
    { subject, from: "-1", reason: "request" },
    { subject, from: "0", count: "0", reason: "request" },
    { subject, from: "0", reason: "Because!" },
    { subject, from: "0" },
  ])
    assert.throws(() => parseErasure(given), TypeError);
  for (const given of [{ kind: "else" }, { account: "x" }, { since: "yesterday" }, { limit: "0" }])
    assert.throws(() => parseSecurityAsked(given), TypeError);
});
