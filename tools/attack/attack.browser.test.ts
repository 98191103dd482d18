import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openBrowserGround } from "./browser.ts";
import { cases } from "./cases.ts";
import type { Ground } from "./ground.ts";

// A thin slice, one case for each door of the client; the rest runs with `npm run attack`.

const SLICE: readonly string[] = [
  "a recipient's key swapped",
  "a whole account forged for a new device",
  "a member injected",
  "Argon2id parameters lowered",
  "a hoarded ciphertext opened after the end, with an honest server",
];

let ground: Ground;
before(async () => {
  ground = await openBrowserGround();
});
after(() => ground?.stop());

for (const title of SLICE) {
  test(`in Chromium: ${title}`, async () => {
    const { broke } = await ground.run(cases.findIndex((attack) => attack.title === title));
    assert.equal(broke, undefined);
  });
}

test("in Chromium: nothing that anybody wrote, said or holds is in data folder, log or traffic", async () => {
  const { found, canaries, bytes } = await ground.sweep();
  assert.deepEqual(found, []);
  assert.ok(canaries > 40 && bytes > 1e6, `${canaries} canaries in ${bytes} bytes`);
});
