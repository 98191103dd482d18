// What can be tested of a bench in a moment: the table's names, its arithmetic, and that the lines
// without a server run.

import assert from "node:assert/strict";
import { test } from "node:test";
import { groups } from "./groups.ts";
import { inTurn, keeps, median, quantile, speedRatio, timeRatio } from "./measure.ts";
import { resumeBench } from "./resume.ts";
import { sealBench } from "./seal.ts";
import { verifyBench } from "./verify.ts";

const NAMES = [
  "seal.mem_vs_aes_sha",
  "seal.file_vs_loop",
  "seal.file_vs_age",
  "open.mem_vs_aes_sha",
  "seal.peak_rss_mb",
  "seal.browser_vs_webcrypto",
  "member.add_100k_vs_10",
  "member.end_100k_vs_10",
  "member.end_200_vs_wraps",
  "share.500_vs_wraps",
  "unlock.vs_argon2",
  "list.10k_vs_primitives",
  "history.5k_vs_primitives",
  "serve.open_vs_static",
  "revoke.to_refusal_p99_ms",
  "sync.10k_items_per_s",
  "sync.resume_10k_vs_first",
  "journal.64_vs_single_row",
  "journal.512_vs_multirow",
  "proof.bytes_1m",
  "verify.entries_vs_primitives",
  "web.first_load_kb",
  "web.phone_unlock_s",
  "web.unlock_to_home_vs_kdf",
  "web.search_100k_p95_ms",
  "web.scroll_100k_smooth",
  "web.longest_task_ms",
];

test("the table has these lines and no other, each once", () => {
  const names = groups.flatMap((group) => group.lines.map((line) => line.name));
  assert.deepEqual(names.sort(), NAMES.sort());
});

test("a ratio is that of the medians, the right way round", () => {
  const times = { ours: [10, 30, 20], base: [40, 40, 40] };
  assert.equal(timeRatio("x", times).value, 0.5);
  assert.equal(speedRatio("x", times, 1e9).value, 2);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(quantile([0, 10], 0.25), 2.5);
  assert.ok(keeps(0.8, { least: 0.8 }) && !keeps(0.79, { least: 0.8 }));
  assert.ok(keeps(1.3, { most: 1.3 }) && !keeps(1.31, { most: 1.3 }));
});

test("ours and the baseline are run in turn, after one of each that does not count", async () => {
  const order: string[] = [];
  const { ours, base } = await inTurn(
    2,
    () => order.push("ours"),
    () => order.push("base"),
  );
  assert.deepEqual(order, ["ours", "base", "ours", "base", "base", "ours"]);
  assert.deepEqual([ours.length, base.length], [2, 2]);
});

test("catching up and first synchronising are measured at small sizes", async () => {
  for await (const { name, value } of resumeBench.measure(new Set(), "tiny")) {
    assert.equal(name, "sync.resume_10k_vs_first");
    assert.ok(Number.isFinite(value) && value > 0);
  }
});

test("sealing and opening are measured at small sizes", async () => {
  const wanted = sealBench.lines.map((line) => line.name);
  const measured: string[] = [];
  for await (const { name, value } of sealBench.measure(new Set(wanted), "tiny")) {
    assert.ok(Number.isFinite(value) && value > 0, name);
    measured.push(name);
  }
  assert.deepEqual(measured.sort(), wanted.sort());
});

test("verifying an export is measured at a small size", async () => {
  const wanted = new Set(verifyBench.lines.map((line) => line.name));
  for await (const { name, value, note } of verifyBench.measure(wanted, "tiny")) {
    assert.ok(Number.isFinite(value) && value > 0, name);
    assert.match(note, /200 entries/);
  }
});
