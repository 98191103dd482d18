import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { SAMPLES_FOLDER } from "../src/samples/files.ts";
import { type Call, ecrin, json, refused } from "./command.ts";
import { type Ground, type Journal, type Listed, signUp, startGround } from "./ground.ts";

const REPORT = join(SAMPLES_FOLDER, "echographie-2026-09-22.txt");

let ground: Ground;
let camille: Call;

before(async () => {
  ground = await startGround();
  camille = await signUp(ground, "Camille Moreau", "chaise-fleuve-orange", "camille.txt");
});

after(async () => await ground.end());

test("a correction keeps the history, a deletion leaves the list, and the journal says both", async () => {
  const { folder } = ground;
  await json(camille, "add", REPORT);
  const [text] = (await json<Listed>(camille, "list")).items;
  assert.ok(text !== undefined);
  const better = join(folder, "better.txt");
  await writeFile(better, "Compte rendu corrigé\n");
  await json(camille, "correct", text.item, better);
  const now = (await json<Listed>(camille, "list")).items.find(({ item }) => item === text.item);
  assert.deepEqual([now?.title, now?.revisions], [text.title, 2]);

  const into = join(folder, "opened.txt");
  await json(camille, "open", text.item, "-o", into);
  assert.equal(await readFile(into, "utf8"), "Compte rendu corrigé\n");
  assert.equal(await refused(camille, 1, "open", text.item, "-o", into), "file-exists");
  assert.ok(!(await readdir(folder)).some((name) => name.includes(".part-")));

  await json(camille, "delete", text.item, "--yes");
  assert.equal(await refused(camille, 4, "open", text.item), "item-unknown");
  const { entries } = await json<Journal>(camille, "journal", "--limit", "30");
  const kinds = new Set(entries.map(({ kind }) => kind));
  assert.ok(kinds.has("correction") && kinds.has("deletion"));
  const correction = entries.find(({ kind }) => kind === "correction");
  assert.equal(correction?.check, "signed-by-author");
});

test("everything is taken along as one FHIR bundle and files, by one entry in the journal", async () => {
  const { folder } = ground;
  await json(camille, "add", REPORT);
  const into = join(folder, "taken-along");
  const { items } = await json<Listed>(camille, "list");
  const exported = await json<{ resources: number; files: number }>(camille, "export", into);
  assert.equal(exported.resources, items.length);
  const bundle: { entry: { resource: { content: { attachment: { url: string } }[] } }[] } =
    JSON.parse(await readFile(join(into, "bundle.json"), "utf8"));
  const url = bundle.entry.at(-1)?.resource.content[0]?.attachment.url ?? "";
  assert.deepEqual(await readFile(join(into, decodeURIComponent(url))), await readFile(REPORT));
  assert.equal(await refused(camille, 1, "export", into), "file-exists");
  const { entries } = await json<Journal>(camille, "journal", "--limit", "30");
  assert.equal(entries.filter(({ kind }) => kind === "export").length, 1);
});

test("what is imported is taken along digit for digit, and what refers to another still finds it", async () => {
  const { folder } = ground;
  const uuid = "3d8c4f00-6a51-4c1e-9b70-00000000000a";
  const result = '"valueQuantity":{"value":1.10,"unit":"g/L"}';
  const refers = `"resourceType":"Observation","subject":{"reference":"urn:uuid:${uuid}"},${result}`;
  const bundle = `{"resourceType":"Bundle","type":"collection","entry":[
    {"fullUrl":"urn:uuid:${uuid}","resource":{"resourceType":"Patient"}},{"resource":{${refers}}}]}`;
  const file = join(folder, "digits.json");
  await writeFile(file, bundle);
  for (let times = 0; times < 2; times++) await json(camille, "add", file);
  const into = join(folder, "digits");
  await json(camille, "export", into);
  const text = await readFile(join(into, "bundle.json"), "utf8");
  assert.equal(text.split(result).length, 3);
  const taken: { entry: { fullUrl: string; resource: { id?: string } }[] } = JSON.parse(text);
  const named = taken.entry.filter(({ resource }) => resource.id === uuid);
  assert.equal(named.length, 2);
  assert.equal(named.filter(({ fullUrl }) => fullUrl === `urn:uuid:${uuid}`).length, 1);
  const addresses = taken.entry.map(({ fullUrl }) => fullUrl);
  assert.equal(new Set(addresses).size, addresses.length);
  for (const address of addresses) assert.match(address, /^urn:uuid:[0-9a-f-]{36}$/);
});

test("a bundle about several people is told of", async () => {
  const file = join(ground.folder, "two.json");
  const entry = [1, 2].map((i) => ({ resource: { resourceType: "Patient", id: `p${i}` } }));
  await writeFile(file, JSON.stringify({ resourceType: "Bundle", type: "collection", entry }));
  const { err } = await ecrin(camille, "add", file);
  assert.match(err, /two\.json is about 2 people/);
});

test("a date that is none of FHIR's, or in no calendar, is none of a document", async () => {
  for (const date of ["hier", "2026-02-30", "2026-13", "12/05/2026", "2026-05-12T10:00"])
    assert.equal(await refused(camille, 2, "add", REPORT, "--date", date), "usage", date);
  for (const date of ["2026", "2026-05", "2026-05-12T10:00:00+02:00"])
    await json(camille, "add", REPORT, "--date", date);
});

test("a kit and the password open a new device; a new password counts everywhere", async () => {
  const { folder, server } = ground;
  const text = await readFile(join(folder, "camille.txt"), "utf8");
  const [kit] = text.match(/ecrin-1:kit:\S+/) ?? [];
  assert.ok(kit !== undefined);
  const before = "chaise-fleuve-orange";
  const next = "nouveau-mot-de-passe";
  const laptop = { home: join(folder, "laptop"), server: server.url };
  await json({ ...laptop, secrets: [kit, before] }, "sign-in");
  await json({ ...laptop, secrets: [before, next] }, "password");
  assert.equal(await refused({ ...laptop, secrets: [before] }, 1, "whoami"), "wrong-password");
  const { devices } = await json<{ devices: { here: boolean }[] }>(
    { ...laptop, secrets: [next] },
    "devices",
  );
  assert.deepEqual(
    devices.map(({ here }) => here),
    [false, true],
  );
  // The first device still has the password before, and takes the new one at the next sign-in.
  camille = { ...camille, secrets: [next] };
  assert.equal(await refused(camille, 1, "list"), "device-password-needed");
  await json({ ...camille, secrets: [next, before] }, "sign-in");
  await json(camille, "list");
});

test("each kind of failure has its exit code and its sentence", async () => {
  const { folder, server } = ground;
  const nobody = { home: join(folder, "nobody") };
  const until = ["share", "1", "--with", "x", "--until"];
  assert.deepEqual(
    await Promise.all([
      refused(nobody, 2, "lst"),
      refused(nobody, 2, ...until.slice(0, -1)),
      refused(nobody, 2, ...until, "soon"),
      refused(nobody, 2, ...until, "2001-01-01"),
      refused(nobody, 4, "add", join(folder, "none.pdf")),
      refused({ ...nobody, secrets: ["ecrin-1:kit:tooshort"] }, 1, "kit", "check"),
    ]),
    ["usage", "usage", "when-unclear", "when-past", "file-missing", "wrong-kit"],
  );
  assert.equal(await refused(nobody, 3, "list"), "not-signed-in");
  assert.equal(await refused({ ...camille, server: "http://127.0.0.1:9" }, 5, "list"), "offline");
  assert.equal(await refused({ ...camille, secrets: [] }, 2, "list"), "cannot-ask");
  const kitFile = join(folder, "lost.pdf");
  const again = ["--address", "x@exemple.fr", "--name", "X", "--kit-file", kitFile];
  const taken = { ...camille, server: server.url };
  assert.equal(await refused(taken, 1, "sign-up", ...again), "home-taken");
  assert.ok(!existsSync(kitFile), "no empty kit is left behind");
});
