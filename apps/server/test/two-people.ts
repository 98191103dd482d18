// A server for a whole test file, and two people who have accounts there.

import { after } from "node:test";
import type { TreeHead } from "@ecrin/protocol";
import { DEFAULT_LIMITS, NO_LIMITS } from "../src/limits.ts";
import { startCluster, startTestServer, type TestServer } from "./harness.ts";
import { Person } from "./person.ts";
import { beginRecord, donePosting, type SealedTest, sealTest, type TestSpace } from "./record.ts";

const cluster = await startCluster();
let started: TestServer | undefined;
after(async () => {
  await started?.stop();
  await cluster.stop();
});

// Declared reads are few anyway, and how many one may tell after an end is part of what is tested.
const limits = { ...NO_LIMITS, declared: DEFAULT_LIMITS.declared };

/** With a clock that only the test moves. */
export const server: TestServer = await startTestServer(cluster, { limits }).catch(
  async (error: unknown) => {
    await cluster.stop();
    throw error;
  },
);
started = server;

/** Somebody more. */
export function anyone(): Promise<Person> {
  return new Person(server.line).signUp();
}

export const [alice, bob] = await Promise.all([anyone(), anyone()]);

/** A record of alice's with bob as its reader, and some revisions. */
export async function readable(
  count = 3,
): Promise<{ record: TestSpace; sealed: SealedTest[]; tree: TreeHead }> {
  const record = await beginRecord(alice, [[bob, {}]]);
  const sealed = Array.from({ length: count }, () => sealTest(record));
  const { tree } = await donePosting(record, sealed);
  return { record, sealed, tree };
}
