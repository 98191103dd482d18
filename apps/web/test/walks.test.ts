import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { AWAY, EXPECTED, type Journey, named, told, unwalked, WALKS, type Walk } from "./walks.ts";

const journeys = Object.entries<readonly Walk[]>(WALKS);

for (const [journey, walks] of journeys) {
  test(`${journey}: by every hand, in both languages and at both widths`, () => {
    const of = <K extends keyof Walk>(key: K) => new Set(walks.map((walk) => walk[key]));
    assert.deepEqual(of("hand"), new Set(["mouse", "touch", "keyboard"]));
    assert.deepEqual(of("language"), new Set(["fr", "en"]));
    assert.deepEqual(of("width"), new Set([390, 1440]));
    assert.equal(new Set(walks.map(named)).size, walks.length);
  });
}

test("each walk of each journey has to be told, and without network where it can be done so", () => {
  const all = journeys.reduce((sum, [, walks]) => sum + walks.length, 0);
  const away = [...AWAY].reduce((sum, journey) => sum + WALKS[journey].length, 0);
  assert.equal(new Set(EXPECTED).size, all + away);
  assert.deepEqual(unwalked(new Set(EXPECTED)), []);
  assert.equal(unwalked(new Set()).length, all + away);
  for (const left of EXPECTED) {
    const others = new Set(EXPECTED.filter((each) => each !== left));
    assert.deepEqual(unwalked(others), [`not ${left}`]);
  }
  // A walk by another hand, or with network only, stands for nothing else.
  const journey: Journey = "withoutNetwork";
  const crossed = told(journey, "en, 390 px, mouse", "without network");
  assert.equal(unwalked(new Set([crossed])).length, all + away);
});

test("nobody presses or fills in past their hand", () => {
  // A file of its own does both, and the pages that are measured without anybody.
  const files = globSync(join(import.meta.dirname, "*.browser.test.ts"));
  for (const text of files.map((file) => readFileSync(file, "utf8")))
    if (/\bwalked\(/.test(text)) assert.doesNotMatch(text, /\.(?:click|tap|fill|check)\(/);
});
