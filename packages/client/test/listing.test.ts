import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  fromBase64url,
  hashOf,
  merkleRoot,
  parseRevision,
  type RouteAnswer,
} from "@ecrin/protocol";
import { signIn } from "../src/index.ts";
import { type Ground, newPerson, refusal, startGround } from "./ground.ts";

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(() => ground.stop());

test("a revision left out is an alarm, and one again when asked again", async () => {
  const alice = await newPerson(ground, "Alice");
  const record = await alice.account.record();
  const add = async (title: string) =>
    await record.add({ title, mediaType: "text/plain", content: new Uint8Array(3) });
  await add("first");
  await add("left out");
  await record.list();
  await alice.account.lock();
  // Two more by another device, while this one was away.
  const { url: server, now } = ground;
  const { store, password } = alice;
  const elsewhere = await signIn({ server, now, store, password });
  const there = await elsewhere.recordOf(record.space);
  for (const title of ["third", "fourth"]) {
    await there.add({ title, mediaType: "text/plain", content: new Uint8Array(3) });
  }
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const url = new URL(String(input));
    if (!url.pathname.endsWith("/revisions")) return await globalThis.fetch(input, init);
    const from = Number(url.searchParams.get("from"));
    url.searchParams.set("from", "0");
    const answer = await globalThis.fetch(url, init);
    if (!answer.ok) return answer;
    const honest: RouteAnswer<"revisions"> = await answer.json();
    const all = honest.revisions.toSpliced(1, 1).map((each, index) => ({ ...each, index }));
    const leaves = all.map(({ statement }) => fromBase64url(parseRevision(statement).hash));
    const tree = { size: all.length, root: hashOf(merkleRoot(leaves)) };
    return Response.json({ ...honest, revisions: all.slice(from), tree });
  };
  const again = await signIn({ server, now, fetch, store, password });
  const lying = await again.recordOf(record.space);
  for (let tried = 0; tried < 3; tried++) {
    await assert.rejects(lying.list(), refusal("fork"));
  }
});

test("a row that the server exchanges or changes is refused", async () => {
  const alice = await newPerson(ground, "Alice");
  const record = await alice.account.record();
  const add = async (title: string) =>
    await record.add({ title, mediaType: "text/plain", content: new Uint8Array(3) });
  const [first] = [await add("first"), await add("second")];
  await alice.account.lock();
  const { url: server, now } = ground;
  const { store, password } = alice;
  let change: (rows: Row[], others: Row[]) => Row[] = (rows) => rows;
  const seen: Row[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const answer = await globalThis.fetch(input, init);
    if (!String(input).includes("limit=1&") && !String(input).endsWith("limit=1")) {
      if (!String(input).includes("/revisions?")) return answer;
      const all: RouteAnswer<"revisions"> = await answer.json();
      seen.push(...all.revisions);
      return Response.json(all);
    }
    const one: RouteAnswer<"revisions"> = await answer.json();
    return Response.json({ ...one, revisions: change(one.revisions, seen) });
  };
  const again = await signIn({ server, now, fetch, store, password });
  const there = await again.recordOf(record.space);
  await there.list();
  assert.equal((await there.listing.row(first)).index, 0);
  change = (_, others) => others.slice(1, 2);
  await assert.rejects(there.listing.row(first), refusal("fork"));
  change = (rows, others) => rows.map((each) => ({ ...each, wrap: others[1]?.wrap }));
  await assert.rejects(there.listing.row(first));
  change = (rows, others) => rows.map((each) => ({ ...each, metadata: others[1]?.metadata }));
  await assert.rejects(there.listing.row(first), refusal("cannot-open"));
});

type Row = RouteAnswer<"revisions">["revisions"][number];
