import assert from "node:assert/strict";
import type { JSHandle, Locator, Page } from "playwright-core";

// How somebody presses, chooses and writes: with a mouse, with a finger, or with a keyboard and
// nothing else. What a keyboard does not reach, or reaches unseen, fails the walk.

export type Hand = "mouse" | "touch" | "keyboard";

/** A page, and what somebody has to work it with. */
export interface Handled {
  readonly page: Page;
  readonly hand: Hand;
}

/** More keys than any page needs from one end to the other. */
const MOST = 150;

/** Longer texts are pasted. */
const TYPED = 40;

/** Presses, follows, opens or picks it, once it is there and can be. */
export async function activate(
  { page, hand }: Handled,
  target: Locator,
  options: { readonly timeout?: number } = {},
): Promise<void> {
  if (hand === "mouse") return await target.click(options);
  if (hand === "touch") return await target.tap(options);
  // Waits until it is seen, still, in use and not covered, and presses nothing.
  await target.click({ ...options, trial: true });
  const control = await reach(page, target);
  const isPicked = await control.evaluate((each) =>
    each.matches("input[type=checkbox], input[type=radio]"),
  );
  await page.keyboard.press(isPicked ? "Space" : "Enter");
}

/** Writes a line anew. */
export async function write({ page, hand }: Handled, line: Locator, text: string): Promise<void> {
  if (hand !== "keyboard") {
    await (hand === "mouse" ? line.click() : line.tap());
    return await line.fill(text);
  }
  await line.click({ trial: true });
  await reach(page, line);
  await page.keyboard.press("ControlOrMeta+A");
  if (text === "") await page.keyboard.press("Backspace");
  else if (text.length > TYPED) await page.keyboard.insertText(text);
  else await page.keyboard.type(text);
}

/**
 * Goes by keys from where the focus is to what the target stands for, as somebody does who sees
 * where it is: forwards or back by Tab, and by arrows within a group of which one is picked.
 * @returns what has the focus, which is seen
 */
async function reach(page: Page, target: Locator): Promise<JSHandle<Element>> {
  let control = await target.evaluateHandle(controlOf);
  let hasMoved = false;
  for (let pressed = 0; pressed < MOST; pressed++) {
    const way = await control.evaluate(wayTo);
    if (way === "gone") control = await target.evaluateHandle(controlOf);
    else if (way === "here") {
      const unseen = await control.evaluate(whyUnseen);
      // What was read meanwhile pushed it out, once: somebody goes a step back, and comes again.
      if (unseen === "outside the window" && !hasMoved) {
        hasMoved = true;
        await page.keyboard.press("Shift+Tab");
        continue;
      }
      assert.equal(unseen, "", `${await named(control)}: the focus is ${unseen}`);
      return control;
    } else await page.keyboard.press(way);
  }
  assert.fail(`${await named(control)} is not reached by keyboard`);
}

async function named(control: JSHandle<Element>): Promise<string> {
  return await control.evaluate(
    (each) => `“${(each.closest("label") ?? each).outerHTML.slice(0, 160)}”`,
  );
}

// The rest runs in the page.

/** What takes the focus where somebody points at this. */
function controlOf(element: Element): Element {
  const label = element.closest("label");
  const able = "a[href], button, summary, input, textarea, select, [tabindex]";
  return label?.control ?? element.closest(able) ?? element;
}

function wayTo(control: Element): "here" | "gone" | "Tab" | "Shift+Tab" | "ArrowDown" | "ArrowUp" {
  if (!control.isConnected) return "gone";
  const at = document.activeElement;
  if (at === control) return "here";
  if (at === null || at === document.body) return "Tab";
  const isAhead = (at.compareDocumentPosition(control) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
  const isRadio = (each: Element) => each instanceof HTMLInputElement && each.type === "radio";
  const group = at.closest("[role=radiogroup]");
  if (isRadio(at) && isRadio(control) && group?.contains(control))
    return isAhead ? "ArrowDown" : "ArrowUp";
  return isAhead ? "Tab" : "Shift+Tab";
}

/** What hides the focus; nothing where it is seen (WCAG 2.2, 2.4.7 and 2.4.12). */
function whyUnseen(control: Element): string {
  const shown = control.closest("label") ?? control;
  const { outlineStyle, outlineWidth } = getComputedStyle(shown);
  if (outlineStyle === "none" || Number.parseFloat(outlineWidth) < 2) return "not drawn";
  const { left, top, right, bottom } = shown.getBoundingClientRect();
  const [x, y] = [Math.max(left, 0), Math.max(top, 0)];
  const [endX, endY] = [Math.min(right, innerWidth), Math.min(bottom, innerHeight)];
  if (x >= endX || y >= endY) return "outside the window";
  const above = document.elementFromPoint((x + endX) / 2, (y + endY) / 2);
  const isSeen = above !== null && (shown.contains(above) || above.contains(shown));
  return isSeen ? "" : `covered by ${above?.outerHTML.slice(0, 120)}`;
}
