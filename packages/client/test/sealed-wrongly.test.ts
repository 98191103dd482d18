import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sealBox } from "@ecrin/crypto";
import {
  type Bytes,
  digestOf,
  fromBase64url,
  type Json,
  type NewRevision,
  parseRevision,
  secretContext,
  toBase64url,
} from "@ecrin/protocol";
import { HealthRecord } from "../src/record.ts";
import { unlockHere } from "../src/sign-in.ts";
import { type Ground, newPerson, type Person, refusal, startGround } from "./ground.ts";
import { HostileNetwork } from "./hostile.ts";

// A writer who seals one revision wrongly keeps nobody from the others, and a server that does it is
// told from such a writer (spec/revision.md, Accepting).

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(async () => await ground?.stop());

const text = (title: string) => ({
  title,
  mediaType: "text/plain",
  content: new TextEncoder().encode(title),
});

async function unlocked({ password, store }: Person) {
  return (await unlockHere({ server: ground.url, now: ground.now, password, store })).u;
}

/** A record of Alice's in which Mallory may write, with a document of Alice's. */
async function scene() {
  const [alice, mallory] = [await newPerson(ground, "Alice"), await newPerson(ground, "Mallory")];
  await alice.account.contacts().verify(await mallory.account.contacts().code(), "Mallory");
  await mallory.account.contacts().verify(await alice.account.contacts().code(), "Alice");
  const record = await alice.account.record();
  const item = await record.add(text("hers"));
  await record.addMember(mallory.account.id, { role: "writer" });
  const hers = new HealthRecord(await unlocked(mallory), record.space);
  await hers.sync();
  return { alice, mallory, record, item, hers };
}

type Change = (right: NewRevision, key: Bytes) => Promise<Changed> | Changed;
interface Changed {
  readonly row?: Partial<NewRevision>;
  /** Members of the header, signed anew by Mallory's own device. */
  readonly facts: { readonly [name: string]: Json | undefined };
}

/** Adds a document of Mallory's, changed on its way out. */
async function postChanged(mallory: Person, hers: HealthRecord, change: Change): Promise<void> {
  const key = await hers.view.secret("space");
  const { password, store } = mallory;
  const ask = { server: ground.url, now: ground.now, password, store };
  const posting: typeof fetch = async (input, init = {}) => {
    if (init.method !== "POST" || !String(input).endsWith("/revisions"))
      return await fetch(input, init);
    const { revisions } = JSON.parse(String(init.body)) as { revisions: [NewRevision] };
    const [right] = revisions;
    const { row = {}, facts } = await change(right, key);
    const { suite: _s, by: _b, at: _a, ...said } = parseRevision(right.statement).fact;
    const header = { ...said, ...facts } as Parameters<typeof u.sign>[1];
    const statement = await u.sign("revision", header);
    return await fetch(input, {
      ...init,
      body: JSON.stringify({ revisions: [{ ...right, ...row, statement }] }),
    });
  };
  const { u } = await unlockHere({ ...ask, fetch: posting });
  await new HealthRecord(u, hers.space).add(text("Mallory's"));
}

test("a wrap that its author signed and that does not open is set apart", async () => {
  const { record, item, hers, mallory } = await scene();
  await postChanged(mallory, hers, () => {
    const wrap = new Uint8Array(80).fill(7);
    return { row: { wrap: toBase64url(wrap) }, facts: { wrap: digestOf(wrap) } };
  });
  await postChanged(mallory, hers, async (right, key) => {
    const { fact } = parseRevision(right.statement);
    const wrap = await sealBox(key, "revision secret", secretContext(fact, 1), new Uint8Array(32));
    return { row: { wrap: toBase64url(wrap) }, facts: { wrap: digestOf(wrap) } };
  });
  await record.add(text("after"));
  assert.deepEqual((await record.list()).map(({ metadata }) => metadata.title).sort(), [
    "after",
    "hers",
  ]);
  const rows = await record.unreadable();
  assert.deepEqual(
    rows.map(({ author, turnedBy }) => [author, turnedBy]),
    [
      [mallory.account.id, undefined],
      [mallory.account.id, undefined],
    ],
  );
  await assert.rejects(record.open(rows[0]?.revision ?? assert.fail()), refusal("not-found"));
  assert.equal((await record.history(item)).length, 1);
});

test("a name that its author signed and that does not open is set apart", async () => {
  const { record, hers, mallory } = await scene();
  await postChanged(mallory, hers, (right) => {
    const metadata = fromBase64url(right.metadata ?? "");
    metadata[40] = (metadata[40] ?? 0) ^ 1;
    return {
      row: { metadata: toBase64url(metadata) },
      facts: { metadata: digestOf(metadata) },
    };
  });
  assert.equal((await record.list()).length, 1);
  assert.equal((await record.unreadable()).length, 1);
});

test("a correction sealed wrongly hides no version before it", async () => {
  const { record, item, hers, mallory } = await scene();
  const parent = (await record.history(item))[0]?.fact.revision ?? assert.fail();
  await postChanged(mallory, hers, () => {
    const wrap = new Uint8Array(80).fill(9);
    return {
      row: { wrap: toBase64url(wrap) },
      facts: { wrap: digestOf(wrap), op: "correct", item, parents: [parent] },
    };
  });
  assert.deepEqual(
    (await record.list()).map(({ metadata }) => metadata.title),
    ["hers"],
  );
  assert.equal((await record.unreadable()).length, 1);
});

test("a header that does not sign its wrap is not taken", async () => {
  const { hers, mallory } = await scene();
  for (const facts of [{ wrap: undefined }, { wrap: digestOf(new Uint8Array(1)) }]) {
    const posted = postChanged(mallory, hers, () => ({ facts }));
    await assert.rejects(posted, refusal("content-differs"));
  }
});

test("a server that hands out another wrap or name is an alarm for the whole list", async () => {
  const { alice, record } = await scene();
  const network = new HostileNetwork();
  const { password, store } = alice;
  for (const change of [
    { wrap: toBase64url(new Uint8Array(80)) },
    { metadata: toBase64url(new Uint8Array(528)) },
  ]) {
    network.answering(`GET /v1/spaces/${record.space}/revisions`, (answer) => ({
      ...answer,
      revisions: (answer.revisions as object[]).map((row) => ({ ...row, ...change })),
    }));
    const ask = { server: ground.url, now: ground.now, fetch: network.fetch, password, store };
    const { u } = await unlockHere(ask);
    await assert.rejects(new HealthRecord(u, record.space).list());
  }
});
