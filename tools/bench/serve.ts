// Journalled openings a second over static files a second, of the same server and under the same
// load: another process with 32 connections, its requests made before the clock starts.

import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBenchServer } from "./ground.ts";
import { type Group, median, quantile } from "./measure.ts";

const FILE = 2048;

export const serveBench: Group = {
  lines: [
    {
      name: "serve.open_vs_static",
      what: "openings of a 2 KiB item over static files of the same server",
      bar: { least: 0.35 },
    },
  ],
  async *measure(_, size) {
    const pages = await mkdtemp(join(tmpdir(), "ecrin-bench-"));
    await writeFile(join(pages, "index.html"), "<!doctype html>");
    await writeFile(join(pages, "file.txt"), "x".repeat(FILE));
    const server = await startBenchServer({ pages });
    try {
      const load = {
        url: server.url,
        ...(size === "whole" ? { rounds: 9, requests: 1500 } : { rounds: 1, requests: 20 }),
      };
      const child = fork(new URL("./serve-load.ts", import.meta.url), [JSON.stringify(load)]);
      const [rates] = await once(child, "message");
      await once(child, "exit");
      const { openings, files }: { openings: number[]; files: number[] } = rates;
      const value = median(openings) / median(files);
      const ratios = openings.map((each, i) => each / (files[i] ?? Number.NaN));
      const noise = (quantile(ratios, 0.75) - quantile(ratios, 0.25)) / 2 / value;
      const note = `${median(openings).toFixed(0)} openings over ${median(files).toFixed(0)} files a second`;
      yield { name: "serve.open_vs_static", value, noise, note };
    } finally {
      await server.stop();
      await rm(pages, { recursive: true, force: true });
    }
  },
};
