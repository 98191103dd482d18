// Opening the oldest item of a record with a long history, as a device that knows nothing of it: it
// follows every statement and steps back through every epoch.
//
// The baseline is what nobody can do without: one Ed25519 verification for each statement, and for
// each epoch two unwraps (HKDF-SHA256 and AES-256-GCM), one of K and one of S.

import { type Account, bytesOf } from "@ecrin/client";
import { endMembers } from "../../packages/client/src/membership.ts";
import { createRecord } from "../../packages/client/src/record.ts";
import { again, newPerson, startBenchServer, unlocked } from "./ground.ts";
import { type Group, inTurn, timeRatio } from "./measure.ts";
import { primitives } from "./primitives.ts";

export const historyBench: Group = {
  lines: [
    {
      name: "history.5k_vs_primitives",
      what: "opening the oldest item cold after 5,000 statements and epochs",
      bar: { most: 1.5 },
    },
  ],
  async *measure(_, size) {
    const [epochs, rounds] = size === "whole" ? [5000, 7] : [5, 1];
    const server = await startBenchServer();
    try {
      const person = await newPerson(server.url, "Alice Martin");
      const u = await unlocked(server.url, person);
      const record = await createRecord(u);
      const content = new TextEncoder().encode("the first result");
      const item = await record.add({ title: "the oldest", mediaType: "text/plain", content });
      await record.sync();
      // Epochs that end nobody: what an end costs later readers is the epoch, not the name in it.
      for (let i = 0; i < epochs; i++) await endMembers(u, record.view, [], record.listing.tree);
      await u.keyring.save();
      const accounts: Account[] = [];
      for (let i = 0; i <= rounds; i++) accounts.push(await again(server.url, person));
      const cold = async () => {
        const there = await accounts.shift()?.recordOf(record.space);
        const opened = await there?.open(item);
        if (opened === undefined || (await bytesOf(opened)).length !== content.length)
          throw new RangeError("not the oldest item");
      };
      const bare = await primitives({
        verifications: epochs + 1,
        openings: [32, 32],
        subkeys: true,
      });
      yield timeRatio("history.5k_vs_primitives", await inTurn(rounds, cold, bare));
    } finally {
      await server.stop();
    }
  },
};
