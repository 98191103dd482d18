// A server for a whole test file, and two people who have accounts there.

import { after, before } from "node:test";
import type { TreeHead } from "@ecrin/protocol";
import { DEFAULT_LIMITS, NO_LIMITS } from "../src/limits.ts";
import { type Cluster, startCluster, startTestServer, type TestServer } from "./harness.ts";
import { Person } from "./person.ts";
import { beginRecord, donePosting, type SealedTest, sealTest, type TestSpace } from "./record.ts";

// Declared reads are few anyway, and how many one may tell after an end is part of what is tested.
const limits = { ...NO_LIMITS, declared: DEFAULT_LIMITS.declared };

/** With a clock that only the test moves. */
export let server: TestServer;
export let alice: Person;
export let bob: Person;

/** Has them there before the tests of the file that says this, and gone after them. */
export function twoPeople(): void {
  let cluster: Cluster;
  let started: TestServer | undefined;
  before(async () => {
    cluster = await startCluster();
    started = await startTestServer(cluster, { limits });
    server = started;
    [alice, bob] = await Promise.all([anyone(), anyone()]);
  });
  after(async () => {
    await started?.stop();
    await cluster.stop();
  });
}

/** Somebody more. */
export function anyone(): Promise<Person> {
  return new Person(server.line).signUp();
}

/** A record of alice's with bob as its reader, and some revisions. */
export async function readable(
  count = 3,
): Promise<{ record: TestSpace; sealed: SealedTest[]; tree: TreeHead }> {
  const record = await beginRecord(alice, [[bob, {}]]);
  const sealed = Array.from({ length: count }, () => sealTest(record));
  const { tree } = await donePosting(record, sealed);
  return { record, sealed, tree };
}
