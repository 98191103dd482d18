// The first synchronisation of 10,000 small items, as a device does it after it was enrolled.

import { again, fill, newPerson, startBenchServer } from "./ground.ts";
import { type Group, median, quantile, time } from "./measure.ts";

export const syncBench: Group = {
  lines: [{ name: "sync.10k_items_per_s", what: "first synchronisation of 10,000 small items" }],
  async *measure(_, size) {
    const [count, rounds] = size === "whole" ? [10_000, 5] : [20, 1];
    const server = await startBenchServer();
    try {
      const patient = await newPerson(server.url, "Alice Martin");
      const { space } = await patient.account.record();
      await fill(await patient.account.record(), count);
      await patient.account.lock();
      const rates: number[] = [];
      for (let round = -1; round < rounds; round++) {
        const record = await (await again(server.url, patient)).recordOf(space);
        const ms = await time(() => record.sync());
        if (round >= 0) rates.push((count / ms) * 1000);
      }
      const value = median(rates);
      const noise = (quantile(rates, 0.75) - quantile(rates, 0.25)) / 2 / value;
      yield { name: "sync.10k_items_per_s", value, noise, note: "items a second, whole call" };
    } finally {
      await server.stop();
    }
  },
};
