// The keys of epochs from the newest backwards, as vectors/protocol/epoch.json has them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CryptoError } from "@ecrin/crypto";
import { type Bytes, type Epoch, fromBase64url, type SpaceId, toBase64url } from "@ecrin/protocol";
import { isCommitted, stepBack, stepOver } from "../src/epoch-keys.ts";

type Texts = Readonly<Record<"release" | "space", string>>;
interface Case {
  readonly name: string;
  readonly epochs: readonly Epoch[];
  readonly newest: Texts;
  readonly keys: readonly (Texts & { readonly n: number })[];
}

const url = new URL("../../../vectors/protocol/epoch.json", import.meta.url);
const { shared, accept, refuse } = JSON.parse(readFileSync(url, "utf8")) as {
  readonly shared: { readonly space: SpaceId };
  readonly accept: readonly Case[];
  readonly refuse: readonly Case[];
};

/** The secrets of one name, by epoch. @throws CryptoError `cannot-open` */
async function walk({ epochs, newest }: Case, name: "release" | "space") {
  const reached = new Map<number, string>();
  let secret: Bytes = fromBase64url(newest[name]);
  for (let epoch = epochs.at(-1); epoch !== undefined; ) {
    if (!isCommitted(shared.space, epoch, name, secret))
      throw new CryptoError("cannot-open", "another");
    reached.set(epoch.n, toBase64url(secret));
    if (epoch.n === 1) break;
    const to = epoch.back === undefined ? epoch.mend?.of : epoch.n - 1;
    const step = epoch.back === undefined ? stepOver : stepBack;
    secret = await step(shared.space, epoch, name, secret);
    epoch = epochs[(to ?? 0) - 1];
  }
  return reached;
}

async function keysOf(each: Case) {
  const [space, release] = [await walk(each, "space"), await walk(each, "release")];
  return [...space].map(([n, K]) => ({ n, space: K, release: release.get(n) }));
}

test("epochs open from the newest backwards, past those that a mend leaves out", async () => {
  for (const each of accept) assert.deepEqual(await keysOf(each), each.keys, each.name);
  // A mend opens beside a way back, too.
  for (const { name, epochs, newest, keys } of accept) {
    const epoch = epochs.at(-1);
    if (epoch?.mend === undefined) continue;
    const over = await stepOver(shared.space, epoch, "space", fromBase64url(newest.space));
    const of = keys.find(({ n }) => n === epoch.mend?.of);
    assert.equal(toBase64url(over), of?.space, name);
  }
});

test("no key is taken that its epoch does not commit to, and no box of another place", async (t) => {
  for (const each of refuse)
    await t.test(each.name, async () => {
      await assert.rejects(
        async () => await keysOf(each),
        (error) => error instanceof CryptoError && error.code === "cannot-open",
      );
    });
});
