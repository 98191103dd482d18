import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  type AccountId,
  currentIdentity,
  fromBase64url,
  type ItemId,
  type Member,
  newId,
  type RevisionId,
} from "@ecrin/protocol";
import { fileDraft } from "../src/draft.ts";
import { makeEpoch } from "../src/epoch-keys.ts";
import { memoryStore, signInWithKit } from "../src/index.ts";
import { isOpenable } from "../src/listing.ts";
import { plain, plainEpoch } from "../src/membership.ts";
import { createRecord, HealthRecord } from "../src/record.ts";
import { sealRevision } from "../src/seal.ts";
import { createShare, shareMembers } from "../src/share.ts";
import { unlockHere } from "../src/sign-in.ts";
import type { Unlocked } from "../src/unlocked.ts";
import { type Ground, newPerson, type Person, refusal, startGround } from "./ground.ts";

// What somebody can do who has an account of their own, a client of their own making, and somebody's contact code.

const DAY = 24 * 3600 * 1000;

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

async function unlocked({ password, store }: Person): Promise<Unlocked> {
  const { u } = await unlockHere({ server: ground.url, now: ground.now, password, store });
  return u;
}

async function meet(a: Person, b: Person): Promise<void> {
  await a.account.contacts().verify(await b.account.contacts().code(), b.account.name);
}

/** Makes every wrap for `victim` one that only the maker opens, and everybody a contact. */
async function wrapWrongly(u: Unlocked, victim: AccountId): Promise<void> {
  const own = currentIdentity(await u.accounts.get(u.account));
  const getAll = u.accounts.getAll.bind(u.accounts);
  u.keyring.checkPinned = () => undefined;
  u.accounts.getAll = async (accounts, age) => {
    const chains = new Map(await getAll(accounts, age));
    const chain = chains.get(victim);
    if (chain !== undefined) chains.set(victim, { ...chain, identities: [own] });
    return chains;
  };
}

/** A revision of the id that somebody else's has. */
async function withNextId<T>(id: string, make: () => Promise<T>): Promise<T> {
  const real = crypto.getRandomValues;
  crypto.getRandomValues = <Room extends ArrayBufferView | null>(room: Room): Room => {
    if (!(room instanceof Uint8Array)) throw new TypeError("bytes are asked for in bytes");
    if (room.length === 16) {
      crypto.getRandomValues = real;
      room.set(fromBase64url(id));
    } else real.call(crypto, room as Uint8Array<ArrayBuffer>);
    return room;
  };
  try {
    return await make();
  } finally {
    crypto.getRandomValues = real;
  }
}

test("a share that does not open, made by a stranger, hides no other", async () => {
  const doctor = await newPerson(ground, "Dr Roche");
  await meet(alice, doctor);
  await meet(doctor, alice);
  await meet(doctor, mallory);
  const record = await alice.account.record();
  const item = await record.add(text("for the doctor"));
  const until = ground.now() + DAY;
  const share = await record.share({ with: doctor.account.id, items: [item], until });
  await meet(mallory, doctor);
  const u = await unlocked(mallory);
  const hers = await createRecord(u);
  await hers.add(text("bait"));
  await hers.sync();
  await wrapWrongly(u, doctor.account.id);
  const revisions = [...hers.listing.revisions.values()].filter(isOpenable);
  const asked = { with: doctor.account.id, until };
  const members = await shareMembers(u, asked);
  const bad = await createShare(u, hers.view, revisions, asked, members);
  const open = await doctor.account.sharedWithMe();
  assert.deepEqual(
    open.map((view) => view.share),
    [share],
  );
  const from = mallory.account.id;
  assert.deepEqual(doctor.account.sharesRefused, [{ share: bad, from, reason: "cannot-open" }]);
});

test("a record that does not open, made by a stranger, keeps no other from turning its epoch", async () => {
  const victim = await newPerson(ground, "Victim");
  await meet(mallory, victim);
  const u = await unlocked(mallory);
  const space = newId<"space">();
  const member = async (account: AccountId, role: Member["role"]): Promise<Member> => {
    const chain = await u.accounts.get(account);
    const { hash: identity } = currentIdentity(chain);
    return { account, identity, head: chain.head, role, offline: true };
  };
  const own = currentIdentity(await u.accounts.get(u.account)).identity.seal;
  const members = [await member(u.account, "owner"), await member(victim.account.id, "writer")];
  const made = await makeEpoch(space, 1, members, () => own, u.server.releaseKey);
  const statement = await u.sign("space", {
    space,
    seq: 0,
    op: "begin",
    kind: "record",
    members: members.map(plain),
    epoch: plainEpoch(made.epoch),
  });
  await u.http.call("spaceCreate", { body: { statement, wraps: [...made.wraps] } });
  const theirs = new HealthRecord(u, space);
  await theirs.view.follow([statement]);
  theirs.view.learn("space", 1, made.secrets.space);
  theirs.view.learn("release", 1, made.secrets.release);
  await theirs.add(text("bait"));
  // The victim's own record comes after it in the list.
  ground.ahead += 1000;
  const record = await victim.account.record();
  const { kit, password } = victim;
  const { url: server, now } = ground;
  const second = await signInWithKit({ server, now, kit, password, store: memoryStore() });
  // A stranger's is not even looked at.
  await victim.account.signOutDevice(second.device);
  await record.view.refresh();
  assert.equal(record.view.epoch.epoch.n, 2);
  await meet(victim, mallory);
  const third = await signInWithKit({ server, now, kit, password, store: memoryStore() });
  await assert.rejects(victim.account.signOutDevice(third.device), refusal("cannot-open"));
  await record.view.refresh();
  assert.equal(record.view.epoch.epoch.n, 3);
});

test("a writer's item under the id of a revision is not opened in its place, nor the other way round", async () => {
  const writer = await newPerson(ground, "Writer");
  await meet(alice, writer);
  const record = await alice.account.record();
  const item = await record.add(text("the true result"));
  await record.addMember(writer.account.id, { role: "writer" });
  const revision = (await record.list()).find((each) => each.item === item)?.revision;
  assert.ok(revision);
  const u = await unlocked(writer);
  const theirs = new HealthRecord(u, record.space);
  await theirs.sync();
  const forge = async (as: ItemId, id: RevisionId | ItemId) => {
    const draft = fileDraft(text("forged"), as, "create", [], ground.now());
    const { post } = await withNextId(id, () => sealRevision(u, theirs.view, draft));
    await u.http.call("revisionsPost", {
      params: { space: record.space },
      body: { revisions: [post] },
    });
  };
  await forge(revision as string as ItemId, newId<"revision">());
  await forge(newId<"item">(), item);
  await record.sync();
  for (const id of [item, revision]) {
    assert.equal((await record.open(id)).metadata.title, "the true result");
  }
  // Nor where the device keeps all three.
  await alice.account.keeping.allow();
  await record.sync();
  for (const { revision: each } of await record.list()) assert.ok(await record.pin(each));
  const here = await (await alice.account.offline()).record();
  for (const id of [item, revision]) {
    assert.equal((await here.open(id)).metadata.title, "the true result");
  }
});

test("a name that says more than its content can hold takes no room, and opens nothing", async () => {
  const record = await alice.account.record();
  const u = await unlocked(alice);
  const theirs = new HealthRecord(u, record.space);
  await theirs.sync();
  for (const more of [{ size: 2 ** 52 }, { resource: 2 ** 40 }]) {
    const draft = fileDraft(text("boundless"), newId<"item">(), "create", [], ground.now());
    const metadata = { ...draft.metadata, ...more };
    const { post, item } = await sealRevision(u, theirs.view, { ...draft, metadata });
    await u.http.call("revisionsPost", {
      params: { space: record.space },
      body: { revisions: [post] },
    });
    await assert.rejects(record.open(item), refusal("cannot-open"));
  }
});

test("a release that is kept is not taken for a revision of the same id in another space", async () => {
  const record = await alice.account.record();
  const item = await record.add(text("of the same id"));
  const revision = (await record.list()).find((each) => each.item === item)?.revision;
  assert.ok(revision);
  await meet(mallory, alice);
  const u = await unlocked(mallory);
  const hers = await createRecord(u);
  await hers.sync();
  const draft = fileDraft(text("bait"), newId<"item">(), "create", [], ground.now());
  const { post } = await withNextId(revision, () => sealRevision(u, hers.view, draft));
  await u.http.call("revisionsPost", {
    params: { space: hers.space },
    body: { revisions: [post] },
  });
  await hers.sync();
  u.keyring.checkPinned = () => undefined;
  const revisions = [...hers.listing.revisions.values()].filter(isOpenable);
  const until = ground.now() + DAY;
  const asked = { with: alice.account.id, until };
  const members = await shareMembers(u, asked);
  const share = await createShare(u, hers.view, revisions, asked, members);
  await alice.account.accept(share);
  const view = (await alice.account.sharedWithMe()).find((each) => each.share === share);
  assert.equal((await view?.open(revision))?.metadata.title, "bait");
  assert.equal((await record.open(revision)).metadata.title, "of the same id");
});
