// A server for a whole test file, and two people who have accounts there.

import { after } from "node:test";
import { startCluster, startTestServer, type TestServer } from "./harness.ts";
import { Person } from "./person.ts";

const cluster = await startCluster();
let started: TestServer | undefined;
after(async () => {
  await started?.stop();
  await cluster.stop();
});

/** With a clock that only the test moves. */
export const server: TestServer = await startTestServer(cluster).catch(async (error: unknown) => {
  await cluster.stop();
  throw error;
});
started = server;

/** Somebody more. */
export function anyone(): Promise<Person> {
  return new Person(server.line).signUp();
}

export const [alice, bob] = await Promise.all([anyone(), anyone()]);
