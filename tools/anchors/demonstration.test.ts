// What a demonstration has promised is kept over its end: the next one confirms it.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
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

/** A port from below those that connections are given, so that it is free again a moment later. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

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
  const kept = { port: await freePort(), promised: [], confirmed: [], blocks: [] };
  await writeFile(join(folder, "calendar.json"), JSON.stringify(kept), { mode: 0o600 });
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
  // Where it promised to be is somebody else: it does not promise anywhere else.
  const other = createServer().listen(kept.port, "127.0.0.1");
  await once(other, "listening");
  await assert.rejects(startDemonstration(folder), /Something else listens on 127\.0\.0\.1:/);
  await new Promise((resolve) => other.close(resolve));
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
