import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Head, hashOf, newId, sha256, utf8 } from "@ecrin/protocol";
import { memoryStore, signInWithKit } from "../src/index.ts";
import { pin } from "../src/keyring.ts";
import { unlockHere } from "../src/sign-in.ts";
import { beginChain } from "./chains.ts";
import { type Ground, newPerson, type Person, refusal, startGround } from "./ground.ts";
import { openBook, SmallServer } from "./unlocked-parts.ts";

// Nobody is made a member without consenting (spec/keys.md, Consent).

const DAY = 24 * 3600_000;
let ground: Ground;
let alice: Person;
let mallory: Person;
before(async () => {
  ground = await startGround();
  alice = await newPerson(ground, "Alice");
  mallory = await newPerson(ground, "Mallory");
});
after(() => ground.stop());

const text = (value: string) => ({
  title: value,
  mediaType: "text/plain",
  content: new TextEncoder().encode(value),
});

async function knows(a: Person, b: Person): Promise<void> {
  await a.account.contacts().verify(await b.account.contacts().code(), b.account.name);
}

async function shareTo(from: Person, to: Person, title: string) {
  const record = await from.account.record();
  const item = await record.add(text(title));
  const until = ground.now() + DAY;
  return await record.share({ with: to.account.id, items: [item], until, note: "for you" });
}

/** Every chain whose head somebody's keyring or device keeps. */
async function headsOf({ password, store }: Person): Promise<string[]> {
  const { u } = await unlockHere({ server: ground.url, now: ground.now, password, store });
  await u.keyring.save();
  return u.keyring.contents().heads.map(([chain]) => chain);
}

test("a share of somebody who is no contact waits until it is accepted, and leaves nothing before", async () => {
  await knows(mallory, alice);
  const [taken, left] = [
    await shareTo(mallory, alice, "one"),
    await shareTo(mallory, alice, "two"),
  ];
  const before = await headsOf(alice);
  assert.deepEqual(await alice.account.sharedWithMe(), []);
  const { offers, more } = await alice.account.offers();
  assert.deepEqual(
    offers.map(({ space, kind, from, name, note, count }) => [
      space,
      kind,
      from,
      name,
      note,
      count,
    ]),
    [taken, left].map((space) => [space, "share", mallory.account.id, "Mallory", "for you", 1]),
  );
  assert.equal(more, 0);
  await assert.rejects(alice.account.share(taken), refusal("not-accepted"));
  assert.deepEqual(await headsOf(alice), before);
  await alice.account.accept(taken);
  await alice.account.decline(left);
  assert.deepEqual((await alice.account.offers()).offers, []);
  const [view] = await alice.account.sharedWithMe();
  assert.deepEqual(
    view?.items.map(({ metadata }) => metadata.title),
    ["one"],
  );
  // On another device too.
  await alice.account.lock();
  const { url: server, now } = ground;
  const { kit, password } = alice;
  const second = await signInWithKit({ server, now, kit, password, store: memoryStore() });
  assert.deepEqual(
    (await second.sharedWithMe()).map(({ share }) => share),
    [taken],
  );
  assert.deepEqual((await second.offers()).offers, []);
  // Everything of hers, from now on.
  await second.decline(mallory.account.id);
  await shareTo(mallory, alice, "three");
  assert.deepEqual(await second.offers(), { offers: [], more: 0 });
});

test("a record of a stranger is neither listed nor turned, and a contact's needs no acceptance", async () => {
  const [bob, carol] = [await newPerson(ground, "Bob"), await newPerson(ground, "Carol")];
  await knows(mallory, bob);
  await knows(carol, bob);
  await knows(bob, carol);
  const hers = await mallory.account.record();
  await hers.addMember(bob.account.id, { role: "writer" });
  const known = await carol.account.record();
  await known.addMember(bob.account.id, { role: "reader" });
  const records = await bob.account.records();
  assert.deepEqual(
    records.slice(1).map(({ space }) => space),
    [known.space],
  );
  await assert.rejects(bob.account.recordOf(hers.space), refusal("not-accepted"));
  const { offers } = await bob.account.offers();
  assert.deepEqual(
    offers.map(({ space, kind }) => [space, kind]),
    [[hers.space, "record"]],
  );
  await bob.account.accept(hers.space);
  assert.equal((await bob.account.records()).length, 3);
});

test("an offer under the name of somebody known says that it is not theirs", async () => {
  const [bob, roche] = [await newPerson(ground, "Bob"), await newPerson(ground, "Dr Roche")];
  const other = await newPerson(ground, `Dr Rосhe\u200b${" ".repeat(50)}Checked on this device`);
  const alike = await newPerson(ground, "DR ROCHE\u200b");
  await knows(bob, roche);
  for (const each of [other, alike]) {
    await knows(each, bob);
    await shareTo(each, bob, "one");
  }
  const { offers } = await bob.account.offers();
  const told = offers.map(({ name, isNot }) => [name, isNot]).sort();
  assert.deepEqual(told, [
    ["DR ROCHE\ufffd", roche.account.id],
    ["Dr Rосhe\ufffd Checked on this device", undefined],
  ]);
});

test("of many offers few are looked at, and those of one hide no other's", async () => {
  const [doctor, flood] = [await newPerson(ground, "Dr Roche"), await newPerson(ground, "Flood")];
  const patient = await newPerson(ground, "Patient");
  await knows(flood, doctor);
  await knows(patient, doctor);
  const wanted = await shareTo(patient, doctor, "wanted");
  const record = await flood.account.record();
  const item = await record.add(text("noise"));
  for (let i = 0; i < 7; i++) {
    const until = ground.now() + DAY;
    await record.share({ with: doctor.account.id, items: [item], until });
  }
  const { offers, more } = await doctor.account.offers();
  assert.equal(offers.filter(({ from }) => from === flood.account.id).length, 5);
  assert.ok(offers.some(({ space }) => space === wanted));
  assert.equal(more, 2);
});

test("a keyring stays within its size: what was seen longest ago goes first, one's own and contacts never", async () => {
  const head = (seq: number): Head => ({ seq, hash: hashOf(sha256(utf8(`${seq}`))) });
  const server = new SmallServer();
  const { book, open, elsewhere } = await openBook(server);
  const { state } = await beginChain();
  const contact = pin(state, "Bob", "face-to-face");
  await book.update((keyring) => ({ ...keyring, contacts: [contact] }));
  book.see(contact.account, contact.head);
  const spaces = Array.from({ length: 12_000 }, () => newId<"space">());
  for (const [i, space] of spaces.entries()) book.see(space, head(i));
  await book.save();
  const size = Buffer.byteLength(server.keyring.box, "base64url");
  assert.ok(size > 900_000 && size < 1 << 20, `${size} bytes`);
  // Nothing has changed since: nothing is written.
  const { version } = server.keyring;
  await book.save();
  assert.equal(server.keyring.version, version);
  const other = await open(await elsewhere());
  assert.deepEqual(other.seen(spaces.at(-1) ?? ""), head(11_999));
  assert.equal(other.seen(spaces[0] ?? ""), undefined);
  assert.deepEqual(other.seen(contact.account), contact.head);
  // This device keeps all of them.
  assert.deepEqual(book.seen(spaces[0] ?? ""), head(0));
  // What is seen again comes to the front there too.
  book.see(spaces[0] ?? "", head(0));
  await book.update((keyring) => keyring);
  assert.deepEqual((await open(await elsewhere())).seen(spaces[0] ?? ""), head(0));
});
