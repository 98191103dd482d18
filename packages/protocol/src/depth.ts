/** Arrays and objects around each other in canonical JSON (spec/encoding.md); no answer of the table of routes has more. */
export const MAX_DEPTH = 16;
/** From so many characters on, depth is counted before anything is made of a text: a megabyte of brackets costs the engine a tenth of a second. */
const LONG = 65_536;

export function isLong(text: string): boolean {
  return text.length > LONG;
}

/** Whether brackets stand deeper in each other than anything we read; of a text that may be no JSON at all. */
export function isTooDeep(text: string): boolean {
  let depth = 0;
  let isText = false;
  for (let i = 0; i < text.length; i++) {
    const at = text[i];
    if (isText) {
      if (at === "\\") i += 1;
      else if (at === '"') isText = false;
    } else if (at === '"') isText = true;
    else if (at === "[" || at === "{") {
      depth += 1;
      if (depth > MAX_DEPTH) return true;
    } else if (at === "]" || at === "}") depth -= 1;
  }
  return false;
}
