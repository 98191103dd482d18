import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const css = readFileSync(join(import.meta.dirname, "..", "src", "style", "tokens.css"), "utf8");

type Colours = ReadonlyMap<string, { readonly light: string; readonly dark: string }>;

/** Every colour of a part of the file by its name, light and dark. */
function coloursOf(part: string): Colours {
  return new Map(
    [...part.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
      ([, name = "", light = "", dark = ""]) => [name, { light, dark }] as const,
    ),
  );
}

const [plainPart = "", morePart = ""] = css.split('[data-contrast="more"]');
const plain = coloursOf(plainPart);
const more: Colours = new Map([...plain, ...coloursOf(morePart)]);

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
const TEXTS: readonly (readonly [text: string, grounds: readonly string[], edge?: "edge"])[] = [
  ["ink", GROUNDS],
  ["quiet", ["paper", "sheet", "pine-soft"]],
  ["pine", GROUNDS],
  ["alarm", ["paper", "sheet", "alarm-soft"]],
  ["on-pine", ["pine"]],
  ["edge", ["paper", "sheet"], "edge"],
  ["brass", ["paper", "sheet"], "edge"],
];

for (const [contrastName, colours, leastText, leastEdge] of [
  ["as it is", plain, 7, 3],
  ["more contrast", more, 11, 7],
] as const) {
  for (const theme of ["light", "dark"] as const) {
    test(`contrast, ${theme}, ${contrastName}`, () => {
      assert.equal(contrast("#ffffff", "#000000"), 21);
      for (const [text, grounds, kind] of TEXTS) {
        for (const ground of grounds) {
          const [front, back] = [colours.get(text)?.[theme], colours.get(ground)?.[theme]];
          assert.ok(front !== undefined && back !== undefined, `${text} or ${ground} is no colour`);
          const ratio = contrast(front, back);
          const least = kind === "edge" ? leastEdge : leastText;
          assert.ok(ratio >= least, `${text} on ${ground}: ${ratio.toFixed(2)}`);
        }
      }
    });
  }
}

test("more contrast names every colour anew", () => {
  assert.deepEqual([...coloursOf(morePart).keys()].sort(), [...plain.keys()].sort());
});
