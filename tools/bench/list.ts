// Opening 10,000 names cold: a device that knows nothing of the record fetches all of it, checks
// every signature, commitment and place, and opens every name.
//
// The baseline is what nobody can do without: 10,000 Ed25519 verifications and 20,000 AES-256-GCM
// openings (each revision's wrapped secret and its name), in batches as large, on the same threads.

import type { Account } from "@ecrin/client";
import { again, fill, newPerson, startBenchServer } from "./ground.ts";
import { type Group, inTurn, timeRatio } from "./measure.ts";
import { primitives } from "./primitives.ts";

/** Bytes of a revision's secret, and of its padded name. */
const OPENED = [32, 512];

export const listBench: Group = {
  lines: [
    { name: "list.10k_vs_primitives", what: "opening 10,000 names cold", bar: { most: 1.3 } },
  ],
  async *measure(_, size) {
    const [count, rounds] = size === "whole" ? [10_000, 7] : [20, 1];
    const server = await startBenchServer();
    try {
      const patient = await newPerson(server.url, "Alice Martin");
      const { space } = await patient.account.record();
      await fill(await patient.account.record(), count);
      await patient.account.lock();
      const accounts: Account[] = [];
      for (let i = 0; i <= rounds; i++) accounts.push(await again(server.url, patient));
      const cold = async () => {
        const account = accounts.shift();
        const record = await account?.recordOf(space);
        const listed = (await record?.list())?.length;
        if (listed !== count) throw new RangeError(`${listed} names`);
      };
      const bare = await primitives({ verifications: count, openings: OPENED });
      yield timeRatio("list.10k_vs_primitives", await inTurn(rounds, cold, bare));
    } finally {
      await server.stop();
    }
  },
};
