// The tags of a journal that lies in more epochs than one look follows (spec/log.md, MUST 3).

import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { test } from "node:test";
import { newSecret, signerFrom } from "@ecrin/crypto";
import {
  concat,
  type EpochOfTags,
  encodeEntry,
  entryCommitment,
  followLogKeys,
  fromBase64url,
  fromUtf8,
  hashOf,
  leafHash,
  merkleRoot,
  newId,
  readTiles,
} from "@ecrin/protocol";
import { Http } from "../src/http.ts";
import type { LogStanding } from "../src/log.ts";
import type { Leaf } from "../src/log-place.ts";
import { checkTags, epochsOf } from "../src/log-tags.ts";
import { memoryStore } from "../src/store.memory.ts";
import { Store } from "../src/store.ts";

const AT = 1_790_000_000_000;
const EPOCHS = 70;
const AT_ONE_LOOK = 64;

/** A log of epochs with two leaves each: a line of the journal, and the entry that closes it. */
async function longJournal() {
  const { publicKey: first } = await signerFrom(newSecret());
  const keys = await followLogKeys(first, []);
  const commitments: Uint8Array[] = [];
  const leaves: Leaf[] = [];
  const epochs: EpochOfTags[] = [];
  let tag = hashOf(new Uint8Array(32));
  for (let epoch = 1; epoch <= EPOCHS; epoch++) {
    const key = hashOf(randomBytes(32));
    const [from, start] = [commitments.length, tag];
    const tagged = (commitment: Uint8Array) => {
      const leaf = leafHash(commitment);
      const before = tag;
      const message = concat(fromBase64url(before), leaf);
      tag = hashOf(createHmac("sha256", fromBase64url(key)).update(message).digest());
      commitments.push(commitment);
      return { leaf, before, tag };
    };
    const own = randomBytes(32);
    const place = { n: epoch - 1, index: from, at: AT, hash: hashOf(own) };
    leaves.push({ ...place, ...tagged(own) });
    const salt = hashOf(randomBytes(32));
    const about = { epoch, tag };
    const common = { v: 1, subject: keys.log, n: epoch - 1, at: AT } as const;
    const prev = epoch === 1 ? {} : { prev: hashOf(randomBytes(32)) };
    const text = encodeEntry({ ...common, ...prev, kind: "chain", actor: {}, about });
    const { leaf: _, ...tags } = tagged(entryCommitment(fromBase64url(salt), text));
    const closing = { n: epoch - 1, index: from + 1, salt, entry: fromUtf8(text), ...tags };
    epochs.push({ epoch, from, to: from + 2, start, closing, key });
  }
  const size = commitments.length;
  const standing: LogStanding = { size, root: hashOf(merkleRoot(commitments)), keys };
  const read = readTiles(size, () => Promise.resolve(concat(...commitments.map(leafHash))));
  return { leaves, epochs, standing, read };
}

type Long = Awaited<ReturnType<typeof longJournal>>;

/** A device that looks at it, and what it is told of epochs. */
async function deviceAt({ leaves, standing, read }: Long, told: () => readonly EpochOfTags[]) {
  const store = await Store.create(memoryStore(), newId<"account">(), "password", []);
  const fetch = (input: string | URL | Request) => {
    const from = Number(new URL(String(input)).searchParams.get("from"));
    return Promise.resolve(Response.json({ epochs: told().filter(({ epoch }) => epoch >= from) }));
  };
  const http = new Http({ server: "https://ecrin.example", fetch });
  const subject = newId<"space">();
  return async () => {
    const told = epochsOf({ http });
    const checks = await checkTags(store, subject, leaves, { standing, read, told });
    return leaves.map(({ n }) => checks.get(n));
  };
}

test("the newest epochs are followed first, and the next look goes on with those before", async () => {
  const long = await longJournal();
  const look = await deviceAt(long, () => long.epochs);
  const rest = EPOCHS - AT_ONE_LOOK;
  assert.deepEqual(await look(), [
    ...Array.from({ length: rest }, () => "later"),
    ...Array.from({ length: AT_ONE_LOOK }, () => "checked"),
  ]);
  assert.deepEqual(new Set(await look()), new Set(["checked"]));
});

test("a chain that waits for the next look is an alarm when its turn comes", async () => {
  const long = await longJournal();
  const wrong = { key: hashOf(randomBytes(32)) };
  const look = await deviceAt(long, () =>
    long.epochs.map((each) => (each.epoch === 2 ? { ...each, ...wrong } : each)),
  );
  assert.equal((await look())[1], "later");
  await assert.rejects(look, { code: "fork" });
});
