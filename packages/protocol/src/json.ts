import { malformed } from "./errors.ts";

/** Arrays and objects around each other in anything that the table of routes gives; canonical JSON has as many. */
const MAX_DEPTH = 16;
/** From so many characters on, depth is counted before anything is made of a text. */
const LONG = 65_536;
/** Of a text in the forms of the table less than one character in so many opens an array or object. */
const RARE = 8;

/**
 * Reads the JSON of an answer. Brackets in brackets cost the engine a hundred times what other
 * characters do, so a long text that is mostly those is refused as soon as it is too deep.
 * @throws ProtocolError `malformed`
 */
export function parseJson(text: string, field: string): unknown {
  if (text.length > LONG && isMostlyBrackets(text) && isTooDeep(text))
    malformed(field, "is nested too deep");
  try {
    return JSON.parse(text);
  } catch (cause) {
    return malformed(field, "is not JSON", cause);
  }
}

function isMostlyBrackets(text: string): boolean {
  let left = text.length / RARE;
  for (const bracket of "[{") {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      left -= 1;
      if (left < 0) return true;
    }
  }
  return false;
}

function isTooDeep(text: string): boolean {
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
