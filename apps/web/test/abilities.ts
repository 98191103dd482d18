import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { paleTexts } from "./contrast-shown.ts";
import { picture } from "./picture.ts";
import { whatDoesNotFit } from "./reflow.ts";
import { faults } from "./structure.ts";

// What a machine can say about whether everybody can use a page.

const AXE = `${readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")}\n;undefined`;

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

/** Where axe was, in each language; and where colours and layout were looked at, in the first that came. */
const looked = new Set<string>();

/**
 * Fails for every violation of WCAG 2.2 up to AAA that axe finds, for anything
 * to press that is smaller than 44 by 44, for pale text in any theme, for anything cut off or wider
 * than the window however narrow or large, and for faults of structure.
 */
export async function checkAbilities(page: Page, where: string): Promise<void> {
  const language = await page.evaluate(() => document.documentElement.lang);
  if (!looked.has(`${where}, ${language}`)) {
    looked.add(`${where}, ${language}`);
    await picture(page, `${where}, ${language}`);
    await untilVeiled(page);
    assert.deepEqual(await axeFaults(page), [], `${where}: axe`);
  }
  assert.deepEqual(await smallTargets(page), [], `${where}: smaller than 44 by 44`);
  // Layout and colours are the same in the second language; French, whose texts are longer, comes first.
  if (!looked.has(where)) {
    looked.add(where);
    assert.deepEqual(await paleTexts(page), [], `${where}: contrast`);
    assert.deepEqual(await whatDoesNotFit(page), [], `${where}: does not fit`);
  }
  assert.deepEqual(await faults(page), [], `${where}: structure`);
}

/**
 * A question that is asked covers the page, and axe knows it by that: it looks at five points. The
 * question may be there a frame before what lies behind it is covered, above all after a touch.
 */
async function untilVeiled(page: Page): Promise<void> {
  if ((await page.getByRole("alertdialog").count()) === 0) return;
  await page.waitForFunction(() => {
    const veil = document.querySelector(".veil");
    const [near, far] = [0.125, 0.875];
    const points = [near, far].flatMap((x) => [near, far].map((y) => [x, y] as const));
    return [...points, [0.5, 0.5] as const].every(([x, y]) =>
      document.elementsFromPoint(x * innerWidth, y * innerHeight).some((each) => each === veil),
    );
  });
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
  );
}

async function axeFaults(page: Page): Promise<string[]> {
  // Brought by the debugger, outside the page's policy, and only where it is wanted: it is large.
  if (!(await page.evaluate(() => Reflect.has(globalThis, "axe")))) await page.evaluate(AXE);
  const { violations } = await page.evaluate(async (): Promise<AxeResult> => {
    const axe: unknown = Reflect.get(globalThis, "axe");
    const run: unknown = typeof axe === "object" && axe !== null ? Reflect.get(axe, "run") : null;
    if (typeof run !== "function") throw new Error("axe is not on the page");
    return await Reflect.apply(run, axe, [
      document,
      {
        runOnly: {
          type: "tag",
          values: [
            "wcag2a",
            "wcag2aa",
            "wcag2aaa",
            "wcag21a",
            "wcag21aa",
            "wcag22aa",
            "best-practice",
          ],
        },
        // Whatever fails 4.5 to 1 fails 7 to 1.
        rules: {
          "color-contrast": { enabled: false },
          "color-contrast-enhanced": { enabled: true },
        },
        resultTypes: ["violations"],
        selectors: false,
      },
    ]);
  });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}\n  ${failureSummary ?? ""}`),
  );
}

/** Links inside a sentence are excused (WCAG 2.5.5, Inline). */
export async function smallTargets(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const ancestors = (element: Element | null): Element[] =>
      element === null ? [] : [element, ...ancestors(element.parentElement)];
    const inSentence = (element: Element) =>
      element.matches("a") &&
      element.parentElement?.matches("p, li, dd") === true &&
      (element.parentElement.textContent ?? "").trim() !== (element.textContent ?? "").trim();
    return [
      ...document.querySelectorAll(
        "a, button, summary, input:not([type=radio]):not([type=checkbox]):not([type=file]), textarea, .choice",
      ),
    ].flatMap((element) => {
      const { width, height } = element.getBoundingClientRect();
      // What is only for screen readers, ours or React Aria's, is a box of one pixel.
      const isHidden =
        !element.checkVisibility() ||
        element.closest(".skip") !== null ||
        ancestors(element).some((each) => each.clientWidth === 1 && each.clientHeight === 1);
      if (isHidden || inSentence(element) || (width >= 43.9 && height >= 43.9)) return [];
      return [`${element.tagName} “${element.textContent}” ${width}×${height}`];
    });
  });
}
