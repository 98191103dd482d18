// Source text with the inside of comments, strings and regular expressions blanked out, so that a
// rule about code does not answer to words. Offsets and lines stay what they were.

/** What may stand before a `/` that begins a regular expression rather than a division. */
const BEFORE_REGEX = /(?:^|[([{,;:=!&|?+\-*%<>~^}]|\b(?:return|typeof|case|of|in|await|yield))\s*$/;

const CLOSES = new Map([
  ["//", "\n"],
  ["/*", "*/"],
  ['"', '"'],
  ["'", "'"],
]);

/** Where a literal that opens at `start` with `opener` ends (the offset after it). */
function endOf(source: string, start: number, opener: string): number {
  const closer = CLOSES.get(opener) ?? opener;
  for (let at = start + opener.length; at < source.length; at += 1) {
    if (source[at] === "\\" && opener.length === 1) at += 1;
    else if (source.startsWith(closer, at)) return closer === "\n" ? at : at + closer.length;
  }
  return source.length;
}

function endOfRegex(source: string, start: number): number {
  let inClass = false;
  for (let at = start + 1; at < source.length && source[at] !== "\n"; at += 1) {
    const character = source[at];
    if (character === "\\") at += 1;
    else if (character === "[") inClass = true;
    else if (character === "]") inClass = false;
    else if (character === "/" && !inClass) return at + 1;
  }
  return start + 1;
}

/** Blanks everything that is not code; keeps quotes, line breaks and every offset. */
export function codeOnly(source: string): string {
  let out = "";
  /** Depth of braces inside each open `${`; a `}` at depth 0 returns to its template. */
  const templates: number[] = [];
  let at = 0;

  const blank = (end: number, kept: number) => {
    out += source.slice(at, at + kept);
    out += source.slice(at + kept, end).replaceAll(/[^\n]/g, " ");
    at = end;
  };
  const template = () => {
    const start = at;
    let end = at + 1;
    while (end < source.length && source[end] !== "`" && !source.startsWith("${", end)) {
      end += source[end] === "\\" ? 2 : 1;
    }
    if (source.startsWith("${", end)) templates.push(0);
    blank(Math.min(end, source.length), 1);
    const closing = source.startsWith("${", at) ? 2 : 1;
    out += source.slice(at, at + closing);
    at = Math.max(at + closing, start + 1);
  };

  while (at < source.length) {
    const two = source.slice(at, at + 2);
    const one = source[at] ?? "";
    const depth = templates.at(-1);
    if (two === "//" || two === "/*") blank(endOf(source, at, two), 2);
    else if (one === '"' || one === "'") blank(endOf(source, at, one), 1);
    else if (one === "`") template();
    else if (one === "}" && depth === 0) {
      templates.pop();
      template();
    } else if (one === "/" && BEFORE_REGEX.test(out.slice(-40))) blank(endOfRegex(source, at), 1);
    else {
      if (depth !== undefined && one === "{") templates[templates.length - 1] = depth + 1;
      if (depth !== undefined && one === "}") templates[templates.length - 1] = depth - 1;
      out += one;
      at += 1;
    }
  }
  return out;
}
