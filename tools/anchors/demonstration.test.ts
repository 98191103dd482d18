// What a demonstration has promised is kept over its end: the next one confirms it.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { logIdOf } from "@ecrin/protocol";
import { readAnchorSources } from "../../apps/server/src/anchor-sources.ts";
import { listAnchors, startAnchors } from "../../apps/server/src/anchors.ts";
import { signerOf } from "../../apps/server/src/signer.ts";
import {
  type Cluster,
  type Ground,
  layGround,
  startCluster,
} from "../../apps/server/test/harness.ts";
import { startDemonstration } from "./demonstration.ts";

let cluster: Cluster;
let ground: Ground;
let folder = "";
before(async () => {
  cluster = await startCluster();
  ground = await layGround(cluster);
  folder = await mkdtemp(join(tmpdir(), "ecrin-demo-"));
});
after(async () => {
  await ground?.end();
  await cluster?.stop();
  await rm(folder, { recursive: true, force: true });
});

test("what was pending when a demonstration ended is confirmed by the next, under the same root", async () => {
  const clock = { at: 1_790_000_000_000 };
  const id = logIdOf(signerOf(ground.logKey).key);
  const checkpoint = { size: 7, text: `ecrin.log/${id}\n7\nroot\n`, note: "" };
  /** One start of the demonstration, with a service beside it. */
  const states = async (
    work: (mine: () => void, round: () => Promise<unknown>) => Promise<void>,
  ) => {
    const { file, calendar, stop } = await startDemonstration(folder);
    const sources = await readAnchorSources(file);
    const newest = () => Promise.resolve(checkpoint);
    const anchors = startAnchors({ sql: ground.app, now: () => clock.at, newest, sources });
    try {
      await work(
        () => calendar.mine(1),
        () => anchors.round(),
      );
      return {
        address: calendar.url,
        root: (await readFile(join(folder, "root.der"))).toString("hex"),
        states: (await listAnchors(ground.app, { demonstration: true }, 8, 9)).map(
          ({ kind, state }) => `${kind} ${state}`,
        ),
      };
    } finally {
      await anchors.stop();
      await stop();
    }
  };
  const first = await states(async (_, round) => {
    await round();
  });
  assert.deepEqual(first.states, ["ots pending", "rfc3161 stamped"]);
  clock.at += 3_600_000;
  const second = await states(async (mine, round) => {
    mine();
    await round();
  });
  assert.deepEqual(second, { ...first, states: ["ots confirmed", "rfc3161 stamped"] });
  // And a third still has its block.
  const { calendar, stop } = await startDemonstration(folder);
  try {
    const answer = await fetch(`${calendar.headers}/block-height/1`);
    assert.equal(answer.status, 200);
  } finally {
    await stop();
  }
  for (const name of ["authority.json", "calendar.json"])
    assert.equal((await stat(join(folder, name))).mode & 0o077, 0);
});
