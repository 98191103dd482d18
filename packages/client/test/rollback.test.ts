import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { RouteAnswer } from "@ecrin/protocol";
import { memoryStore, signIn, signInWithKit } from "../src/index.ts";
import { type Ground, newPerson, type Person, refusal, startGround } from "./ground.ts";

type Chain = RouteAnswer<"chainOfSpace">;

let ground: Ground;
let alice: Person;
let doctor: Person;
before(async () => {
  ground = await startGround();
  alice = await newPerson(ground);
  doctor = await newPerson(ground, "Dr Roche");
  await alice.account.contacts().verify(await doctor.account.contacts().code(), "Dr Roche");
});
after(() => ground.stop());

/** The whole chain of Alice's record, as it was handed out last. */
let handedOut: Chain | undefined;
/** What is handed out instead of what it has become. */
let early: Chain | undefined;

const fetch: typeof globalThis.fetch = async (input, init) => {
  const url = new URL(String(input));
  const answer = await globalThis.fetch(input, init);
  if (!/^\/v1\/spaces\/[^/]+$/.test(url.pathname)) return answer;
  const from = Number(url.searchParams.get("from") ?? 0);
  if (early !== undefined) {
    return Response.json({ ...early, statements: early.statements.slice(from) });
  }
  if (from === 0) handedOut = (await answer.clone().json()) as Chain;
  return answer;
};

test("a space shorter than it was is an alarm, on its device and on one that only has the keyring", async () => {
  const record = await alice.account.record();
  await record.addMember(doctor.account.id, { role: "reader" });
  const { url: server, now } = ground;
  const { store, password, kit } = alice;
  const onDevice = () => signIn({ server, now, fetch, store, password });
  await (await onDevice()).recordOf(record.space);
  const before = handedOut;
  await record.endMember(doctor.account.id);
  const device = await onDevice();
  await device.recordOf(record.space);
  await device.lock();

  early = before;
  const again = await onDevice();
  await assert.rejects(again.recordOf(record.space), refusal("rollback"));
  const fresh = await signInWithKit({ server, now, fetch, kit, password, store: memoryStore() });
  await assert.rejects(fresh.recordOf(record.space), refusal("rollback"));
  early = undefined;
  assert.equal((await (await again.recordOf(record.space)).members()).length, 1);
});
