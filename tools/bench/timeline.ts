// 100,000 documents on the real page, in its real worker: from a keystroke to what it found, and how
// smoothly the list scrolls. Only the record is invented.

import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import type { Plugin } from "vite";
import { checkKit, signUp } from "../../apps/web/test/flows.ts";
import { startGround } from "../../apps/web/test/ground.ts";
import { newVisitor } from "../../apps/web/test/visitor.ts";
import { type Group, quantile } from "./measure.ts";

const ROWS = fileURLToPath(new URL("./timeline-rows.ts", import.meta.url));

const inventedRows: Plugin = {
  name: "invented-rows",
  enforce: "pre",
  resolveId: (source) => (source.endsWith("/timeline-calls.ts") ? ROWS : undefined),
};

const TYPED = [
  "balo 1",
  "meti 2",
  "su 19",
  "ce 4",
  "tero 3",
  "vi ra",
  "no le",
  "pa 7",
  "gi 20",
  "du 5",
];

/** Milliseconds from each keystroke until what it found is drawn. */
async function keystrokes(page: Page): Promise<number[]> {
  const field = page.getByRole("searchbox");
  const times: number[] = [];
  for (const text of TYPED) {
    for (let end = 1; end <= text.length; end++) {
      const typed = text.slice(0, end);
      // A space alone finds nothing else than before.
      if (typed.endsWith(" ")) continue;
      times.push(await field.evaluate(typeAndWait, typed));
    }
    await field.fill("");
    await page.waitForTimeout(200);
  }
  return times;
}

/** In the page: types as a person does, and waits for the number of what was found. */
function typeAndWait(field: Element, typed: string): Promise<number> {
  const UNSEEN = 1500;
  return new Promise((done) => {
    const status = document.querySelector(".hint[role=status]");
    if (!(field instanceof HTMLInputElement) || status === null) throw new Error("no search");
    const start = performance.now();
    const seen = () => {
      watch.disconnect();
      requestAnimationFrame(() => done(performance.now() - start));
    };
    const watch = new MutationObserver(seen);
    watch.observe(status, { childList: true, characterData: true, subtree: true });
    // A letter that narrows nothing further changes no number: nothing can be seen of it.
    setTimeout(() => done(Number.NaN), UNSEEN);
    const setter = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set;
    setter?.call(field, typed);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

/** Lengths of frames in milliseconds while the list is scrolled down for some seconds. */
async function frames(page: Page, seconds: number): Promise<number[]> {
  return await page.evaluate(
    (most) =>
      new Promise<number[]>((done) => {
        const lengths: number[] = [];
        const start = performance.now();
        let before = start;
        const step = (now: number) => {
          lengths.push(now - before);
          before = now;
          globalThis.scrollBy(0, 120);
          if (now - start < most) requestAnimationFrame(step);
          else done(lengths.slice(2));
        };
        requestAnimationFrame(step);
      }),
    seconds * 1000,
  );
}

export const timelineBench: Group = {
  lines: [
    {
      name: "web.search_100k_p95_ms",
      what: "keystroke to results among 100,000 documents",
      bar: { most: 50 },
    },
    {
      name: "web.scroll_100k_smooth",
      what: "share of frames above 50 per second while scrolling 100,000 documents",
      bar: { least: 0.95 },
    },
  ],
  async *measure(_, size) {
    const ground = await startGround({ plugins: [inventedRows] });
    try {
      const visitor = await newVisitor(ground, "fr", { width: 390 });
      const kit = await signUp(visitor, { name: "Camille Moreau", address: "mille@example.org" });
      await checkKit(visitor, kit.words);
      const { page } = visitor;
      await page.getByRole("searchbox").waitFor();
      const times = await keystrokes(page);
      const seen = times.filter((each) => !Number.isNaN(each));
      if (seen.length < times.length * 0.8) throw new RangeError("too few keystrokes were seen");
      const note = `median ${quantile(seen, 0.5).toFixed(0)} ms of ${seen.length} keystrokes`;
      yield { name: "web.search_100k_p95_ms", value: quantile(seen, 0.95), note };
      const lengths = await frames(page, size === "whole" ? 8 : 1);
      const smooth = lengths.filter((each) => each <= 20).length / lengths.length;
      const longest = Math.max(...lengths).toFixed(0);
      yield {
        name: "web.scroll_100k_smooth",
        value: smooth,
        note: `${lengths.length} frames, the longest ${longest} ms`,
      };
    } finally {
      await ground.stop();
    }
  },
};
