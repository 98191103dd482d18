import type { Page } from "playwright-core";

// Nothing is cut off or wider than the window: narrow (WCAG 2.2, 1.4.10), with text twice as large
// (1.4.4), and with wider spacing (1.4.12).

const WAYS = [
  { way: "at 320 px", width: 320, text: 1, spaced: false },
  { way: "at 390 px, text at 200 %", width: 390, text: 2, spaced: false },
  { way: "at 1,280 px, text at 200 %", width: 1280, text: 2, spaced: false },
  { way: "at 390 px, spaced", width: 390, text: 1, spaced: true },
] as const;

/** What does not fit, in each of these ways. The window is afterwards as it was. */
export async function whatDoesNotFit(page: Page): Promise<string[]> {
  const before = page.viewportSize() ?? { width: 1280, height: 900 };
  const found: string[] = [];
  for (const { way, width, text, spaced } of WAYS) {
    await page.setViewportSize({ width, height: before.height });
    const wrong = await page.evaluate(tooWide, { text, spaced });
    found.push(...wrong.map((each) => `${way}: ${each}`));
  }
  await page.setViewportSize(before);
  return found;
}

function tooWide({ text, spaced }: { text: number; spaced: boolean }): string[] {
  const root = document.documentElement;
  root.style.fontSize = `${112.5 * text}%`;
  // A copy: what is assigned below changes the list itself.
  const sheets = [...document.adoptedStyleSheets];
  if (spaced) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(
      "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-block-end: 2em !important }",
    );
    document.adoptedStyleSheets = [...sheets, sheet];
  }
  const found: string[] = [];
  const spill = root.scrollWidth - root.clientWidth;
  if (spill > 0) {
    const widest = [...document.body.querySelectorAll("*")].findLast(
      (element) =>
        element.getBoundingClientRect().right > root.clientWidth + 0.5 && element.checkVisibility(),
    );
    found.push(`${spill} px too wide: ${widest?.outerHTML.slice(0, 120)}`);
  }
  for (const element of document.body.querySelectorAll("*")) {
    const { overflowX, overflowY } = getComputedStyle(element);
    const cuts = (way: string) => way === "hidden" || way === "clip";
    const isUnseen =
      element.clientWidth <= 1 || element.closest("svg, .unseen, .bar-track") !== null;
    if (isUnseen || (element.textContent ?? "").trim() === "") continue;
    const isCut =
      (cuts(overflowX) && element.scrollWidth > element.clientWidth + 1) ||
      (cuts(overflowY) && element.scrollHeight > element.clientHeight + 1);
    if (isCut && element.closest("[aria-hidden=true]") === null) {
      found.push(`cut off: ${element.outerHTML.slice(0, 120)}`);
    }
  }
  root.style.fontSize = "";
  document.adoptedStyleSheets = sheets;
  return found;
}

/** Letters of a word that fits a narrow window whole, also twice as large. */
const SHORT = 9;

/** Short words that are broken where the window is 320 px wide and the text twice as large. The window is afterwards as it was. */
export async function brokenWords(page: Page): Promise<string[]> {
  const before = page.viewportSize() ?? { width: 1280, height: 900 };
  await page.setViewportSize({ width: 320, height: before.height });
  const found = await page.evaluate((short) => {
    const root = document.documentElement;
    root.style.fontSize = "225%";
    const broken: string[] = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
      const element = text.parentElement;
      const isMeant =
        element?.closest("main .button, main .choice, main .notice, .clinical table") ?? null;
      if (isMeant === null || element?.closest(".unseen") != null) continue;
      for (const { 0: word, index } of (text.nodeValue ?? "").matchAll(/\p{L}+/gu)) {
        if (word.length > short) continue;
        const range = document.createRange();
        range.setStart(text, index);
        range.setEnd(text, index + word.length);
        const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
        if (lines.size > 1) broken.push(word);
      }
    }
    root.style.fontSize = "";
    return broken;
  }, SHORT);
  await page.setViewportSize(before);
  return found;
}
