// The yes to keeping things on a device: one that was taken back stays taken back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Kept } from "../src/kept.ts";

/** A store of which each reading is answered once it is let go. */
function slowStore() {
  const values = new Map<string, Uint8Array>();
  let held = Promise.resolve();
  return {
    values,
    hold(until: Promise<void>) {
      held = until;
    },
    async get(key: string) {
      const value = values.get(key);
      await held;
      return value;
    },
    *entries(prefix: string) {
      for (const [key, value] of [...values]) if (key.startsWith(prefix)) yield [key, value];
    },
    batch(changes: readonly { key: string; value?: Uint8Array }[]) {
      for (const { key, value } of changes)
        if (value === undefined) values.delete(key);
        else values.set(key, value);
      return Promise.resolve();
    },
  };
}

test("a yes that is taken back while it is renewed is not written again", async () => {
  const store = slowStore();
  const kept = new Kept(store as never);
  const right = { at: 1, name: "Camille", people: [] };
  await kept.allow(right);
  const answered = Promise.withResolvers<void>();
  store.hold(answered.promise);
  const renewing = kept.renew((at) => ({ ...right, at, name: "Camille Moreau" }));
  const forgetting = kept.forget();
  answered.resolve();
  await Promise.all([renewing, forgetting]);
  assert.equal(await kept.right(), undefined);
  assert.equal(store.values.size, 0);
});
