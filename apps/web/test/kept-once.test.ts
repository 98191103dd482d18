// What the list of a record that this device keeps costs beside its password: every row is read and
// opened once, and not again to learn that the service does not answer.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { memoryStore, OfflineAccount, signUp, unlockOffline } from "@ecrin/client";
import { utf8 } from "@ecrin/protocol";
import { NO_LIMITS, startServer } from "@ecrin/server";

const ROWS = "sealed/kept/rows/";
const password = "quatre mots ordinaires";

let folder: string;
let server: Awaited<ReturnType<typeof startServer>>;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "ecrin-web-"));
  server = await startServer({ dataDir: join(folder, "data"), port: 0, limits: NO_LIMITS });
  // The worker's files know who delivered them.
  Object.assign(globalThis, { self: { location: { origin: server.url } } });
});
after(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

test("the list of a kept record reads its rows once, and is forgotten with it", async () => {
  const kept = memoryStore();
  const who = { server: server.url, store: kept, password, name: "Camille Moreau" };
  const { account } = await signUp({ ...who, address: "camille@example.org" });
  const record = await account.record();
  await account.keeping.allow();
  for (const title of ["Bilan", "Ordonnance"])
    await record.add({ title, mediaType: "text/plain", content: utf8(title) });
  await record.sync();
  await account.lock();

  let reads = 0;
  const store = {
    ...kept,
    entries(prefix: string) {
      if (prefix.startsWith(ROWS)) reads += 1;
      return kept.entries(prefix);
    },
  };
  const local = await unlockOffline({ store, password });
  const { close, openHere } = await import("../src/worker/session.ts");
  const { documentCalls } = await import("../src/worker/document-calls.ts");
  const { timelineCalls } = await import("../src/worker/timeline-calls.ts");
  const never = () => new Promise<never>(() => undefined);
  openHere({
    kept: await OfflineAccount.open(local),
    signIn: never,
    lock: () => local.lock(),
  });
  const { refresh } = timelineCalls;
  const unasked = () => Promise.resolve(undefined);
  assert.equal((await refresh(undefined, () => undefined, unasked)).total, 2);
  assert.equal(reads, 1);
  const rows = await documentCalls.documents(undefined, () => undefined, unasked);
  assert.deepEqual(rows.map(({ title }) => title).sort(), ["Bilan", "Ordonnance"]);
  assert.equal(reads, 2);
  const everything = { words: "", kind: "", from: "", to: "", author: "", offset: 0, count: 9 };
  const found = async () => await timelineCalls.find(everything, () => undefined, unasked);
  assert.equal((await found()).total, 2);
  // With the record closed, nothing of it is said any more.
  close();
  assert.deepEqual(await found(), { total: 0, rows: [] });
});
