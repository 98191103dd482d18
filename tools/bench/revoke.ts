// From a revocation acknowledged by one server process to the first refusal by another on the same
// PostgreSQL: the 99th of a hundred.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "../../apps/server/src/postgres.ts";
import { urlOf } from "../../apps/server/test/harness.ts";
import { isRefusedFor } from "../../packages/client/src/errors.ts";
import { askReleases } from "../../packages/client/src/release.ts";
import { SharedView } from "../../packages/client/src/shared-view.ts";
import { meet, newPerson, startBenchServer, unlocked } from "./ground.ts";
import { type Group, median, quantile } from "./measure.ts";

const TOMORROW = 24 * 3_600_000;

export const revokeBench: Group = {
  lines: [
    {
      name: "revoke.to_refusal_p99_ms",
      what: "revocation acknowledged on one server process to refusal on another",
    },
  ],
  async *measure(_, size) {
    const rounds = size === "whole" ? 200 : 2;
    const folder = await mkdtemp(join(tmpdir(), "ecrin-bench-"));
    const postgres = await startPostgres({ dataDir: join(folder, "postgres") });
    const beside = { dataDir: join(folder, "server"), databaseUrl: urlOf(postgres.connection) };
    const here = await startBenchServer({ beside });
    const there = await startBenchServer({ beside });
    try {
      const patient = await newPerson(here.url, "Alice Martin");
      const doctor = await newPerson(here.url, "Dr Roche");
      await meet(patient, doctor);
      const record = await patient.account.record();
      const item = await record.add({
        title: "a result",
        mediaType: "text/plain",
        content: new Uint8Array(2048),
      });
      const reader = await unlocked(there.url, doctor);
      const times: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const share = await record.share({
          with: doctor.account.id,
          items: [item],
          until: Date.now() + TOMORROW,
        });
        const view = new SharedView(reader, share);
        await view.sync();
        const facts = view.items.map((each) => each.fact);
        await askReleases(reader, share, facts, "care");
        await record.endShare(share);
        times.push(await untilRefused(() => askReleases(reader, share, facts, "care")));
      }
      const note = `of ${rounds}; median ${median(times).toFixed(1)} ms, one request each at least`;
      yield { name: "revoke.to_refusal_p99_ms", value: quantile(times, 0.99), note };
    } finally {
      await there.stop();
      await here.stop();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function untilRefused(ask: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  for (;;) {
    try {
      await ask();
    } catch (error) {
      if (!isRefusedFor(error, "not-allowed", "closed", "not-found")) throw error;
      return performance.now() - start;
    }
  }
}
