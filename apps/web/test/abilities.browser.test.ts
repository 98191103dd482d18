import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { checkAbilities } from "./abilities.ts";
import { paleTexts } from "./contrast-shown.ts";
import { fill, follow, heading, press } from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { activate } from "./hand.ts";
import { comparer } from "./pixels.ts";
import { brokenWords } from "./reflow.ts";
import { newVisitor, type Visitor } from "./visitor.ts";
import type { Language } from "./words.ts";

// What is the same on every page, measured once, where every component stands in every state.

let ground: Ground;
let visitor: Visitor;
before(async () => {
  ground = await startGround();
  visitor = await newVisitor(ground, "en");
});
after(async () => {
  await visitor?.context.close();
  await ground?.stop();
});

async function components(): Promise<Page> {
  const { page } = visitor;
  await page.goto(`${ground.url}/components`);
  await heading(page, "Components");
  return page;
}

/** One element of each kind that can be pressed or filled in: by its tag, class and tone. */
async function kinds(page: Page): Promise<readonly (readonly [kind: string, each: Locator])[]> {
  const all = page.locator(
    "main a, main button, main input, main textarea, main summary, main [tabindex='0']",
  );
  const keys = await all.evaluateAll((elements) =>
    elements.map((element) => {
      const shown = element.closest("label") ?? element;
      const isOff = element.matches(":disabled") || !shown.checkVisibility();
      // Of radio buttons, Tab reaches the one that is picked.
      const isUnpicked =
        element instanceof HTMLInputElement && element.type === "radio" && !element.checked;
      const tone = shown instanceof HTMLElement ? (shown.dataset.tone ?? "") : "";
      return isOff || isUnpicked ? "" : `${element.tagName}.${shown.className} ${tone}`;
    }),
  );
  const first = new Map<string, Locator>();
  for (const [i, key] of keys.entries())
    if (key !== "" && !first.has(key)) first.set(key, all.nth(i));
  return [...first];
}

/** The ends of the range; `contrast.test.ts` computes the colour of the outline in every theme. */
const LOOKS = [
  ["light", ""],
  ["dark", "more"],
] as const;

async function wear(page: Page, [theme, contrast]: (typeof LOOKS)[number]): Promise<void> {
  await page.evaluate(
    ([light, more]) => {
      document.documentElement.dataset.theme = light;
      if (more === "") delete document.documentElement.dataset.contrast;
      else document.documentElement.dataset.contrast = more;
    },
    [theme, contrast] as const,
  );
}

test("the focus is seen: pixels around each kind of element change by 3 to 1, two pixels thick", async () => {
  const page = await components();
  const found = await kinds(page);
  assert.ok(found.length >= 10, `${found.length} kinds`);
  const pictures = await comparer(ground.browser);
  for (const look of LOOKS) {
    await wear(page, look);
    for (const [kind, each] of found) {
      const box = await shownBox(each);
      // The keyboard was last: an element that takes the focus now shows it.
      await page.keyboard.press("Shift");
      await page.evaluate(() => {
        if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
      });
      const unfocused = await page.screenshot({ clip: box });
      await each.focus();
      const focused = await page.screenshot({ clip: box });
      const changed = await pictures.changed(unfocused, focused);
      const perimeter = 2 * (box.width - 16 + (box.height - 16)) * 2;
      assert.ok(
        changed >= perimeter * 0.9,
        `${kind}, ${look.join(" ")}: ${changed} pixels of ${perimeter}`,
      );
    }
  }
  await pictures.close();
});

/** Where an element, or the label that is shown for it, stands, with room for what is around it. */
async function shownBox(each: Locator) {
  await each.scrollIntoViewIfNeeded();
  const box = await each.evaluate((element) => {
    const shown = element.closest("label") ?? element;
    shown.scrollIntoView({ block: "center" });
    const { x, y, width, height } = shown.getBoundingClientRect();
    return { x, y, width, height };
  });
  return { x: box.x - 8, y: box.y - 8, width: box.width + 16, height: box.height + 16 };
}

test("text keeps 7 to 1 under the pointer and while it is pressed", async () => {
  const page = await components();
  for (const [kind, each] of await kinds(page)) {
    await each.evaluate((element) =>
      (element.closest("label") ?? element).scrollIntoView({ block: "center" }),
    );
    const box = await shownBox(each);
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    assert.deepEqual(await paleTexts(page), [], `${kind}, hovered`);
    await page.mouse.down();
    assert.deepEqual(await paleTexts(page), [], `${kind}, pressed`);
    // Let go somewhere else, so that nothing is done by it.
    await page.mouse.move(0, 0);
    await page.mouse.up();
  }
});

test("a tap acts once, also where the page answers it before the browser's click comes", async () => {
  const hasty = await newVisitor(ground, "en", { width: 390, hand: "touch" });
  const { page } = hasty;
  await page.addInitScript(answerAtOnce);
  await page.goto(`${ground.url}/components`);
  await heading(page, "Components");
  const tick = page.getByRole("checkbox", { name: "Not ticked" });
  for (const isTicked of [true, false]) {
    await activate(hasty, page.getByText("Not ticked", { exact: true }));
    assert.equal(await tick.isChecked(), isTicked);
  }
  await activate(hasty, page.getByText("Not picked"));
  assert.ok(await page.getByRole("radio", { name: "Not picked" }).isChecked());

  await page.goto(`${ground.url}/sign-up`);
  await fill(hasty, "Your name", "Alice");
  await fill(hasty, "E-mail address", "alice@example.org");
  await press(hasty, "Continue");
  await heading(page, "Choose a password");
  // Both clicks come to the window, the browser's last, and that one goes no further.
  await page.waitForFunction(() => Reflect.get(globalThis, "clicks").length >= 3);
  const clicks = await page.evaluate(() => Reflect.get(globalThis, "clicks"));
  assert.deepEqual(clicks, ["the page's", "of it", "the browser's"]);
  await hasty.context.close();
});

/**
 * In the page: React Aria's own click comes at once and not after 80 ms, which is what a busy device makes
 * of it. Keeps the clicks on what is no field as they come to the window, and to something of the page.
 */
function answerAtOnce(): void {
  const LATER = 80;
  const wait = globalThis.setTimeout;
  const hasty = (work: () => void, milliseconds?: number) => {
    if (milliseconds !== LATER) return wait(work, milliseconds);
    queueMicrotask(work);
    return 0;
  };
  const clicks: string[] = [];
  const keep = (said: (event: Event) => string) => (event: Event) => {
    if (!(event.target instanceof HTMLInputElement)) clicks.push(said(event));
  };
  Object.assign(globalThis, { setTimeout: hasty, clicks });
  const whose = keep(({ isTrusted }) => (isTrusted ? "the browser's" : "the page's"));
  globalThis.addEventListener("click", whose, true);
  document.addEventListener(
    "click",
    keep(() => "of it"),
    true,
  );
}

test("what has the focus is not covered by anything", async () => {
  const page = await components();
  for (let i = 0; i < 45; i++) {
    await page.keyboard.press("Tab");
    const covered = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === null || element === document.body) return "";
      const shown = element.closest("label") ?? element;
      const { x, y, width, height } = shown.getBoundingClientRect();
      const above = document.elementFromPoint(x + width / 2, y + height / 2);
      return above !== null && (shown.contains(above) || above.contains(shown))
        ? ""
        : shown.outerHTML.slice(0, 120);
    });
    assert.equal(covered, "");
  }
});

test("where calm is asked for nothing moves, and nothing ever moves for longer than a moment", async () => {
  const page = await components();
  const longest = () =>
    page.evaluate(() =>
      [...document.querySelectorAll("*")].reduce((most, element) => {
        const { transitionDuration, animationDuration, animationName } = getComputedStyle(element);
        const times = `${transitionDuration}, ${animationName === "none" ? "0s" : animationDuration}`;
        return Math.max(most, ...times.split(", ").map(Number.parseFloat));
      }, 0),
    );
  await page.emulateMedia({ reducedMotion: "reduce" });
  assert.equal(await longest(), 0);
  await page.emulateMedia({ reducedMotion: "no-preference" });
  const moment = await longest();
  assert.ok(moment > 0 && moment <= 0.3, `${moment} s`);
  assert.equal(
    await page.locator("video, audio, marquee, [autofocus], meta[http-equiv=refresh]").count(),
    0,
  );
  await page.emulateMedia({ reducedMotion: "reduce" });
});

test("with text twice as large, a narrow window breaks no short word", async () => {
  assert.deepEqual(await brokenWords(await components()), []);
});

test("every component, and every page in front of the door, in both languages", async () => {
  await checkAbilities(await components(), "components");
  for (const language of ["fr", "en"] as const) {
    const somebody = await newVisitor(ground, language);
    const { page, say, wrong, context } = somebody;
    for (const name of ["Help and words explained", "Accessibility", "Display"]) {
      await follow(somebody, name);
      await heading(page, say(name));
      for (const summary of await page.locator("main summary").all()) await summary.click();
      await checkAbilities(page, name);
    }
    assert.deepEqual(wrong, []);
    await context.close();
    await fallen(language);
  }
});

/** A page that cannot be fetched says so in its place, and comes when it is asked for again. */
async function fallen(language: Language): Promise<void> {
  const visitor = await newVisitor(ground, language);
  const { page, say, context } = visitor;
  await context.route("**/assets/outside-*.js", (route) => route.abort());
  await follow(visitor, "Check a copy of a journal");
  await heading(page, say("Something went wrong on this page"));
  await checkAbilities(page, "a page that could not be fetched");
  await context.unrouteAll();
  await press(visitor, "Reload the page");
  await heading(page, say("Check a copy of a journal"));
  await context.close();
}
