import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { BrowserContext } from "playwright-core";
import type { Hand } from "./hand.ts";
import { EXPECTED, type Journey, named, told } from "./walks.ts";
import type { Language } from "./words.ts";

// What was really walked: each page tells of every press it feels, and a test that has walked a
// journey to its end tells its runner by whom, in which language, how wide, and over which network.

/** One press, as the page felt it. */
export interface Press {
  readonly hand: Hand;
  readonly language: Language;
  readonly width: number;
  readonly online: boolean;
}

/** Whoever presses less than this has walked nothing. */
const LEAST = 5;

/** Has every page of this browser tell what presses it. @returns the presses, in their order */
export async function feelPresses(context: BrowserContext): Promise<Press[]> {
  const felt: Press[] = [];
  await context.exposeBinding("ecrinFelt", ({ page }, press: Omit<Press, "width">) => {
    felt.push({ ...press, width: page.viewportSize()?.width ?? 0 });
  });
  await context.addInitScript(() => {
    const tell = (hand: string) => {
      const say: unknown = Reflect.get(globalThis, "ecrinFelt");
      const { lang } = document.documentElement;
      if (typeof say === "function") say({ hand, language: lang, online: navigator.onLine });
    };
    // On their way down, before anything of the page keeps them to itself; what the driver only tries
    // (`trial`, `hand.ts`) it stops at the window.
    document.addEventListener(
      "pointerdown",
      ({ isTrusted, pointerType }) => {
        if (isTrusted) tell(pointerType);
      },
      true,
    );
    document.addEventListener(
      "keydown",
      ({ isTrusted, key }) => {
        if (isTrusted && (key === "Enter" || key === " ")) tell("keyboard");
      },
      true,
    );
  });
  return felt;
}

interface Walker {
  readonly hand: Hand;
  readonly felt: Press[];
}

/**
 * Tells the runner that a journey was walked to its end, as the pages of these people felt it since
 * they last told. Fails where another hand than their own was felt, and where nobody walked it as
 * the table has it.
 */
export function walked(t: TestContext, journey: Journey, ...walkers: readonly Walker[]): void {
  const said = new Set<string>();
  for (const { hand, felt } of walkers) {
    const presses = felt.splice(0);
    const others = presses.filter((each) => each.hand !== hand).map((each) => each.hand);
    assert.deepEqual(others, [], `pressed by another hand than ${hand}`);
    for (const { language, width } of presses) {
      const alike = presses.filter((each) => each.language === language && each.width === width);
      if (alike.length < LEAST) continue;
      const as = named({ language, width, hand });
      for (const { online } of alike)
        said.add(told(journey, as, online ? "with network" : "without network"));
    }
  }
  assert.ok(
    [...said].some((each) => EXPECTED.includes(each)),
    `${journey}: nobody walked it as the table has it, but ${[...said].join("; ")}`,
  );
  for (const each of said) t.diagnostic(each);
}
