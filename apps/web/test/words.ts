import { readFileSync } from "node:fs";
import { join } from "node:path";

export type Language = "en" | "fr";

const LOCALES = join(import.meta.dirname, "..", "src", "locales");

/** A catalogue as its file has it: English as the key, the language's own words as the value. */
export function catalog(language: Language): ReadonlyMap<string, string> {
  const text = readFileSync(join(LOCALES, `${language}.po`), "utf8");
  return new Map(
    text.split("\n\n").flatMap((block): [string, string][] => {
      const [key, value] = [partOf(block, "msgid"), partOf(block, "msgstr")];
      return key === undefined || key === "" || value === undefined ? [] : [[key, value]];
    }),
  );
}

function partOf(block: string, name: string): string | undefined {
  const found = new RegExp(`^${name} ((?:"[^\\n]*"\\n?)+)`, "m").exec(block)?.[1];
  return found
    ?.split("\n")
    .map((line) => line.slice(1, -1))
    .join("")
    .replaceAll('\\"', '"');
}

/** How the page says something, found by its English. Figures and names go into `{…}` by their order. */
export type Say = (english: string, ...values: readonly (string | number)[]) => string;

export function sayIn(language: Language): Say {
  const words = catalog(language);
  return (english, ...values) => {
    const said = words.get(english);
    if (said === undefined) throw new Error(`the page never says “${english}”`);
    let next = 0;
    return said.replace(/\{[^}]*\}/g, () => String(values[next++] ?? ""));
  };
}
