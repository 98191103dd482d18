import type { Page } from "playwright-core";

// Contrast as it is shown: the colour of every text against what lies behind it, in every theme.

const THEMES = [
  { theme: "light", contrast: "", least: 7 },
  { theme: "dark", contrast: "", least: 7 },
  { theme: "light", contrast: "more", least: 11 },
  { theme: "dark", contrast: "more", least: 11 },
] as const;

/** Every text of less than 7 to 1 (11 to 1 where more is asked for), in all four themes (WCAG 2.2, 1.4.6). */
export async function paleTexts(page: Page): Promise<string[]> {
  return await page.evaluate((themes) => {
    type Colour = readonly [red: number, green: number, blue: number, alpha: number];
    const parse = (text: string): Colour => {
      const [r = 0, g = 0, b = 0, a = 1] = (text.match(/[\d.]+/g) ?? []).map(Number);
      return [r, g, b, a];
    };
    const over = ([r, g, b, a]: Colour, [R, G, B]: Colour): Colour => [
      r * a + R * (1 - a),
      g * a + G * (1 - a),
      b * a + B * (1 - a),
      1,
    ];
    const luminance = (colour: Colour) => {
      const [r = 0, g = 0, b = 0] = colour.slice(0, 3).map((each) => {
        const part = each / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element: Element | null): Colour => {
      if (element === null) return [255, 255, 255, 1];
      const own = parse(getComputedStyle(element).backgroundColor);
      return own[3] === 1 ? own : over(own, behind(element.parentElement));
    };
    const isSeen = (element: Element) => {
      const { width, height } = element.getBoundingClientRect();
      return (
        element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
        width > 1 &&
        height > 1 &&
        element.closest("[aria-hidden=true], .unseen, [inert], .skip:not(:focus)") === null
      );
    };
    const texts: Element[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const { parentElement } = node;
      if (parentElement !== null && (node.nodeValue ?? "").trim() !== "" && isSeen(parentElement)) {
        texts.push(parentElement);
      }
    }
    texts.push(...[...document.querySelectorAll("input, textarea")].filter(isSeen));
    const { dataset } = document.documentElement;
    const before = { theme: dataset.theme, contrast: dataset.contrast };
    const found = new Set<string>();
    for (const { theme, contrast, least } of themes) {
      dataset.theme = theme;
      if (contrast === "") delete dataset.contrast;
      else dataset.contrast = contrast;
      for (const element of texts) {
        const ground = behind(element);
        const front = over(parse(getComputedStyle(element).color), ground);
        const [a, b] = [luminance(front), luminance(ground)];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (ratio < least) {
          const text = (element.textContent ?? "").trim().slice(0, 40);
          found.add(`“${text}”, ${theme} ${contrast}: ${ratio.toFixed(2)}`);
        }
      }
    }
    if (before.theme === undefined) delete dataset.theme;
    else dataset.theme = before.theme;
    if (before.contrast === undefined) delete dataset.contrast;
    else dataset.contrast = before.contrast;
    return [...found];
  }, THEMES);
}
