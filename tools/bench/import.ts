// A large FHIR bundle taken in on the real page: how long its main thread, on which everything that
// a person does is answered, is busy at one stretch meanwhile.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { add, checkKit, signUp } from "../../apps/web/test/flows.ts";
import { startGround } from "../../apps/web/test/ground.ts";
import { newVisitor } from "../../apps/web/test/visitor.ts";
import type { Group } from "./measure.ts";

/** Bytes of the bundle: what the largest of five invented patients of Synthea comes to. */
const BUNDLE = 2_600_000;
const TINY = 100_000;

/** Milliseconds to wait for its end: how long that takes is not what is measured here. */
const PATIENCE = 15 * 60_000;

/** A bundle of results and visits, with the long notes and many codes that real ones have. */
function bundleOf(size: number): Buffer {
  const entry: object[] = [];
  let length = 0;
  for (let i = 0; length < size; i++) {
    const day = new Date(Date.UTC(2010, 0, 1 + i)).toISOString();
    const coding = [
      { system: "http://loinc.org", code: `${1000 + (i % 400)}-1`, display: `Mesure ${i % 400}` },
    ];
    const resource =
      i % 3 === 0
        ? {
            resourceType: "Encounter",
            status: "finished",
            class: { code: "AMB" },
            type: [{ coding, text: `Consultation ${i}` }],
            period: { start: day, end: day },
            reasonCode: [{ text: `Suivi habituel, ${"à revoir dans six mois. ".repeat(20)}` }],
          }
        : {
            resourceType: "Observation",
            status: "final",
            category: [{ coding }],
            code: { coding, text: `Mesure ${i % 400}` },
            effectiveDateTime: day,
            valueQuantity: { value: i / 7, unit: "mmol/L", system: "http://unitsofmeasure.org" },
          };
    entry.push({ fullUrl: `urn:uuid:${i}`, resource });
    length += JSON.stringify(entry.at(-1)).length + 1;
  }
  return Buffer.from(JSON.stringify({ resourceType: "Bundle", type: "transaction", entry }));
}

/** Begins to note each task of the page that takes 50 ms and more (Long Tasks API). */
async function watch(page: Page): Promise<() => Promise<readonly number[]>> {
  const tasks = await page.evaluateHandle(() => {
    const seen: number[] = [];
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) seen.push(duration);
    }).observe({ type: "longtask" });
    return seen;
  });
  return () => tasks.jsonValue();
}

export const importBench: Group = {
  lines: [
    {
      name: "web.longest_task_ms",
      what: "longest task of the main thread while a bundle of 2.6 MB is taken in",
      bar: { most: 100 },
    },
  ],
  async *measure(_, size) {
    const ground = await startGround();
    try {
      const visitor = await newVisitor(ground, "fr", { width: 390 });
      const kit = await signUp(visitor, { name: "Camille Moreau", address: "lot@example.org" });
      await checkKit(visitor, kit.words);
      // What the first page still had to do is no part of it.
      await visitor.page.waitForTimeout(1000);
      const tasks = await watch(visitor.page);
      // Chosen from the disk, as a person does: handed over as bytes, Playwright decodes it in the page,
      // in one task of about a second.
      const file = join(ground.folder, "lot.json");
      await writeFile(file, bundleOf(size === "whole" ? BUNDLE : TINY));
      await add(visitor, file, PATIENCE);
      const seen = await tasks();
      const note = `${seen.length} tasks of 50 ms and more; what is shorter counts as none`;
      yield { name: "web.longest_task_ms", value: Math.max(0, ...seen), note };
    } finally {
      await ground.stop();
    }
  },
};
