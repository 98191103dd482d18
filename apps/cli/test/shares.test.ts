import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { signUp as clientSignUp, memoryStore } from "@ecrin/client";
import { makeDemo } from "../src/demo.ts";
import { demoLines } from "../src/demo-command.ts";
import { SAMPLES_FOLDER } from "../src/samples/files.ts";
import { catalogue } from "../src/words.ts";
import { ecrin, json, refused } from "./command.ts";
import { type Listed, type Pair, startPair } from "./ground.ts";

const REPORT = join(SAMPLES_FOLDER, "echographie-2026-09-22.txt");

let ground: Pair["ground"];
let camille: Pair["camille"];
let roche: Pair["roche"];

before(async () => {
  ({ ground, camille, roche } = await startPair());
  const invite = ["invite", "dr-roche@exemple.fr", "--name", "Dr Roche"];
  const { invitation } = await json<{ invitation: string }>(camille, ...invite);
  await json(roche, "accept", invitation, "--name", "Camille");
  await json(camille, "add", REPORT);
  await json(camille, "list");
});

after(async () => await ground.end());

test("a share that does not open is told, and hides no other", async () => {
  const { code } = await json<{ code: string }>(roche, "verify-contact");
  const { url: server } = ground.server;
  // Somebody whose program puts something else beside what it seals.
  const fetch: typeof globalThis.fetch = (input, init) => {
    if (!String(input).endsWith("/v1/shares")) return globalThis.fetch(input, init);
    const body = { ...JSON.parse(String(init?.body)), about: "A".repeat(200) };
    return globalThis.fetch(input, { ...init, body: JSON.stringify(body) });
  };
  const address = "mallory@exemple.fr";
  const mallory = { address, name: "Mallory", password: "sabre-vitre-ocre", store: memoryStore() };
  const { account } = await clientSignUp({ ...mallory, server, fetch });
  const contact = await account.contacts().verify(code, "Dr Roche");
  const record = await account.record();
  const content = new Uint8Array(3);
  const item = await record.add({ title: "x", mediaType: "text/plain", content });
  const until = Date.now() + 3_600_000;
  const share = await record.share({ with: contact.account, items: [item], until });

  type Shared = { shared: { share: string }[]; refused: unknown[]; offers: unknown[] };
  // Of somebody unknown, what does not open is not even offered.
  const before = await json<Shared>(roche, "shared");
  assert.deepEqual([before.refused, before.offers], [[], []]);
  const hers = await account.contacts().code();
  await json(roche, "verify-contact", hers, "--name", "Mallory");
  const { refused } = await json<Shared>(roche, "shared");
  assert.deepEqual(refused, [{ share, from: account.id, reason: "cannot-open" }]);
  const { out } = await ecrin(roche, "shared");
  assert.ok(out.toString().includes("This share does not open"), out.toString());
  const one = await json<Shared>(roche, "shared", share);
  assert.deepEqual([one.shared, one.refused], [[], refused]);
  await json(camille, "share", "1", "--with", "roche", "--until", "tomorrow", "--yes");
  assert.equal((await json<Shared>(roche, "shared")).shared.length, 1);
  await json(camille, "revoke", "Dr Roche", "--yes");
});

test("what somebody unknown shares waits until it is accepted", async () => {
  const { code } = await json<{ code: string }>(roche, "verify-contact");
  const { url: server } = ground.server;
  const address = "inconnue@exemple.fr";
  const person = { address, name: "Inconnue", password: "sabre-vitre-ocre", store: memoryStore() };
  const { account } = await clientSignUp({ ...person, server });
  const contact = await account.contacts().verify(code, "Dr Roche");
  const record = await account.record();
  const content = new Uint8Array(3);
  const item = await record.add({ title: "x", mediaType: "text/plain", content });
  const asked = { with: contact.account, items: [item], until: Date.now() + 3_600_000 };
  const [taken, left] = [await record.share(asked), await record.share(asked)];
  type Shared = { shared: { share: string }[]; offers: { space: string; name: string }[] };
  const waiting = await json<Shared>(roche, "shared");
  assert.deepEqual(waiting.shared, []);
  assert.deepEqual(waiting.offers.map(({ space }) => space).sort(), [taken, left].sort());
  const { out } = await ecrin(roche, "shared");
  assert.match(out.toString(), /“Inconnue” \(not verified\), 1 document/);
  await json(roche, "shared", "--accept", taken);
  await json(roche, "shared", "--decline", left);
  assert.equal(await refused(roche, 4, "shared", "--accept", left), "share-unknown");
  const after = await json<Shared>(roche, "shared");
  assert.deepEqual([after.shared.map(({ share }) => share), after.offers], [[taken], []]);
  await record.endShare(taken);
});

test("codes compared face to face pin a contact; a member sees the record until the end", async () => {
  const { code } = await json<{ code: string }>(roche, "verify-contact");
  const { verified } = await json<{ verified: string }>(camille, "verify-contact", code);
  assert.equal(verified, "face-to-face");

  await json(camille, "members", "add", "Dr Roche", "--role", "reader", "--yes");
  const list = await json<Listed>(roche, "list", "--record", "Camille");
  assert.deepEqual(
    list.items.map(({ title }) => title),
    ["echographie-2026-09-22.txt"],
  );
  await json(camille, "members", "end", "Dr Roche", "--yes");
  assert.equal(await refused(roche, 4, "list", "--record", "Camille"), "record-unknown");

  const said = (await ecrin(camille, "journal")).out.toString();
  assert.match(said, /Camille Moreau began the record/);
  assert.match(said, /Camille Moreau let Dr Roche as reader into the record/);
});

test("the invented patient and doctor are made once, and found again", async () => {
  const folder = join(ground.folder, "demo");
  const made = await makeDemo(ground.server.url, folder);
  assert.deepEqual(await makeDemo(ground.server.url, folder), made);
  const [, doctor] = made.people;
  const { shared } = await json<{ shared: { items: unknown[] }[] }>(
    { home: doctor.home, secrets: [doctor.password] },
    "shared",
  );
  assert.deepEqual(
    shared.map(({ items }) => items.length),
    [made.share.documents],
  );
  assert.equal(made.share.documents, 3);
  assert.ok(demoLines(made, catalogue("fr")).some((line) => line.includes(doctor.password)));
});
