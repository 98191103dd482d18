// The vectors of spec/log.md.

import assert from "node:assert/strict";
import {
  currentLogKey,
  followLogKeys,
  followSuccessions,
  formatCheckpoint,
  formatNote,
  fromBase64url,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  parseTilePath,
  provesConsistency,
  provesInclusion,
  type SigningKey,
  tilePath,
} from "../src/index.ts";
import { provesEntry } from "../src/succession.ts";
import { runVectors } from "./vector-file.ts";

type TileCase = { path: string; level: number; number: number; width: number };

runVectors<undefined, TileCase, { path: string }>("tile", {
  accept({ path, level, number, width }) {
    assert.deepEqual(parseTilePath(path), { level, number, width });
    assert.equal(tilePath({ level, number, width }), path);
  },
  refuse: ({ path }) => parseTilePath(path),
});

type ProofCase = { hashes: string[]; root: string; holds: boolean } & (
  | { leaf: string; index: number; size: number }
  | { from: number; to: number; older: string }
);

runVectors<undefined, ProofCase>("proof", {
  accept(each) {
    const hashes = each.hashes.map((hash) => fromBase64url(hash));
    const root = fromBase64url(each.root);
    const holds =
      "leaf" in each
        ? provesInclusion(fromBase64url(each.leaf), { ...each, hashes }, root)
        : provesConsistency(
            { size: each.from, root: fromBase64url(each.older) },
            { size: each.to, root },
            hashes,
          );
    assert.equal(holds, each.holds);
  },
});

type LogShared = { first: SigningKey; keys: string[] };

runVectors<LogShared, { note: string; size: number; root: string }, { note: string }>(
  "checkpoint",
  {
    async accept({ note, size, root }, { first, keys }) {
      const opened = await openCheckpoint(note, await followLogKeys(first, keys));
      assert.deepEqual([opened.size, opened.root], [size, root]);
      assert.equal(formatNote(parseNote(note)), note);
      assert.equal(formatCheckpoint(parseCheckpoint(opened.note.text)), opened.note.text);
    },
    refuse: async ({ note }, { first, keys }) =>
      await openCheckpoint(note, await followLogKeys(first, keys)),
  },
);

type KeyCase = { statements: string[]; log: string; current: string };

runVectors<{ first: SigningKey }, KeyCase, { statements: string[] }>("log-key", {
  async accept({ statements, log, current }, { first }) {
    const keys = await followLogKeys(first, statements);
    assert.equal(keys.log, log);
    assert.equal(currentLogKey(keys), current);
  },
  refuse: ({ statements }, { first }) => followLogKeys(first, statements),
});

type EndedCase = { ended: object[]; current: SigningKey };

runVectors<undefined, EndedCase & { lost: number[]; left: number[] }, EndedCase>("succession", {
  async accept({ ended, current, lost, left }) {
    const followed = await followSuccessions(ended, current);
    assert.deepEqual(
      [followed.map((each) => each.lost), followed.map((each) => each.left)],
      [lost, left],
    );
    // An entry that a later end lost has no place in any tree, and proves nothing by one.
    const tree = { size: 1, root: new Uint8Array(32) };
    for (const each of followed.filter(({ leaf }) => leaf === undefined)) {
      assert.equal(provesEntry(each, tree), true);
      assert.equal(provesEntry({ ...each, place: [] }, tree), false);
    }
  },
  refuse: ({ ended, current }) => followSuccessions(ended, current),
});
