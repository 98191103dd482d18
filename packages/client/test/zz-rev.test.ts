import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { currentIdentity, newId, parseSpaceStatement } from "@ecrin/protocol";
import { makeEpoch } from "../src/epoch-keys.ts";
import { Listing } from "../src/listing.ts";
import { plain, plainEpoch } from "../src/membership.ts";
import { HealthRecord, createRecord } from "../src/record.ts";
import { sealRevision } from "../src/seal.ts";
import { createShare } from "../src/share.ts";
import { signIn, unlockHere } from "../src/sign-in.ts";
import { resourceDraft, fileDraft } from "../src/draft.ts";
import { HostileNetwork } from "./hostile.ts";
import { type Ground, newPerson, type Person, startGround } from "./ground.ts";

const text = (value: string) => ({ title: value, mediaType: "text/plain", content: new TextEncoder().encode(value) });
describe("probes", () => {
  let ground: Ground;
  const network = new HostileNetwork();
  before(async () => { ground = await startGround(); });
  after(() => ground.stop());
  const on = ({ password, store }: Person) => ({ server: ground.url, now: ground.now, fetch: network.fetch, password, store });

  it("P1 resume after a lost answer: metadata nonce", async () => {
    const alice = await newPerson(ground, "A", network.fetch);
    const record = await alice.account.record();
    const content = new Uint8Array(300_000).fill(7);
    const file = { title: "scan", mediaType: "x/y", content };
    network.losing(`POST /v1/spaces/${record.space}/revisions`, "answer");
    await assert.rejects(record.add(file, { resume: "a" }));
    ground.ahead += 5;
    const second = await record.add(file, { resume: "a" }).catch((e) => e);
    console.log("second", second instanceof Error ? second.message : "ok");
    const sent = network.exchanges.filter((e) => e.method === "POST" && e.path.endsWith("/revisions")).map((e) => JSON.parse(e.sent).revisions[0].metadata);
    console.log("P1 posts", sent.length, "same metadata", sent[0] === sent[1]);
    const third = await record.add(file, { resume: "a" }).catch((e) => e);
    console.log("third", third instanceof Error ? third.message : "ok");
  });

  it("P2 space chain rolled back after a restart", async () => {
    const alice = await newPerson(ground, "A", network.fetch);
    const bob = await newPerson(ground, "B", network.fetch);
    await alice.account.contacts().verify(await bob.account.contacts().code(), "Bob");
    const record = await alice.account.record();
    await record.addMember(bob.account.id, { role: "reader" });
    await record.endMember(bob.account.id);
    console.log("head", record.view.head.seq);
    const space = record.space;
    await alice.account.lock();
    network.answering(`GET /v1/spaces/${space}`, (a: any) => {
      const statements = a.statements.slice(0, 2);
      const { hash, fact } = parseSpaceStatement(statements.at(-1));
      return { statements, head: { hash, seq: fact.seq } };
    });
    const again = await signIn(on(alice));
    const r = await again.recordOf(space).catch((e) => e);
    console.log("P2", r instanceof Error ? `${(r as any).code} ${r.message}` : `ACCEPTED at ${r.view.head.seq}, members ${r.view.state.members.size}`);
    network.calm();
  });

  it("P4 item id = revision id", async () => {
    const alice = await newPerson(ground, "A", network.fetch);
    const bob = await newPerson(ground, "B", network.fetch);
    await alice.account.contacts().verify(await bob.account.contacts().code(), "Bob");
    const record = await alice.account.record();
    await record.add(text("the true result"));
    await record.addMember(bob.account.id, { role: "writer" });
    const [listed] = await record.list();
    const { u } = await unlockHere(on(bob));
    const his = new HealthRecord(u, record.space);
    await his.sync();
    const draft = { ...fileDraft(text("forged"), listed!.revision as never, "create", [], ground.now()) };
    const sealed = await sealRevision(u, his.view, draft);
    await u.http.call("revisionsPost", { params: { space: record.space }, body: { revisions: [sealed.post] } });
    await record.sync();
    const opened = await record.open(listed!.revision);
    console.log("P4 open(revision of the true result) gives:", opened.metadata.title);
  });

  it("P5 a stranger's share blocks sharedWithMe", async () => {
    const alice = await newPerson(ground, "A", network.fetch);
    const doc = await newPerson(ground, "D", network.fetch);
    const mallory = await newPerson(ground, "M", network.fetch);
    await alice.account.contacts().verify(await doc.account.contacts().code(), "D");
    const rec = await alice.account.record();
    const item = await rec.add(text("for the doctor"));
    await rec.share({ with: doc.account.id, items: [item], until: ground.now() + 86400000 });
    console.log("before", (await doc.account.sharedWithMe()).length);
    const { u } = await unlockHere(on(mallory));
    const his = await createRecord(u);
    const i2 = await his.add(text("x"));
    await his.sync();
    const chainD = await u.accounts.get(doc.account.id);
    const chainM = await u.accounts.get(u.account);
    // mallory's account book lies about the doctor's key: wraps garbage
    const evil = { ...u, keyring: u.keyring, accounts: u.accounts } as typeof u;
    const orig = u.keyring.checkPinned.bind(u.keyring);
    u.keyring.checkPinned = () => undefined;
    const getAll = u.accounts.getAll.bind(u.accounts);
    u.accounts.getAll = async (ids: any, age: any) => {
      const m = new Map(await getAll(ids, age));
      const d = m.get(doc.account.id);
      if (d) m.set(doc.account.id, { ...d, identities: [{ ...d.identities[0]!, identity: currentIdentity(chainM).identity }] });
      return m;
    };
    const revs = [...his.listing.revisions.values()] as any;
    await createShare(evil, his.view, revs, { with: doc.account.id, items: [i2], until: ground.now() + 86400000 });
    const after = await doc.account.sharedWithMe().catch((e) => e);
    console.log("P5 after", after instanceof Error ? `${(after as any).code} ${after.message}` : after.length);
  });

  it("P6 a stranger's record blocks turning epochs", async () => {
    const alice = await newPerson(ground, "A", network.fetch);
    const mallory = await newPerson(ground, "M", network.fetch);
    await alice.account.record();
    const { u } = await unlockHere(on(mallory));
    const chainA = await u.accounts.get(alice.account.id);
    const chainM = await u.accounts.get(u.account);
    const space = newId<"space">();
    const id = (c: any) => currentIdentity(c);
    const members = [
      { account: u.account, identity: id(chainM).hash, head: chainM.head, role: "owner" as const, offline: true },
      { account: alice.account.id, identity: id(chainA).hash, head: chainA.head, role: "writer" as const, offline: true },
    ];
    const made = await makeEpoch(space, 1, members, () => id(chainM).identity.seal, u.server.releaseKey);
    const at = ground.now() - 23 * 3600_000;
    const statement = await u.sign("space", { space, seq: 0, op: "begin", kind: "record", members: members.map(plain), epoch: plainEpoch(made.epoch) });
    await u.http.call("spaceCreate", { body: { statement, wraps: [...made.wraps] } });
    const m = new HealthRecord(u, space);
    await m.view.follow([statement]); m.view.learn("space", 1, made.secrets.space); m.view.learn("release", 1, made.secrets.release);
    await m.add(text("junk"));
    const recs = await alice.account.records().catch((e) => e);
    console.log("P6 records", recs instanceof Error ? `${(recs as any).code} ${recs.message}` : recs.length);
    // enroll second device and cut it
    const { signInWithKit, memoryStore } = await import("../src/index.ts");
    const second = await signInWithKit({ server: ground.url, now: ground.now, kit: alice.kit, password: alice.password, store: memoryStore() });
    const r = await alice.account.signOutDevice(second.device).catch((e) => e);
    console.log("P6 signOutDevice", r instanceof Error ? `${(r as any).code} ${r.message}` : "ok");
  });
});
