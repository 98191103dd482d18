import assert from "node:assert/strict";
import { HealthRecord, memoryStore, signUp } from "@ecrin/client";
import { digestOf, type NewRevision, parseRevision, toBase64url } from "@ecrin/protocol";
// biome-ignore lint/style/noRestrictedImports: what a writer's own program could do, the SDK does not offer.
import { unlockHere } from "../../../packages/client/src/sign-in.ts";
import { PASSWORD } from "./flows.ts";

const text = (title: string) => ({
  title,
  mediaType: "text/plain",
  content: new TextEncoder().encode(title),
});

/** Alice's account and kit; in her record Paul may write; he seals a new document and a correction of hers wrongly. */
export async function spoiledRecord(server: string, mark: string) {
  const person = async (name: string) => {
    const address = `${name.toLowerCase()}-${mark}@example.org`;
    const store = memoryStore();
    const ask = { server, store, address, name, password: PASSWORD };
    return { ...(await signUp(ask)), address, store };
  };
  const [alice, paul] = [await person("Alice"), await person("Paul")];
  await alice.account.contacts().verify(await paul.account.contacts().code(), "Paul");
  await paul.account.contacts().verify(await alice.account.contacts().code(), "Alice");
  const record = await alice.account.record();
  const item = await record.add(text("Ordonnance"));
  await record.addMember(paul.account.id, { role: "writer" });
  const parent = (await record.history(item))[0]?.fact.revision ?? assert.fail();

  let facts: object = {};
  const posting: typeof fetch = async (input, init = {}) => {
    if (init.method !== "POST" || !String(input).endsWith("/revisions")) return fetch(input, init);
    const { revisions } = JSON.parse(String(init.body)) as { revisions: [NewRevision] };
    const [right] = revisions;
    const wrap = new Uint8Array(80).fill(7);
    const { suite: _s, by: _b, at: _a, ...said } = parseRevision(right.statement).fact;
    const header = { ...said, ...facts, wrap: digestOf(wrap) } as Parameters<typeof u.sign>[1];
    const statement = await u.sign("revision", header);
    const row = { ...right, wrap: toBase64url(wrap), statement };
    return fetch(input, { ...init, body: JSON.stringify({ revisions: [row] }) });
  };
  const ask = { server, password: PASSWORD, store: paul.store, fetch: posting };
  const { u } = await unlockHere(ask);
  await new HealthRecord(u, record.space).add(text("Bilan"));
  facts = { op: "correct", item, parents: [parent] };
  await new HealthRecord(u, record.space).add(text("Ordonnance, corrigée"));
  return alice;
}
