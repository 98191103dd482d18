import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  bytesOf,
  FhirError,
  type FhirResource,
  type HealthRecord,
  memoryStore,
  signInWithKit,
} from "../src/index.ts";
import { type Ground, newPerson, type Person, refusal, startGround } from "./ground.ts";

const MIB = 1024 * 1024;
const DAY = 24 * 3600 * 1000;

function text(value: string) {
  return { title: value, mediaType: "text/plain", content: new TextEncoder().encode(value) };
}

/** Bytes that a test can tell apart at every place. */
function pattern(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 8) * 7 + (i >> 16) * 3) & 255;
  return bytes;
}

describe("a record", () => {
  let ground: Ground;
  let alice: Person;
  let doctor: Person;
  let record: HealthRecord;

  before(async () => {
    ground = await startGround();
    alice = await newPerson(ground, "Alice Martin");
    doctor = await newPerson(ground, "Dr Roche");
    await meet(alice, doctor);
    record = await alice.account.record();
  });
  after(() => ground.stop());

  async function meet(a: Person, b: Person): Promise<void> {
    await a.account.contacts().verify(await b.account.contacts().code(), b.account.name);
    await b.account.contacts().verify(await a.account.contacts().code(), a.account.name);
  }

  async function readBack(from: HealthRecord, item: Parameters<HealthRecord["open"]>[0]) {
    return new TextDecoder().decode(await bytesOf(await from.open(item)));
  }

  it("corrects and deletes what was shown; what came meanwhile stands beside it", async () => {
    const item = await record.add(text("shown"));
    const heads = async () =>
      (await record.list()).filter((each) => each.item === item).map(({ revision }) => revision);
    const shown = await heads();
    const second = await signInWithKit({
      ...{ server: ground.url, now: ground.now, kit: alice.kit, password: alice.password },
      store: memoryStore(),
    });
    const there = await second.record();
    const meanwhile = await there.correct(item, text("meanwhile"));
    const corrected = await record.correct(item, text("corrected"), { shown });
    assert.deepEqual((await heads()).toSorted(), [meanwhile, corrected].toSorted());
    await record.delete(item, { shown: [corrected] });
    assert.deepEqual(await heads(), [meanwhile]);
    const [other] = shown;
    assert.ok(other);
    await assert.rejects(record.delete(await record.add(text("else")), { shown }));
    await record.delete(item);
    assert.deepEqual(await heads(), []);
  });

  it("opens what was added, on the device and on another one enrolled with kit and password", async () => {
    const item = await record.add(text("Bilan sanguin"));
    assert.equal(await readBack(record, item), "Bilan sanguin");
    const second = await signInWithKit({
      server: ground.url,
      now: ground.now,
      kit: alice.kit,
      password: alice.password,
      store: memoryStore(),
    });
    const there = await second.record();
    assert.equal(there.space, record.space);
    const names = (await there.list()).map((each) => each.metadata.title);
    assert.ok(names.includes("Bilan sanguin"));
    assert.equal(await readBack(there, item), "Bilan sanguin");
  });

  it("keeps each correction and each deletion in the history", async () => {
    const item = await record.add(text("version 1"));
    await record.correct(item, text("version 2"));
    assert.equal(await readBack(record, item), "version 2");
    const [first, second] = await record.history(item);
    assert.equal(await readBack(record, first?.fact.revision ?? item), "version 1");
    assert.deepEqual(second?.fact.parents, [first?.fact.revision]);
    await record.delete(item);
    assert.ok(!(await record.list()).some((each) => each.item === item));
    assert.deepEqual(
      (await record.history(item)).map((each) => each.fact.op),
      ["create", "correct", "delete"],
    );
    const kinds = (await record.journal())
      .filter((line) => line.about.item === item)
      .map((line) => line.kind);
    assert.deepEqual(kinds, ["upload", "correction", "deletion"]);
  });

  it("keeps both of two corrections made side by side, shows them as a conflict, and one more settles it", async () => {
    const other = await signInWithKit({
      server: ground.url,
      now: ground.now,
      kit: alice.kit,
      password: alice.password,
      store: memoryStore(),
    });
    const there = await other.record();
    const item = await record.add(text("start"));
    await Promise.all([record.sync(), there.sync()]);
    const [sealHere, sealThere] = [
      record.correct(item, text("here")),
      there.correct(item, text("there")),
    ];
    await Promise.all([sealHere, sealThere]);
    const heads = (await record.list()).filter((each) => each.item === item);
    if (heads.length === 2) {
      assert.ok(heads.every((each) => each.conflict));
      await record.correct(item, text("settled"));
    }
    const settled = (await record.list()).filter((each) => each.item === item);
    assert.equal(settled.length, 1);
    assert.equal((await record.history(item)).length, heads.length === 2 ? 4 : 3);
  });

  it("imports a FHIR bundle resource by resource, each as given", async () => {
    const resources: FhirResource[] = [
      { resourceType: "Patient", name: [{ family: "Martin", given: ["Alice"] }] },
      {
        resourceType: "Observation",
        code: { text: "Hémoglobine" },
        effectiveDateTime: "2026-03-04",
        valueQuantity: { value: 13.5, unit: "g/dL" },
      },
      { resourceType: "Organization", type: [{ text: "Laboratoire" }], name: "Deux-Rives" },
    ];
    const items = await record.importBundle({
      resourceType: "Bundle",
      type: "transaction",
      entry: resources.map((resource) => ({ resource })),
    });
    const listed = (await record.list()).filter((each) => items.includes(each.item));
    assert.deepEqual(
      listed.map((each) => [each.metadata.type, each.metadata.title]),
      [
        ["Patient", "Alice Martin"],
        ["Observation", "Hémoglobine"],
        ["Organization", "Deux-Rives"],
      ],
    );
    assert.equal(listed[1]?.metadata.date, "2026-03-04");
    const taken: unknown[] = [];
    for await (const { opened } of record.openAll(items)) taken.push(opened.resource);
    assert.deepEqual(taken, resources);
    const exported = (await record.journal()).filter((line) => line.kind === "export");
    assert.equal(exported.length, 1, "one read for all of them");
    assert.equal(exported[0]?.about.revisions?.length, items.length);
    await assert.rejects(
      record.importBundle({ resourceType: "Bundle", entry: [{}] }),
      /entry\[0\]\.resource/,
    );
  });

  it("refuses what is sealed in the place of a resource and is none, however it is made", async (t) => {
    const plain = { resourceType: "Observation", code: { text: "HbA1c" } };
    let deep: unknown = 1;
    for (let i = 0; i < 5000; i++) deep = [deep];
    await assert.rejects(record.addResources([{ ...plain, note: deep }]), FhirError);
    // Whoever seals with a program of their own says one thing in the name, and seals another.
    const whole = JSON.stringify;
    const nested = `{"resourceType":"Observation","note":${"[".repeat(5000)}1${"]".repeat(5000)}}`;
    for (const sealed of ["{", "7", "[]", "\ufffd", nested]) {
      const writer = t.mock.method(JSON, "stringify", (value: unknown) =>
        value === plain ? sealed : whole(value),
      );
      const [item] = await record.addResources([plain]);
      writer.mock.restore();
      await assert.rejects(record.open(item ?? assert.fail()), refusal("cannot-open"), sealed);
      await record.delete(item ?? assert.fail());
    }
  });

  it("streams large files sealed, opens them whole and by ranges", async () => {
    const content = pattern(11 * MIB + 4321);
    const pieces = function* () {
      for (let at = 0; at < content.length; at += 100_000) yield content.slice(at, at + 100_000);
    };
    const seen: number[] = [];
    const item = await record.add(
      {
        title: "IRM",
        mediaType: "application/dicom",
        content: { stream: pieces(), size: content.length },
      },
      { progress: (done) => seen.push(done) },
    );
    assert.deepEqual(await bytesOf(await record.open(item)), content);
    assert.ok(seen.length >= 2 && seen.every((done, i) => i === 0 || done > (seen[i - 1] ?? 0)));
    for (const [start, size] of [
      [0, 1],
      [0, 0],
      [1_048_000, 3000],
      [5 * MIB - 7, 2 * MIB],
      [content.length - 5, 5],
    ] as const) {
      assert.deepEqual(
        await record.openRange(item, start, size),
        content.slice(start, start + size),
      );
    }
    await assert.rejects(record.openRange(item, content.length - 4, 5), RangeError);
  });

  it("takes each revision once when it is asked for twice at the same time", async () => {
    const fresh = await alice.account.recordOf(record.space);
    await record.add(text("deux fois"));
    const [a, b] = await Promise.all([fresh.list(), fresh.list()]);
    assert.deepEqual(a, b);
  });

  it("refuses a stream that is not as long as it says, and keeps nothing of it", async () => {
    const before = (await record.list()).length;
    const short = { stream: [pattern(3 * MIB)], size: 4 * MIB };
    await assert.rejects(record.add({ title: "court", mediaType: "text/plain", content: short }));
    await assert.rejects(
      record.add({
        title: "court",
        mediaType: "text/plain",
        content: { stream: [pattern(10)], size: 11 },
      }),
    );
    assert.equal((await record.list()).length, before);
  });

  it("seals bytes that an application keeps itself", async () => {
    const bytes = pattern(5000);
    const { revision, ciphertext } = await record.seal(bytes, { title: "message", type: "chat" });
    assert.ok(!Buffer.from(ciphertext).includes(Buffer.from(bytes.subarray(0, 64))));
    assert.deepEqual(await bytesOf(await record.openSealed(revision, ciphertext)), bytes);
    const changed = ciphertext.slice();
    changed[100] = (changed[100] ?? 0) ^ 1;
    await assert.rejects(record.openSealed(revision, changed));
  });

  it("gives a reader the history, takes it back by changing the keys, and touches no document", async () => {
    const item = await record.add(text("avant"));
    await record.addMember(doctor.account.id, { role: "reader", until: ground.now() + DAY });
    const his = await doctor.account.recordOf(record.space);
    assert.equal(await readBack(his, item), "avant");
    await assert.rejects(his.add(text("interdit")), (error: unknown) => error instanceof Error);
    const { n } = record.view.epoch.epoch;
    await record.sync();
    const wrapped = (await record.listing.row(item)).wrapEpoch;
    await record.endMember(doctor.account.id);
    assert.equal(record.view.epoch.epoch.n, n + 1);
    assert.equal((await record.listing.row(item)).wrapEpoch, wrapped);
    await assert.rejects(his.sync());
    assert.equal(await readBack(record, item), "avant");
  });

  it("writes by a writer count, and work sealed before a rotation is wrapped again", async () => {
    await record.addMember(doctor.account.id, { role: "writer" });
    const his = await doctor.account.recordOf(record.space);
    const note = await his.add(text("note du médecin"));
    assert.equal(await readBack(record, note), "note du médecin");
    // Her epoch turns while he still knows the one before.
    const carer = await newPerson(ground, "Claire");
    await meet(alice, carer);
    await record.addMember(carer.account.id, { role: "reader" });
    await record.endMember(carer.account.id);
    const late = await his.add(text("écrit sans le savoir"));
    assert.equal(await readBack(record, late), "écrit sans le savoir");
    await record.endMember(doctor.account.id);
  });

  it("turns the epoch before sealing once a member's date has passed", async () => {
    const carer = await newPerson(ground, "Paul");
    await meet(alice, carer);
    await record.addMember(carer.account.id, { role: "reader", until: ground.now() + 60_000 });
    const { n } = record.view.epoch.epoch;
    const his = await carer.account.recordOf(record.space);
    await his.list();
    ground.ahead += 120_000;
    await assert.rejects(his.sync());
    const item = await record.add(text("après la date"));
    assert.equal(record.view.epoch.epoch.n, n + 1);
    assert.ok(!record.view.state.members.has(carer.account.id));
    assert.equal(await readBack(record, item), "après la date");
  });

  it("turns the epoch when a device is signed out: what it knew opens nothing new", async () => {
    const lost = await signInWithKit({
      server: ground.url,
      now: ground.now,
      kit: alice.kit,
      password: alice.password,
      store: memoryStore(),
    });
    const onLost = await lost.record();
    await onLost.list();
    const { n } = onLost.view.epoch.epoch;
    await alice.account.signOutDevice(lost.device);
    await record.view.refresh();
    assert.equal(record.view.epoch.epoch.n, n + 1);
    assert.equal(
      record.view.epoch.pins.get(alice.account.id)?.hash,
      record.view.accounts.get(alice.account.id)?.head.hash,
    );
    await assert.rejects(onLost.add(text("du téléphone perdu")));
    const item = await record.add(text("après la perte"));
    assert.equal(await readBack(record, item), "après la perte");
  });

  it("refuses somebody who is no contact", async () => {
    const stranger = await newPerson(ground, "Inconnu");
    await assert.rejects(
      record.addMember(stranger.account.id, { role: "reader" }),
      refusal("contact-not-verified"),
    );
  });

  it("shows the reader's signature in the journal, and who shared what", async () => {
    const item = await record.add(text("à partager"));
    const share = await record.share({
      with: doctor.account.id,
      items: [item],
      until: ground.now() + DAY,
      note: "Bonjour",
    });
    const view = (await doctor.account.sharedWithMe()).find((each) => each.share === share);
    assert.equal(view?.about.note, "Bonjour");
    assert.equal(view?.maker.account, alice.account.id);
    const [shared] = view?.items ?? [];
    assert.ok(view !== undefined && shared !== undefined);
    assert.equal(
      new TextDecoder().decode(await bytesOf(await view.open(shared.fact.revision))),
      "à partager",
    );
    await view.open(shared.fact.revision);
    const lines = (await record.journal()).filter((line) => line.about.via === share);
    assert.deepEqual(
      lines.filter((line) => line.kind === "opening").map((line) => line.statement),
      ["signed-by-reader"],
    );
    await record.endShare(share);
    assert.ok(!(await doctor.account.sharedWithMe()).some((each) => each.share === share));
    assert.ok((await record.shares()).find((each) => each.share === share)?.ended !== undefined);
  });
});
