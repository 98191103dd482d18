// Which lines of a source file refuse something, and the file without one of them.

export interface Mutation {
  /** From 1. */
  readonly line: number;
  /** The call that was taken out. */
  readonly what: string;
  readonly mutated: string;
}

const REFUSAL = /\b(?:refuse|malformed)\(|\bthrow new ProtocolError\(/g;

/**
 * One mutation for each refusal of the file: the call becomes a value that
 * does nothing, so that whatever it guarded goes through.
 */
export function mutationsOf(text: string): Mutation[] {
  return [...text.matchAll(REFUSAL)].flatMap((match) => {
    const start = match.index;
    const before = text.slice(text.lastIndexOf("\n", start) + 1, start);
    if (/^\s*(?:\/\/|\*)/.test(before) || /(?:function|import).*$/.test(before)) return [];
    const end = endOfCall(text, start + match[0].length);
    const what = text.slice(start, end).replace(/\s+/g, " ");
    // A node:test run does not check types: the hole need not be of the right one.
    const hole = match[0].startsWith("throw") ? "void 0" : "(void 0)";
    return [
      {
        line: text.slice(0, start).split("\n").length,
        what,
        mutated: text.slice(0, start) + hole + text.slice(end),
      },
    ];
  });
}

/** The offset behind the parenthesis that closes what was open before `from`. */
function endOfCall(text: string, from: number): number {
  let depth = 1;
  let quote = "";
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at);
    if (quote !== "") {
      if (character === "\\") at += 1;
      else if (character === quote) quote = "";
    } else if (`"'\``.includes(character)) quote = character;
    else if (character === "(") depth += 1;
    else if (character === ")") depth -= 1;
    if (depth === 0) return at + 1;
  }
  return text.length;
}
