import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { type ItemId, type RouteAnswer, utf8 } from "@ecrin/protocol";
import { HealthRecord } from "../src/index.ts";
import { bytesOf } from "../src/open.ts";
import { unlockHere } from "../src/sign-in.ts";
import { type Ground, newPerson, refusal, startGround } from "./ground.ts";

// What a server answers to a read: as many releases as were asked for, and a receipt of this very read.

type Reads = RouteAnswer<"reads">;

let ground: Ground;
let record: HealthRecord;
let item: ItemId;
let change: (honest: Reads) => Reads;

before(async () => {
  ground = await startGround();
  const { store, password, account } = await newPerson(ground);
  const { space } = await account.record();
  const fetch: typeof globalThis.fetch = async (...ask) => {
    const answer = await globalThis.fetch(...ask);
    if (!String(ask[0]).endsWith("/v1/reads")) return answer;
    return Response.json(change((await answer.json()) as Reads));
  };
  const { url: server, now } = ground;
  record = new HealthRecord((await unlockHere({ server, now, fetch, store, password })).u, space);
  item = await record.add({ title: "lu", mediaType: "text/plain", content: utf8("lu") });
});
beforeEach(() => {
  change = (honest) => honest;
});
after(() => ground.stop());

const open = async () => await bytesOf(await record.open(item));

test("a read with fewer or more releases than were asked for opens nothing", async () => {
  for (const times of [0, 2]) {
    change = (honest) => ({
      ...honest,
      releases: Array.from({ length: times }, () => honest.releases).flat(),
    });
    await assert.rejects(open(), refusal("cannot-open"));
  }
});

test("a release without its receipt, or with that of another read, opens nothing", async () => {
  let before: Reads["receipts"] = [];
  change = (honest) => {
    before = honest.receipts;
    return { ...honest, receipts: [] };
  };
  await assert.rejects(open(), refusal("cannot-open"));
  assert.equal(before.length, 1);
  change = (honest) => ({ ...honest, receipts: before });
  await assert.rejects(open(), refusal("cannot-open"));
  change = (honest) => honest;
  assert.deepEqual(await open(), utf8("lu"));
});
