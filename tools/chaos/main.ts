// npm run chaos -- [--rounds N]   kill -9 of server and database while clients work.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { optionsOf } from "../options.ts";
import { runChaos } from "./run.ts";

const values = optionsOf(import.meta.url, { rounds: { type: "string", default: "2000" } });
const dataDir = await mkdtemp(join(tmpdir(), "ecrin-chaos-"));
try {
  const report = await runChaos(dataDir, Number(values.rounds), (line) => console.log(line));
  console.log(
    `\n${report.kills} kills, ${report.added} items and ${report.shared} shares acknowledged, ` +
      `${report.unanswered} attempts without an answer; back after ${report.medianRestartMs.toFixed(0)} ms (median)`,
  );
  for (const each of report.wrong) console.log(`WRONG: ${each}`);
  console.log(report.wrong.length === 0 ? "Everything acknowledged is there and opens." : "");
  process.exitCode = report.wrong.length === 0 ? 0 : 1;
} finally {
  await rm(dataDir, { recursive: true, force: true });
}
