import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { cases } from "./cases.ts";
import { without } from "./mutations.ts";

test("every countermeasure stands where its case takes it out", async () => {
  for (const { mutation } of cases) {
    const sources = new Map<string, string>();
    for (const edit of mutation) {
      const url = new URL(`../../${edit.file}`, import.meta.url);
      const source = sources.get(edit.file) ?? (await readFile(url, "utf8"));
      sources.set(edit.file, without(source, edit));
    }
    assert.ok(sources.size > 0);
  }
});
