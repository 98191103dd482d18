import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { parseStatement, utf8 } from "@ecrin/protocol";
import { FhirError, type FhirResource, readFhir } from "../src/index.ts";
import { bytesOf } from "../src/open.ts";
import { type Ground, newPerson, type Person, refusal, startGround } from "./ground.ts";

let ground: Ground;
let alice: Person;
let roche: Person;

before(async () => {
  ground = await startGround();
  [alice, roche] = await Promise.all([newPerson(ground), newPerson(ground, "Dr Roche")]);
  await meet(alice, roche, "Dr Roche");
  await meet(roche, alice, "Alice");
});
after(() => ground.stop());

const note = (text: string) => ({
  title: "Réponse",
  mediaType: "text/plain",
  content: utf8(text),
});

async function meet(who: Person, whom: Person, name: string) {
  await who.account.contacts().verify(await whom.account.contacts().code(), name);
}

/** A share of one document with a doctor, as the doctor sees it. */
async function shared(doctor = roche) {
  const record = await alice.account.record();
  const item = await record.add(note("analyse"));
  const until = ground.now() + 3600_000;
  const share = await record.share({ with: doctor.account.id, items: [item], until });
  const views = await doctor.account.sharedWithMe();
  const view = views.find((each) => each.share === share);
  assert.ok(view);
  return { record, share, view };
}

test("a recipient of a share answers, and the answer becomes part of the record", async () => {
  const { record, share, view } = await shared();
  const { receipt } = await roche.account.deposit(view, note("Tout va bien."));
  assert.equal(parseStatement("receipt", receipt).kind, "receipt");
  const inbox = alice.account.inbox(record);
  const [waiting] = await inbox.list();
  assert.ok(waiting);
  assert.equal(waiting.author, roche.account.id);
  assert.equal(waiting.via, share);
  assert.equal(waiting.metadata.title, "Réponse");
  assert.deepEqual(await bytesOf(await inbox.open(waiting.deposit)), utf8("Tout va bien."));
  const item = await inbox.accept(waiting.deposit, "Dr Roche");
  assert.deepEqual(await inbox.list(), []);
  const opened = await record.open(item);
  assert.deepEqual(await bytesOf(opened), utf8("Tout va bien."));
  assert.deepEqual(opened.resource?.author, [{ display: "Dr Roche" }]);
  const journal = await record.journal();
  const deposit = journal.find(({ kind }) => kind === "deposit");
  const settlement = journal.find(({ kind }) => kind === "settlement");
  assert.equal(deposit?.actor.account, roche.account.id);
  assert.equal(settlement?.about.code, "accepted");
  assert.equal(settlement?.about.statement, deposit?.about.statement);
  const value = deposit?.about.statement;
  assert.deepEqual(opened.resource?.identifier, [{ system: "urn:ecrin:deposit", value }]);
});

/** A letter of which another program says more than a title. */
const letter = (over: Record<string, unknown> = {}): FhirResource => ({
  resourceType: "DocumentReference",
  status: "entered-in-error",
  docStatus: "preliminary",
  description: "Biopsie",
  date: "2026-02-03T10:00:00Z",
  author: [{ display: "Pr Illustre" }],
  authenticator: { display: "Pr Illustre" },
  content: [
    { attachment: { contentType: "text/plain", url: "https://example.org/x", data: "YXV0cmU=" } },
  ],
  ...over,
});

/** Gives it, and has it decided about. */
async function given(resource: FhirResource, content?: Uint8Array<ArrayBuffer>) {
  const { record, view } = await shared();
  await roche.account.deposit(view, { resource, ...(content && { content }) });
  const inbox = alice.account.inbox(record);
  const [waiting] = await inbox.list();
  assert.ok(waiting);
  const { deposit, metadata } = waiting;
  const accept = async () => {
    const item = await inbox.accept(deposit, "Dr Roche");
    const row = (await record.list()).find((each) => each.item === item);
    return { listed: row?.metadata, opened: await record.open(item) };
  };
  return { metadata, accept, refuse: async () => await inbox.refuse(deposit) };
}

test("an accepted document is the file that was looked at, by who gave it, and stands as they said", async () => {
  const content = utf8("texte");
  const { metadata, accept } = await given(letter(), content);
  assert.equal(metadata.title, "Biopsie (entered-in-error)");
  const { listed, opened } = await accept();
  assert.equal(listed?.title, "Biopsie (entered-in-error)");
  assert.deepEqual([listed?.mediaType, listed?.date], ["text/plain", "2026-02-03T10:00:00Z"]);
  assert.deepEqual(await bytesOf(opened), content);
  const { identifier, ...said } = Object(opened.resource);
  assert.equal(identifier.length, 1);
  assert.equal(identifier[0].system, "urn:ecrin:deposit");
  assert.deepEqual(said, {
    resourceType: "DocumentReference",
    status: "entered-in-error",
    docStatus: "preliminary",
    description: "Biopsie",
    date: "2026-02-03T10:00:00Z",
    author: [{ display: "Dr Roche" }],
    content: [
      {
        attachment: { contentType: "text/plain", url: "#attachment", size: 5, title: "Biopsie" },
      },
    ],
  });
});

test("what its name says and is not taken over with it stays in the name", async () => {
  const order = letter({ status: "current", doNotPerform: true });
  const { listed } = await (await given(order, utf8("texte"))).accept();
  assert.equal(listed?.title, "Biopsie (do-not-perform)");
});

test("another resource is accepted as given, in its digits, and with its file", async () => {
  const content = utf8("image");
  const media = readFhir(
    '{"resourceType":"Media","status":"completed","content":{"contentType":"image/png"},"duration":1.10}',
  ) as FhirResource;
  const { listed, opened } = await (await given(media, content)).accept();
  assert.equal(listed?.mediaType, "image/png");
  assert.match(Buffer.from(opened.resourceBytes).toString(), /"duration":1\.10\b/);
  assert.deepEqual(await bytesOf(opened), content);
  // A document whose file stands within is such a one.
  const within = letter();
  assert.deepEqual((await (await given(within)).accept()).opened.resource, within);
});

test("a resource that is another than its name says is not accepted, and is lost to nobody", async (t) => {
  const named = letter();
  const whole = JSON.stringify;
  for (const other of [
    letter({ description: "Autre chose" }),
    letter({ date: "2020-01-01T00:00:00Z" }),
    { resourceType: "AllergyIntolerance", code: { text: "Biopsie" }, recordedDate: named.date },
    letter({ resourceType: "A".repeat(101) }),
  ]) {
    // A giver with a program of their own says one thing in the name, and seals another.
    const sealed = whole(other);
    const writer = t.mock.method(JSON, "stringify", (value: unknown) =>
      value === named ? sealed : whole(value),
    );
    const { accept, refuse } = await given(named);
    writer.mock.restore();
    await assert.rejects(accept, refusal("cannot-open"), sealed);
    await refuse();
  }
  const { view } = await shared();
  for (const resourceType of ["", "A".repeat(101)]) {
    const nameless = roche.account.deposit(view, { resource: letter({ resourceType }) });
    await assert.rejects(nameless, FhirError);
  }
});

test("what is refused is gone, and who gave it finds the share as it was", async () => {
  const { record, view } = await shared();
  await roche.account.deposit(view, note("Une erreur."));
  const inbox = alice.account.inbox(record);
  const [waiting] = await inbox.list();
  assert.ok(waiting);
  await inbox.refuse(waiting.deposit);
  await assert.rejects(() => inbox.open(waiting.deposit), refusal("not-found"));
  await view.sync();
  assert.equal(view.items.length, 1);
});

test("an owner decides alone, and nobody writes back once a share has ended", async () => {
  const { record, share, view } = await shared();
  await roche.account.deposit(view, note("Vu."));
  await record.endShare(share);
  const inbox = alice.account.inbox(record);
  const waiting = await inbox.list();
  assert.equal(waiting.length, 1);
  await inbox.refuse(waiting[0]?.deposit ?? assert.fail());
  await assert.rejects(() => roche.account.deposit(view, note("Encore.")), refusal("closed"));
});

test("a reader's deposit goes to the inbox, and after a holder's end to those who remain", async () => {
  const [mother, daughter, nurse] = await Promise.all(
    ["Mère", "Fille", "Infirmière"].map((name) => newPerson(ground, name)),
  );
  assert.ok(mother && daughter && nurse);
  for (const [who, name] of [
    [daughter, "Fille"],
    [nurse, "Infirmière"],
  ] as const) {
    await meet(mother, who, name);
    await meet(who, mother, "Mère");
  }
  const record = await mother.account.record();
  await record.addMember(daughter.account.id, { role: "manager" });
  await record.addMember(nurse.account.id, { role: "reader" });
  const inbox = mother.account.inbox(record);
  assert.deepEqual(await inbox.list(), []);
  assert.equal(record.view.state.inbox?.holders.length, 2);
  const hers = await nurse.account.recordOf(record.space);
  await nurse.account.deposit(hers, note("Pansement refait."));
  const theirs = await daughter.account.recordOf(record.space);
  const atDaughter = daughter.account.inbox(theirs);
  assert.equal((await atDaughter.list()).length, 1);

  await record.endMember(daughter.account.id);
  await nurse.account.deposit(hers, note("Et encore."));
  const both = await mother.account.inbox(record).list();
  assert.equal(both.length, 2);
  // Having looked, the owner has begun another.
  assert.equal(record.view.state.inbox?.n, 2);
  assert.equal(record.view.state.inbox?.holders.length, 1);
  await assert.rejects(() => atDaughter.list(), refusal("not-found"));
});

test("twenty wait, and no more of one sender", async () => {
  const { record, view } = await shared();
  for (let i = 0; i < 20; i++) await roche.account.deposit(view, note(`n° ${i}`));
  await assert.rejects(
    () => roche.account.deposit(view, note("de trop")),
    refusal("quota-reached"),
  );
  const inbox = alice.account.inbox(record);
  for (const { deposit } of await inbox.list()) await inbox.refuse(deposit);
  await roche.account.deposit(view, note("de nouveau"));
  const content = new Uint8Array(2 ** 20);
  await assert.rejects(
    () => roche.account.deposit(view, { ...note(""), content }),
    refusal("too-large"),
  );
});

test("whoever gave something is told once it is part of the record, and of no refusal", async () => {
  const { record, share, view } = await shared();
  const before = (await roche.account.given()).length;
  const gave = async (text: string) => (await roche.account.deposit(view, note(text))).deposit;
  const [taken, refused, waits] = [await gave("Un."), await gave("Deux."), await gave("Trois.")];
  const inbox = alice.account.inbox(record);
  await inbox.accept(taken, "Dr Roche");
  await inbox.refuse(refused);
  const told = async () => (await roche.account.given()).slice(0, 3);
  const expected = [
    [waits, share, false],
    [refused, share, false],
    [taken, share, true],
  ];
  const rows = (await told()).map((each) => [each.deposit, each.space, each.accepted]);
  assert.deepEqual(rows, expected);
  // Also once the share has ended; and nobody else is told of them.
  await record.endShare(share);
  assert.deepEqual((await roche.account.given()).length, before + 3);
  assert.deepEqual(await alice.account.given(), []);
});

test("what the service calls one's own deposit and is not is left out", async () => {
  interface Told {
    readonly statement: string;
    readonly accepted: boolean;
  }
  // What the service puts in the place of what it was asked for.
  let instead = (told: readonly Told[]): readonly (Told | undefined)[] => told;
  const sent: string[] = [];
  const doctor = await newPerson(ground, "Dr Faure", async (input, init) => {
    const answer = await fetch(input, init);
    if (!String(input).endsWith("/v1/deposits")) return answer;
    if (init?.method === "POST") sent.push(JSON.parse(String(init.body)).statement);
    if (init?.method !== "GET") return answer;
    const { deposits } = Object(await answer.json());
    return Response.json({ deposits: instead(deposits) }, { headers: answer.headers });
  });
  const other = await newPerson(ground, "Dr Vidal", async (input, init) => {
    if (String(input).endsWith("/v1/deposits")) sent.push(JSON.parse(String(init?.body)).statement);
    return await fetch(input, init);
  });
  for (const each of [doctor, other]) {
    await meet(alice, each, "Dr");
    await meet(each, alice, "Alice");
  }
  await other.account.deposit((await shared(other)).view, note("D’un autre."));
  const [theirs] = sent;
  const { view } = await shared(doctor);
  const { deposit } = await doctor.account.deposit(view, note("À moi."));
  const told = async () => (await doctor.account.given()).map((each) => each.deposit);
  assert.deepEqual(await told(), [deposit]);
  instead = ([own]) => [own, own];
  assert.deepEqual(await told(), [deposit]);
  instead = ([own]) => [{ statement: theirs ?? assert.fail(), accepted: true }, own];
  assert.deepEqual(await told(), [deposit]);
  // The same words under another signature.
  const resigned = (statement: string) => `${statement.slice(0, -43)}${"A".repeat(43)}`;
  instead = ([own]) => [{ statement: resigned(own?.statement ?? ""), accepted: true }];
  assert.deepEqual(await told(), []);
});
