import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { JournalRow } from "../src/wire.ts";
import { type Drawing, startDrawing } from "./drawn.ts";
import type { Language } from "./words.ts";

// What a line says of whoever let somebody in: one begins a record once, and may come back with new
// keys any number of times.

let drawing: Drawing;
before(async () => {
  drawing = await startDrawing();
});
after(async () => {
  await drawing?.stop();
});

const ME = { account: "a", name: "Alice", known: "me" } as const;
const DOCTOR = { account: "b", name: "Dr Roche", known: "face-to-face" } as const;
const OTHER = { account: "c", name: "Dr Petit", known: "face-to-face" } as const;

/** What the page says of a line about access to a record. */
async function said(language: Language, row: Partial<JournalRow>): Promise<string> {
  const line: Partial<JournalRow> = { kind: "membership", n: 7, of: "record", titles: [], ...row };
  return await drawing.draw("parts/journal-sentence.tsx", "JournalSentence", language, {
    row: line,
  });
}

test("only the first line says that a record was begun", async () => {
  assert.equal(await said("en", { who: ME, whom: ME, n: 0 }), "You began your record.");
  assert.equal(await said("fr", { who: ME, whom: ME, n: 0 }), "Vous avez commencé votre dossier.");
});

test("whoever renewed their own access is said to have renewed it, whoever they are", async () => {
  const renewed = await Promise.all([
    said("en", { who: ME, whom: ME }),
    said("fr", { who: ME, whom: ME }),
    said("en", { who: DOCTOR, whom: DOCTOR }),
    said("fr", { who: DOCTOR, whom: DOCTOR }),
  ]);
  assert.deepEqual(renewed, [
    "You renewed your own access to your record.",
    "Vous avez renouvelé votre propre accès à votre dossier.",
    "Dr Roche renewed their own access to the record.",
    "Dr Roche a renouvelé son propre accès au dossier.",
  ]);
});

test("what one did in somebody else’s record is not said of one’s own", async () => {
  const elsewhere = async (row: Partial<JournalRow>) =>
    await said("en", { who: ME, of: "other", ...row });
  // Such a line counts from the beginning of the whole log.
  for (const n of [0, 7])
    assert.equal(await elsewhere({ whom: ME, n }), "You renewed your own access to the record.");
  assert.equal(await elsewhere({ whom: OTHER }), "You let Dr Petit into the record.");
  assert.equal(await elsewhere({ kind: "rotation" }), "You changed the keys of the record.");
  assert.equal(await elsewhere({ kind: "export" }), "You exported from the record.");
  assert.equal(await elsewhere({ kind: "listing" }), "You fetched a list of titles.");
});

test("whoever let somebody else in is said to have done so", async () => {
  assert.equal(await said("en", { who: ME, whom: DOCTOR }), "You let Dr Roche into your record.");
  assert.equal(
    await said("en", { who: DOCTOR, whom: OTHER }),
    "Dr Roche let Dr Petit into the record.",
  );
});
