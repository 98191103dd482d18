import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const css = readFileSync(join(import.meta.dirname, "..", "src", "style", "tokens.css"), "utf8");

/** Every colour by its name, light and dark. */
const colours = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
    ([, name = "", light = "", dark = ""]) => [name, { light, dark }] as const,
  ),
);

/** Relative luminance (WCAG 2.2). */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)].sort((m, n) => n - m);
  return ((x ?? 0) + 0.05) / ((y ?? 0) + 0.05);
}

const GROUNDS = ["paper", "sheet", "pine-soft", "care-soft", "alarm-soft"];
const TEXTS: readonly (readonly [text: string, grounds: readonly string[], least: number])[] = [
  ["ink", GROUNDS, 7],
  ["quiet", ["paper", "sheet", "pine-soft"], 7],
  ["pine", ["paper", "sheet", "pine-soft", "care-soft", "alarm-soft"], 7],
  ["alarm", ["paper", "sheet", "alarm-soft"], 7],
  ["on-pine", ["pine"], 7],
  ["edge", ["paper", "sheet"], 3],
  ["brass", ["paper", "sheet"], 3],
];

for (const theme of ["light", "dark"] as const) {
  test(`contrast, ${theme}`, () => {
    assert.equal(contrast("#ffffff", "#000000"), 21);
    for (const [text, grounds, least] of TEXTS) {
      for (const ground of grounds) {
        const [front, back] = [colours.get(text)?.[theme], colours.get(ground)?.[theme]];
        assert.ok(front !== undefined && back !== undefined, `${text} or ${ground} is no colour`);
        const ratio = contrast(front, back);
        assert.ok(ratio >= least, `${text} on ${ground}: ${ratio.toFixed(2)}`);
      }
    }
  });
}
