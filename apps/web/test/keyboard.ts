import assert from "node:assert/strict";
import type { Page } from "playwright-core";

const MOST = 60;

/** Presses Tab until the element that has the focus begins with these words; the focus must be seen. */
export async function tabTo(page: Page, words: string): Promise<void> {
  for (let i = 0; i < MOST; i++) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === null) return { text: "", seen: false };
      const shown = element.closest("label") ?? element;
      const { outlineStyle, outlineWidth } = getComputedStyle(shown);
      return {
        text: (shown.textContent ?? "").trim(),
        seen: outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2,
      };
    });
    if (!focused.text.startsWith(words)) continue;
    assert.ok(focused.seen, `the focus on “${words}” is not seen`);
    return;
  }
  assert.fail(`“${words}” is not reached by Tab`);
}

/** Presses Tab until the line of this label has the focus, and types into it. */
export async function typeInto(page: Page, label: string, text: string): Promise<void> {
  for (let i = 0; i < MOST; i++) {
    await page.keyboard.press("Tab");
    const found = await page.evaluate(() => {
      const element = document.activeElement;
      return element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement
        ? (element.labels?.[0]?.textContent ?? "")
        : "";
    });
    if (found !== label) continue;
    await page.keyboard.type(text);
    return;
  }
  assert.fail(`“${label}” is not reached by Tab`);
}
