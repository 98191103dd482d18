import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { NO_LIMITS, type RunningServer, startServer } from "@ecrin/server";
import { type Call, ecrin, json, refused } from "./command.ts";
import { type Ground, type Journal, type Listed, signUp, startGround } from "./ground.ts";

// The command line without network: what is kept opens, what is written waits, and the next command
// that reaches the service sends it (spec/offline.md).

let ground: Ground;
let camille: Call;
let server: RunningServer;
let port: number;
before(async () => {
  ground = await startGround();
  server = ground.server;
  port = Number(new URL(ground.server.url).port);
  camille = await signUp(ground, "Camille Moreau", "chaise-fleuve-orange", "camille.txt");
});
after(async () => {
  await server.stop();
  await rm(ground.folder, { recursive: true, force: true });
});

/** The service is gone while something is done, and back afterwards. */
async function away<T>(work: () => Promise<T>): Promise<T> {
  await server.stop();
  try {
    return await work();
  } finally {
    const dataDir = join(ground.folder, "server");
    server = await startServer({ dataDir, port, limits: NO_LIMITS });
  }
}

interface Standing {
  reached: boolean;
  waits: number;
  apart: number;
  waiting: { kind: string; what: string }[];
  kept: { items: number; opens: number }[];
}

async function textFile(name: string, content: string): Promise<string> {
  const path = join(ground.folder, name);
  await writeFile(path, content);
  return path;
}

async function opened(item: string): Promise<string> {
  const into = join(ground.folder, `opened-${item}.txt`);
  await json(camille, "open", item, "-o", into, "--force");
  return await readFile(into, "utf8");
}

const listed = async () => (await json<Listed>(camille, "list")).items;
const named = async (title: string) =>
  (await listed()).find((each) => each.title === title)?.item ?? assert.fail(title);

test("without the yes nothing is there; with it, what was opened or chosen is", async () => {
  await json(camille, "add", await textFile("read.txt", "was read"));
  await json(camille, "add", await textFile("chosen.txt", "was chosen"));
  await json(camille, "add", await textFile("neither.txt", "neither"));
  await away(async () => {
    assert.equal(await refused(camille, 5, "list"), "offline");
    assert.equal(await refused(camille, 5, "sync"), "offline");
  });
  assert.equal(await refused(camille, 2, "keep"), "cannot-ask");
  const asked = await ecrin(camille, "keep", "--yes");
  assert.match(asked.err, /whoever has this device and your password can read what is kept here/);
  await opened(await named("read.txt"));
  await json(camille, "keep", await named("chosen.txt"));
  await away(async () => {
    assert.deepEqual(
      (await json<{ items: { title: string; opens: boolean }[] }>(camille, "list")).items
        .map(({ title, opens }) => [title, opens])
        .toSorted(),
      [
        ["chosen.txt", true],
        ["neither.txt", false],
        ["read.txt", true],
      ],
    );
    const line = (await listed()).findIndex(({ title }) => title === "read.txt") + 1;
    assert.equal(await opened(`${line}`), "was read");
    assert.equal(await opened(await named("chosen.txt")), "was chosen");
    assert.equal(await refused(camille, 1, "open", await named("neither.txt")), "not-kept");
    const people = await ecrin(camille, "list");
    assert.match(people.err, /No network\. This is what this device keeps, as of /);
    // What needs the service says that it cannot be reached.
    assert.equal(await refused(camille, 5, "journal"), "offline");
  });
  const { entries } = await json<Journal>(camille, "journal", "--limit", "20");
  assert.ok(entries.filter(({ kind }) => kind === "opening").length >= 3, "told afterwards");
  await json(camille, "keep", "--release", await named("chosen.txt"));
  await away(async () =>
    assert.equal(await refused(camille, 1, "open", await named("chosen.txt")), "not-kept"),
  );
});

test("what is written waits on this device, says so, and goes out with the next command", async () => {
  const bundle = {
    resourceType: "Bundle",
    type: "collection",
    entry: ["HDL", "LDL"].map((text) => ({
      resource: { resourceType: "Observation", status: "final", code: { text } },
    })),
  };
  const fhir = await textFile("year.json", JSON.stringify(bundle));
  await away(async () => {
    const added = await ecrin(camille, "add", await textFile("new.txt", "written away"), fhir);
    assert.equal(added.code, 0, added.err);
    assert.match(added.err, /3 changes are saved on this device only/);
    const read = await named("read.txt");
    await json(camille, "correct", read, await textFile("better.txt", "corrected away"));
    assert.equal(await opened(read), "corrected away");
    await json(camille, "delete", await named("neither.txt"), "--yes");
    const standing = await json<Standing>(camille, "sync");
    assert.deepEqual([standing.reached, standing.waits, standing.apart], [false, 5, 0]);
    assert.ok(standing.waiting.some(({ what }) => what === "“new.txt”, written"));
    assert.ok(standing.waiting.some(({ what }) => what === "“neither.txt”, deleted"));
  });
  const sent = await ecrin(camille, "list");
  assert.equal(sent.code, 0, sent.err);
  assert.match(sent.err, /5 changes that waited on this device are saved at the service now\./);
  const titles = (await listed()).map(({ title }) => title).toSorted();
  assert.deepEqual(titles, ["HDL", "LDL", "chosen.txt", "new.txt", "read.txt"]);
  const standing = await ecrin(camille, "sync");
  assert.match(standing.out.toString("utf8"), /^Everything is saved at the service\.\n/);
  assert.equal((await json<Standing>(camille, "sync")).waits, 0);
});

test("what is shared with the right to keep it opens away, and is told afterwards", async () => {
  const vial = await signUp(ground, "Dr Vial", "neuf-mots-de-passe", "vial.txt");
  const { code } = await json<{ code: string }>(vial, "verify-contact");
  await json(camille, "verify-contact", code, "--name", "Dr Vial");
  const mine = await json<{ code: string }>(camille, "verify-contact");
  await json(vial, "verify-contact", mine.code, "--name", "Camille");
  await json(camille, "add", await textFile("lent.txt", "was lent"));
  const item = await named("lent.txt");
  const plain = ["share", item, "--with", "Dr Vial", "--until", "2h", "--yes"];
  const given = await ecrin(camille, ...plain, "--offline");
  assert.match(given.err, /keep all of it on a device.*nobody can call that back/);
  const { shares } = await json<{ shares: { share: string; offline: boolean }[] }>(
    camille,
    "shares",
  );
  assert.deepEqual(
    shares.map(({ offline }) => offline),
    [true],
  );
  const told = await ecrin(camille, "journal", "--kind", "share");
  assert.match(
    told.out.toString("utf8"),
    /shared with Dr Vial until .* \(may open without asking\)/,
  );

  // Without the yes nothing is kept; and what was shared without the right is not.
  assert.equal(await refused(vial, 2, "keep", item), "usage");
  await json(vial, "keep", "--yes");
  await json(camille, "add", await textFile("unlent.txt", "was not lent"));
  const other = await named("unlent.txt");
  await json(camille, "share", other, "--with", "Dr Vial", "--until", "2h", "--yes");
  assert.equal(await refused(vial, 1, "keep", other), "keeping-not-given");
  await json(vial, "keep", item);

  await away(async () => {
    const { shared } = await json<{
      shared: { from: string; items: { title: string; opens: boolean }[] }[];
    }>(vial, "shared");
    assert.deepEqual(
      shared.map(({ items }) => items.map(({ title, opens }) => [title, opens])),
      [[["lent.txt", true]]],
    );
    const people = await ecrin(vial, "shared");
    assert.match(people.out.toString("utf8"), /from Camille, until .*opens without network/s);
    for (const name of ["1", item]) {
      const into = join(ground.folder, `lent-${name}.txt`);
      await json(vial, "open", name, "-o", into);
      assert.equal(await readFile(into, "utf8"), "was lent");
    }
    assert.equal(await refused(vial, 4, "open", other), "item-unknown");
    const { received } = await json<{ received: { items: number; opens: number }[] }>(vial, "sync");
    assert.deepEqual(
      received.map(({ items, opens }) => [items, opens]),
      [[1, 1]],
    );
  });
  await json(vial, "sync");
  const { entries } = await json<Journal>(
    camille,
    "journal",
    ...["--kind", "opening", "--item", item],
  );
  assert.deepEqual(
    entries.map(({ actor, about }) => [actor.account, about.declared]),
    [
      [vial.account, true],
      [vial.account, true],
    ],
  );

  await json(camille, "revoke", "Dr Vial", "--yes");
  await json(vial, "list");
  await away(async () => {
    assert.deepEqual((await json<{ shared: unknown[] }>(vial, "shared")).shared, []);
    assert.equal(await refused(vial, 4, "open", item), "item-unknown");
  });
});

test("an access that is ended away ends first of all when the service is back", async () => {
  const bob = await signUp(ground, "Bob Roche", "neuf-mots-de-passe", "bob.txt");
  const { code } = await json<{ code: string }>(bob, "verify-contact");
  await json(camille, "verify-contact", code, "--name", "Dr Roche");
  const mine = await json<{ code: string }>(camille, "verify-contact");
  await json(bob, "verify-contact", mine.code, "--name", "Camille");
  await json(camille, "add", await textFile("shared.txt", "to be shared"));
  const item = await named("shared.txt");
  await json(camille, "share", item, "--with", "Dr Roche", "--until", "2h", "--yes");
  await json(camille, "keep", "--yes");
  assert.equal((await json<{ shared: unknown[] }>(bob, "shared")).shared.length, 1);
  await away(async () => {
    const ended = await ecrin(camille, "revoke", "Dr Roche", "--yes");
    assert.equal(ended.code, 0, ended.err);
    assert.match(ended.out.toString("utf8"), /waits on this device.*can still open/s);
  });
  assert.equal((await json<Standing>(camille, "sync")).waits, 0);
  assert.equal((await json<{ shared: unknown[] }>(bob, "shared")).shared.length, 0);
});

test("two versions of one item are shown and settled, away too", async () => {
  await json(camille, "add", await textFile("versions.txt", "the first"));
  await json(camille, "keep", "--yes");
  const item = await named("versions.txt");
  const desk = { ...camille, home: join(ground.folder, "desk") };
  const kit = (await readFile(join(ground.folder, "camille.txt"), "utf8"))
    .split("\n")
    .find((line) => line.startsWith("ecrin-1:kit:"));
  const secrets = [kit ?? "", ...(camille.secrets ?? [])];
  await json({ ...desk, server: server.url, secrets }, "sign-in");
  await away(async () => {
    await json(camille, "correct", item, await textFile("a.txt", "from the phone"));
  });
  await json(desk, "correct", item, await textFile("b.txt", "from the desk"));
  await json(camille, "sync");
  const { versions } = await json<{ versions: { revision: string }[] }>(camille, "settle", item);
  assert.equal(versions.length, 2);
  const told = (await ecrin(camille, "settle", item)).out.toString("utf8");
  assert.match(told, /was changed in two places at once\. Nothing is lost:/);
  assert.match(told, /written by Camille Moreau, .*, on another device/);
  assert.match(told, /written by Camille Moreau, .*, on this device/);
  for (const { revision } of versions) await opened(revision);
  await away(async () => {
    await json(camille, "settle", item, "--keep", versions[0]?.revision ?? "", "--yes");
    assert.equal((await json<{ versions: unknown[] }>(camille, "settle", item)).versions.length, 1);
  });
  await json(camille, "sync");
  const one = await opened(item);
  const other = versions.at(-1)?.revision ?? "";
  await json(camille, "settle", item, "--keep", other, "--yes");
  assert.deepEqual([one, await opened(item)].toSorted(), ["from the desk", "from the phone"]);
  assert.equal(await refused(camille, 2, "settle", item, "--both", "--yes"), "usage");
});
