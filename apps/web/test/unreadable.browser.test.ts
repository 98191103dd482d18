import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { HealthRecord, memoryStore, signUp } from "@ecrin/client";
import { digestOf, type NewRevision, parseRevision, toBase64url } from "@ecrin/protocol";
// biome-ignore lint/style/noRestrictedImports: what a writer's own program could do, the SDK does not offer.
import { unlockHere } from "../../../packages/client/src/sign-in.ts";
import { checkAbilities } from "./abilities.ts";
import { fill, follow, heading, PASSWORD, press, section } from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { picture } from "./picture.ts";
import { newVisitor } from "./visitor.ts";
import type { Language } from "./words.ts";

// Versions that their author sealed wrongly (spec/revision.md, Accepting), as the owner meets them.

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(async () => {
  await ground?.stop();
});

const text = (title: string) => ({
  title,
  mediaType: "text/plain",
  content: new TextEncoder().encode(title),
});

/** Alice's record, in which Paul may write; he seals a new document and a correction of hers wrongly. */
async function scene(language: Language) {
  const person = async (name: string) => {
    const address = `${name.toLowerCase()}-${language}@example.org`;
    const store = memoryStore();
    const ask = { server: ground.url, store, address, name, password: PASSWORD };
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
  const ask = { server: ground.url, password: PASSWORD, store: paul.store, fetch: posting };
  const { u } = await unlockHere(ask);
  await new HealthRecord(u, record.space).add(text("Bilan"));
  facts = { op: "correct", item, parents: [parent] };
  await new HealthRecord(u, record.space).add(text("Ordonnance, corrigée"));
  return alice;
}

for (const language of ["fr", "en"] as const) {
  test(`what a writer sealed wrongly is shown with who made it, ${language}`, async () => {
    const { address, kit } = await scene(language);
    const visitor = await newVisitor(ground, language);
    const { page, say, wrong, context } = visitor;
    await follow(visitor, "I have one: open it here with my kit");
    await fill(visitor, "E-mail address", address);
    await fill(visitor, "Your kit: the 24 words, or the same as letters", kit.text());
    await fill(visitor, "Password", PASSWORD);
    await press(visitor, "Open");
    const list = page.getByRole("list", { name: say("What cannot be read") });
    await list.waitFor();
    const lines = await list.getByRole("listitem").allInnerTexts();
    assert.equal(lines.length, 2);
    const alone = say("{who} · a document whose name does not open", "Paul");
    assert.equal(lines.filter((line) => line.includes(alone)).length, 1, lines.join("\n"));
    for (const line of lines)
      assert.ok(line.includes(say("It was not sealed rightly when it was made.")), line);
    await checkAbilities(page, "documents, some that cannot be read");
    await picture(visitor, `unreadable-${language}`);

    // The document that was corrected wrongly opens as it was, and its history says so.
    await list.getByRole("link", { name: "Ordonnance" }).click();
    await heading(page, "Ordonnance");
    await page.getByText(say("Cannot be read"), { exact: true }).waitFor();
    assert.equal(await page.getByText(say("Cannot be read"), { exact: true }).count(), 1);
    await page.locator(".sheet").getByText("Ordonnance", { exact: true }).waitFor();
    assert.equal(await page.getByRole("button", { name: say("Open this version") }).count(), 0);
    await checkAbilities(page, "a document with a version that cannot be read");

    // A correction of her own goes on top of both.
    const chooser = page.waitForEvent("filechooser");
    await press(visitor, "Replace with a corrected version");
    await (await chooser).setFiles({
      name: "autre.txt",
      mimeType: "text/plain",
      buffer: Buffer.from("corrected by Alice"),
    });
    await page.getByText("corrected by Alice").waitFor();
    await page.getByText(say("Cannot be read"), { exact: true }).waitFor();
    // And the first one is taken back.
    await page.getByRole("button", { name: say("Take this version back") }).click();
    await press(visitor, "Take it back");
    await page.locator(".sheet").getByText("Ordonnance", { exact: true }).waitFor();
    await section(visitor, "My documents");
    await page.getByRole("list", { name: say("What cannot be read") }).waitFor();
    assert.deepEqual(wrong, []);
    await context.close();
  });
}
