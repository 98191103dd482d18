import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { bytesOf, memoryStore, signIn, signInWithKit } from "../src/index.ts";
import { unlockHere } from "../src/sign-in.ts";
import { SpaceView } from "../src/space-view.ts";
import { type Ground, newPerson, type Person, startGround } from "./ground.ts";

describe("the keys of a space", () => {
  let ground: Ground;
  let alice: Person;

  before(async () => {
    ground = await startGround();
    alice = await newPerson(ground);
  });
  after(() => ground.stop());

  it("are asked for once, however many revisions want one at the same time", async () => {
    const record = await alice.account.record();
    const resources = Array.from({ length: 30 }, () => ({ resourceType: "Observation" }));
    await record.addResources(resources);
    let asked = 0;
    const fetch: typeof globalThis.fetch = async (...ask) => {
      if (String(ask[0]).includes("/wraps")) asked += 1;
      return await globalThis.fetch(...ask);
    };
    const { url: server, now } = ground;
    const { store, password } = alice;
    const account = await signIn({ server, now, fetch, store, password });
    const there = await account.recordOf(record.space);
    assert.equal((await there.list()).length, 30);
    assert.equal(asked, 1);
  });

  it("are found where others join between one request and the next", async () => {
    const record = await alice.account.record();
    const joining = await Promise.all(["Dan", "Eve", "Fay"].map((name) => newPerson(ground, name)));
    for (const { account } of joining)
      await alice.account.contacts().verify(await account.contacts().code(), account.name);
    const fetch: typeof globalThis.fetch = async (...ask) => {
      const next = String(ask[0]).includes("/wraps") ? joining.shift() : undefined;
      if (next !== undefined) await record.addMember(next.account.id, { role: "reader" });
      return await globalThis.fetch(...ask);
    };
    const { url: server, now } = ground;
    const { store, password } = alice;
    const there = await (await signIn({ server, now, fetch, store, password })).record();
    assert.ok((await there.list()).length > 0);
    assert.equal(joining.length, 0);
  });

  it("are of the epoch asked for, also where the chain turns out to have moved on", async () => {
    const [bob, carol] = [await newPerson(ground, "Bob"), await newPerson(ground, "Carol")];
    for (const { account } of [bob, carol])
      await alice.account.contacts().verify(await account.contacts().code(), account.name);
    await bob.account.contacts().verify(await alice.account.contacts().code(), "Alice");
    const record = await alice.account.record();
    await record.addMember(bob.account.id, { role: "writer" });
    // Followed, and no key asked for; then a member comes and goes.
    const his = await bob.account.recordOf(record.space);
    await record.addMember(carol.account.id, { role: "reader" });
    await record.endMember(carol.account.id);
    const content = new TextEncoder().encode("result");
    const item = await his.add({ title: "result", mediaType: "text/plain", content });
    assert.deepEqual(await bytesOf(await record.open(item)), content);
  });

  it("are not gone on with where a device was signed out, whichever chain arrives last", async () => {
    const bob = await newPerson(ground, "Bob");
    const carol = await newPerson(ground, "Carol");
    for (const { account } of [bob, carol])
      await alice.account.contacts().verify(await account.contacts().code(), account.name);
    const record = await alice.account.record();
    await record.addMember(bob.account.id, { role: "reader" });
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const fetch: typeof globalThis.fetch = async (...ask) => {
      const answer = await globalThis.fetch(...ask);
      if (String(ask[0]).includes(`/v1/accounts/${carol.account.id}`)) await held;
      return answer;
    };
    const { url: server, now } = ground;
    const { store, password } = alice;
    const { u } = await unlockHere({ server, now, fetch, store, password });
    const view = new SpaceView(u, record.space);
    await view.beFresh(0);
    assert.equal(view.due(), undefined);
    const head = alice.account.contacts().get(carol.account.id)?.head ?? assert.fail();
    // A new store knows nothing of Carol, so her chain is asked for, and does not come yet.
    await u.store.delete(`account/${carol.account.id}`);
    const reaching = view.reach([{ account: carol.account.id, head }]);
    const { kit } = bob;
    const second = await signInWithKit({
      ...{ server, now, kit, password: bob.password },
      store: memoryStore(),
    });
    await bob.account.signOutDevice(second.device);
    await view.beFresh(0);
    assert.equal(view.due()?.pins.length, 1);
    release();
    await reaching;
    assert.equal(view.due()?.pins.length, 1);
  });
});
