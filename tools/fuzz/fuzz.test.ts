// The quick version of `npm run fuzz`: the same targets, a fixed seed, every kept input.

import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { asKept, readCorpus, replay } from "./corpus.ts";
import { everyOpener, NOT_OTHERS, TARGETS_OF } from "./openers.ts";
import { run } from "./run.ts";
import { inputOf, judge, sameInput, type Target } from "./target.ts";
import { countsOf, makeTargets } from "./targets.ts";
import { vectorTargets } from "./vectors.ts";

const COUNT = 20_000;
const SEED = 20_000;

const targets = await makeTargets();

test("every target accepts its originals, and no changed input gets through, crashes or is slow", async () => {
  const plan = { seed: SEED, counts: countsOf(targets, COUNT), worker: 0, workers: 1 };
  const { tallies, findings } = await run(targets, plan);
  assert.deepEqual(findings.map(asKept), []);
  const judged = tallies.flatMap(([, tally]) => Object.values(tally)).reduce((a, b) => a + b, 0);
  assert.ok(judged >= COUNT, `${judged} inputs`);
});

test("no kept input gets through again, nor what the vectors want refused", async () => {
  const { refused } = await vectorTargets();
  assert.ok(refused.length > 100);
  assert.deepEqual((await replay(targets, [...readCorpus(), ...refused])).map(asKept), []);
});

test("the same seed makes the same inputs in targets made anew, and another seed others", async () => {
  const again = new Map((await makeTargets()).map((target) => [target.name, target]));
  // What draws on a generator that no seed reaches is made anew each time.
  const fixed = targets.filter(
    ({ name, share }) => !/^(?:nonce$|OPAQUE |time-stamp |revocation )/.test(name) && share !== 0,
  );
  for (const target of fixed) {
    const other = again.get(target.name) ?? target;
    assert.ok(sameInput(inputOf(target, 1, 5), inputOf(other, 1, 5)), target.name);
  }
  const differs = fixed.filter(
    (target) => !sameInput(inputOf(target, 1, 5), inputOf(target, 2, 5)),
  );
  assert.ok(differs.length > fixed.length / 2);
});

function door(open: Target["open"]): Target {
  return { name: "a door", terms: "text", originals: ["right"], refusals: [RangeError], open };
}

test("says so where something wrong is accepted, crashes or is slow", async () => {
  const verdict = async (open: Target["open"]) => (await judge(door(open), "wrong")).verdict;
  assert.equal(await verdict(() => undefined), "accepted");
  assert.equal(await verdict(() => Promise.reject(new RangeError("refused"))), "refused");
  assert.equal(await verdict(() => Promise.reject(new TypeError("not ours"))), "crashed");
  assert.equal(await verdict(busy), "slow");
});

/** Far longer than any input may take, by the thread's own clock, however crowded it is. */
function busy(): void {
  const start = process.threadCpuUsage().user;
  while (process.threadCpuUsage().user - start < 200_000);
}

test("everything that reads what others made is a target", () => {
  const names = new Set(targets.map(({ name }) => name));
  const openers = everyOpener();
  assert.ok(openers.length > 70);
  const untried = openers.filter((opener) => {
    const tried = TARGETS_OF[opener] ?? [];
    return tried.length === 0
      ? NOT_OTHERS[opener] === undefined
      : !tried.every((name) => names.has(name));
  });
  assert.deepEqual(untried, [], "give these a target, and a line in openers.ts");
});
