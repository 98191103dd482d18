import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { getCatalogs } from "@lingui/cli/api";
import { getConfig } from "@lingui/conf";
import { catalog } from "./words.ts";

const cwd = join(import.meta.dirname, "..");
const [en, fr] = [catalog("en"), catalog("fr")];

test("the catalogues hold what the page says, and nothing else", async () => {
  const config = getConfig({ cwd, configPath: join(cwd, "lingui.config.ts") });
  const said = new Set<string>();
  for (const each of await getCatalogs(config)) {
    const collected = (await each.collect()) ?? {};
    for (const { message } of Object.values(collected)) said.add(message ?? "");
  }
  assert.ok(said.size > 300, "the page has words");
  assert.deepEqual([...en.keys()].sort(), [...said].sort());
  assert.deepEqual([...fr.keys()].sort(), [...said].sort());
});

test("every sentence is there in French", () => {
  const empty = [...fr].filter(([, text]) => text.trim() === "");
  assert.deepEqual(empty, []);
});

test("figures, names and mark-up are the same in both languages", () => {
  const parts = (text: string) =>
    [...text.matchAll(/\{(\w+)|<(\d)>/g)].map(([whole]) => whole).sort();
  for (const [english, french] of fr) {
    // A plural says “one” and “other” in both languages; a name may be repeated in a sentence.
    const [a, b] = [new Set(parts(english)), new Set(parts(french))];
    const isPlural = english.includes(", plural,");
    if (!isPlural) assert.deepEqual([...b], [...a], english);
  }
});

test("French is typeset as French", () => {
  for (const [english, french] of fr) {
    assert.doesNotMatch(french, / [;:!?»]|« /, `${english}: a space that may break`);
    assert.doesNotMatch(french, /'/, `${english}: a straight apostrophe`);
  }
});
