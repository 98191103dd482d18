// A witnessed service whose log is then lost in part and followed by another, for the peers to look at.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { memoryStore, signUp } from "@ecrin/client";
import {
  followSuccessions,
  formatVerifierKey,
  noteKeyId,
  originOf,
  type RouteAnswer,
} from "@ecrin/protocol";
import { NO_LIMITS } from "../../apps/server/src/limits.ts";
import { startServer } from "../../apps/server/src/server.ts";
import { startWitnesses } from "../witness/ground.ts";

const OPERATOR = fileURLToPath(new URL("../../apps/server/src/log-main.ts", import.meta.url));

/** A log as the peers are told of it. */
export interface WitnessedLog {
  /** In the form of signed-note: name, id and key. */
  readonly key: string;
  readonly checkpoint: string;
  /** Verifier keys, of type 4. */
  readonly witnesses: readonly string[];
  /** The entry by which it begins, where it follows another. */
  readonly begins?: {
    readonly index: number;
    readonly leaf: Uint8Array;
    readonly hashes: readonly string[];
  };
}

/** @returns the log as it was, and the one that follows it */
export async function lostLog(): Promise<readonly [WitnessedLog, WitnessedLog]> {
  const dataDir = await mkdtemp(join(tmpdir(), "ecrin-peers-"));
  const witnesses = await startWitnesses(3);
  const vkeys = witnesses.sources.map(({ name, key }) => formatVerifierKey({ name, type: 4, key }));
  const start = () =>
    startServer({
      dataDir,
      port: 0,
      limits: NO_LIMITS,
      pace: { leaves: 1, ms: 0, epoch: { leaves: 50, ms: 3_600_000 }, tick: 25 },
      witnesses: witnesses.sources,
      witnessPace: { round: 25, retry: 50, longest: 100 },
    });
  let server = await start();
  const ask = async <T>(path: string) => (await (await fetch(server.url + path)).json()) as T;
  const someone = async (name: string) =>
    await signUp({
      server: server.url,
      address: `${name}@example.org`,
      password: `password of ${name}`,
      name,
      store: memoryStore(),
    });

  async function witnessed(): Promise<WitnessedLog> {
    const told = await ask<RouteAnswer<"log">>("/v1/log");
    witnesses.trust(told.first);
    let checkpoint: string | undefined;
    for (let tried = 0; checkpoint === undefined; tried++) {
      assert.ok(tried < 800, "never cosigned");
      await new Promise((resolve) => setTimeout(resolve, 25));
      ({ witnessed: checkpoint } = await ask<RouteAnswer<"logWitnesses">>("/v1/log/witnesses"));
    }
    const size = Number(checkpoint.split("\n")[1]);
    const [end] = await followSuccessions(told.ended ?? [], told.first);
    const index = end?.fact.kept.size ?? 0;
    const origin = originOf(told.log);
    const id = Buffer.from(noteKeyId(origin, told.first)).toString("hex");
    const key = Buffer.concat([Buffer.from([1]), Buffer.from(told.first, "base64url")]);
    const log = { key: `${origin}+${id}+${key.toString("base64")}`, checkpoint, witnesses: vkeys };
    if (end?.leaf === undefined) return log;
    const { hashes } = await ask<RouteAnswer<"logInclusion">>(
      `/v1/log/inclusion?index=${index}&size=${size}`,
    );
    return { ...log, begins: { index, leaf: end.leaf, hashes } };
  }

  try {
    await someone("alice");
    const before = await witnessed();
    await server.stop();
    await cp(join(dataDir, "postgres"), join(dataDir, "backup"), { recursive: true });
    server = await start();
    await someone("bob");
    await witnessed();
    await server.stop();
    await rm(join(dataDir, "postgres"), { recursive: true });
    await cp(join(dataDir, "backup"), join(dataDir, "postgres"), { recursive: true });
    const { DATABASE_URL: _, ...env } = process.env;
    const args = ["--disable-warning=ExperimentalWarning", OPERATOR, "succeed", "--yes"];
    const options = { encoding: "utf8", env: { ...env, ECRIN_DATA: dataDir } } as const;
    const done = spawnSync(process.execPath, args, options);
    assert.equal(done.status, 0, done.stderr);
    server = await start();
    return [before, await witnessed()];
  } finally {
    await server.stop();
    await witnesses.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
