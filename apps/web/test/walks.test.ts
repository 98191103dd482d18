import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { named, WALKS, type Walk } from "./walks.ts";

const browserTests = globSync(join(import.meta.dirname, "*.browser.test.ts")).map((file) =>
  readFileSync(file, "utf8"),
);

for (const [journey, walks] of Object.entries<readonly Walk[]>(WALKS)) {
  test(`${journey}: by every hand, in both languages and at both widths, and somebody walks it`, () => {
    const of = <K extends keyof Walk>(key: K) => new Set(walks.map((walk) => walk[key]));
    assert.deepEqual(of("hand"), new Set(["mouse", "touch", "keyboard"]));
    assert.deepEqual(of("language"), new Set(["fr", "en"]));
    assert.deepEqual(of("width"), new Set([390, 1440]));
    assert.equal(new Set(walks.map(named)).size, walks.length);
    const walked = browserTests.filter((text) => text.includes(`WALKS.${journey}`));
    assert.equal(walked.length, 1, `${walked.length} files walk it`);
  });
}

test("nobody presses or fills in past their hand", () => {
  // A file of its own does both, and the pages that are measured without anybody.
  for (const text of browserTests.filter((each) => each.includes("WALKS.")))
    assert.doesNotMatch(text, /\.(?:click|tap|fill|check)\(/);
});
