import { inflateSync } from "node:zlib";

// A reader for the PDFs that pdfkit writes, and for no others: enough to see what is on a page.

/** The streams of a PDF, unpacked, and the bytes around them. */
export function partsOf(pdf: Uint8Array): { outside: string; streams: string[] } {
  const text = Buffer.from(pdf).toString("latin1");
  const streams: string[] = [];
  const outside = text.replace(/stream\n([\s\S]*?)\nendstream/g, (_all, body: string) => {
    streams.push(unpacked(body));
    return "stream";
  });
  return { outside, streams };
}

function unpacked(body: string): string {
  try {
    return inflateSync(Buffer.from(body, "latin1")).toString("latin1");
  } catch {
    return body;
  }
}

/** The text shown, in the order it is painted: glyphs looked up in the fonts' ToUnicode tables. */
export function textOf(pdf: Uint8Array): string {
  const { outside, streams } = partsOf(pdf);
  const page = streams.find((each) => each.includes(" Tf")) ?? "";
  const maps = streams.filter((each) => each.includes("beginbfrange")).map(unicodeMap);
  // Fonts are written at the end in the order in which they were first used, as their tables are.
  const names = [...new Set([...page.matchAll(/\/(F\d+) [\d.]+ Tf/g)].map((match) => match[1]))];
  const order = [...outside.matchAll(/\/(F\d+) \d+ 0 R/g)].map((match) => match[1]);
  const sorted = names.sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const byName = new Map(sorted.map((name, i) => [name, maps[i]]));
  let map: ReadonlyMap<string, string> | undefined;
  let text = "";
  for (const [, font, shown] of page.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)) {
    if (font !== undefined) map = byName.get(font);
    else text += `${glyphs(shown ?? "", map)}\n`;
  }
  return text;
}

function glyphs(shown: string, map: ReadonlyMap<string, string> | undefined): string {
  const hex = [...shown.matchAll(/<([0-9a-f]*)>/g)].map((match) => match[1]).join("");
  return (hex.match(/.{4}/g) ?? []).map((glyph) => map?.get(glyph) ?? "\ufffd").join("");
}

function unicodeMap(table: string): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (const [, first = "", list = ""] of table.matchAll(
    /<([0-9a-f]{4})> <[0-9a-f]{4}> \[([^\]]*)\]/g,
  )) {
    const from = Number.parseInt(first, 16);
    for (const [i, entry] of [...list.matchAll(/<([0-9a-f ]*)>/g)].entries()) {
      const units = (entry[1] ?? "").match(/[0-9a-f]{4}/g) ?? [];
      const text = String.fromCharCode(...units.map((unit) => Number.parseInt(unit, 16)));
      map.set((from + i).toString(16).padStart(4, "0"), text);
    }
  }
  return map;
}
