// A real server whose database is taken back to an earlier day, and whose operator ends the log.

import assert from "node:assert/strict";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NO_LIMITS, startServer } from "@ecrin/server";
// biome-ignore lint/style/noRestrictedImports: what tests share has no name outside.
import { operate } from "../../../apps/server/test/operator-command.ts";
import { type Account, ClientError, type RawStore, type Succession, signIn } from "../src/index.ts";
import type { Ground, Person } from "./ground.ts";

const PACE = { leaves: 1, ms: 0, epoch: { leaves: 1000, ms: 3_600_000 }, tick: 25 };

export interface LossyGround extends Ground {
  /** Copies the database. The server is away meanwhile. */
  backUp(): Promise<void>;
  /** Puts the copy in its place, and ends the log as an operator does. */
  lose(): Promise<void>;
}

export async function startLossy(): Promise<LossyGround> {
  const dataDir = await mkdtemp(join(tmpdir(), "ecrin-lost-"));
  const database = join(dataDir, "postgres");
  const copy = join(dataDir, "backup");
  const ground = { ahead: 0, now: () => Date.now() + ground.ahead };
  const start = async (port: number) =>
    await startServer({ dataDir, port, limits: NO_LIMITS, pace: PACE, now: ground.now });
  let server = await start(0);
  const { url } = server;
  const again = async () => {
    server = await start(Number(new URL(url).port));
  };
  return Object.assign(ground, {
    url,
    dataDir,
    end: () => server.stop(),
    async stop() {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
    async backUp() {
      await server.stop();
      await rm(copy, { recursive: true, force: true });
      await cp(database, copy, { recursive: true });
      await again();
    },
    async lose() {
      await server.stop();
      await rm(database, { recursive: true });
      await cp(copy, database, { recursive: true });
      await assert.rejects(again(), { name: "LogRefused", refusal: "behind" });
      const done = await operate({ ECRIN_DATA: dataDir }, "succeed", "--yes");
      assert.equal(done.status, 0, done.stderr);
      await again();
    },
  });
}

/** Signs in on a device. */
export async function enter(
  { url: server, now }: Ground,
  { password }: Pick<Person, "password">,
  store: RawStore,
  over: Partial<Parameters<typeof signIn>[0]> = {},
): Promise<Account> {
  return await signIn({ server, now, password, store, ...over });
}

/** Waits until every receipt's entry is under a checkpoint. */
export async function settle(account: Account): Promise<void> {
  for (let tried = 0; (await account.checkLog()).waiting > 0; tried++) {
    assert.ok(tried < 200, "the log is not signed");
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** What somebody is told who meets the loss. */
export async function toldOf(attempt: Promise<unknown>): Promise<Succession> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof ClientError && error.code === "log-succeeded")
      return error.succession ?? assert.fail("nothing is told");
    throw error;
  }
  return assert.fail("nobody was alarmed");
}
