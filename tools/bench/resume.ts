// Catching up on 10,000 changes, on a device that keeps the record and was away, over first
// synchronising the same 10,000 on a device that keeps it and knows nothing of it yet. Both write what
// they learned into the local store, as such devices do.

import { memoryStore, type RawStore } from "@ecrin/client";
import type { SpaceId } from "@ecrin/protocol";
import { again, fill, newPerson, type Person, startBenchServer } from "./ground.ts";
import { type Group, type Times, time, timeRatio } from "./measure.ts";

/** What the device knew of before it was away. */
const KNOWN = 10;

export const resumeBench: Group = {
  lines: [
    {
      name: "sync.resume_10k_vs_first",
      what: "catching up on 10,000 changes over first synchronising the same",
      bar: { most: 1.1 },
    },
  ],
  async *measure(_, size) {
    const [count, rounds] = size === "whole" ? [10_000, 5] : [20, 1];
    const server = await startBenchServer();
    try {
      const patient = await newPerson(server.url, "Alice Martin");
      const record = await patient.account.record();
      await patient.account.keeping.allow();
      const nothing = await copyOf(patient.store);
      await fill(record, KNOWN);
      await record.sync();
      const away = await copyOf(patient.store);
      // Both fetch what is there: the one that was away as many as this, the other ten more.
      await fill(record, count);
      const first = () => syncOn(server.url, { ...patient, store: nothing }, record.space, 0);
      const resume = () => syncOn(server.url, { ...patient, store: away }, record.space, KNOWN);
      const times: Times & { ours: number[]; base: number[] } = { ours: [], base: [] };
      for (let round = -1; round < rounds; round++) {
        const isFirst = round % 2 === 0;
        const before = isFirst ? await resume() : undefined;
        const base = await first();
        const ours = before ?? (await resume());
        if (round < 0) continue;
        times.ours.push(ours);
        times.base.push(base);
      }
      yield timeRatio("sync.resume_10k_vs_first", times, `; ${count} changes`);
    } finally {
      await server.stop();
    }
  },
};

/** Milliseconds that synchronising takes on a device as its store was. @param known revisions that it keeps */
async function syncOn(server: string, person: Person, space: SpaceId, known: number) {
  const account = await again(server, { ...person, store: await copyOf(person.store) });
  const record = await account.recordOf(space);
  if (record.listing.revisions.size !== known) throw new RangeError("another state than was kept");
  const ms = await time(() => record.sync());
  await account.lock();
  return ms;
}

async function copyOf(store: RawStore): Promise<RawStore> {
  const copy = memoryStore();
  for await (const [name, value] of store.entries("")) await copy.write([{ name, value }]);
  return copy;
}
