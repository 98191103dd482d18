import { isLong, isTooDeep } from "./depth.ts";
import { malformed } from "./errors.ts";

/** Of a text in the forms of the table less than one character in so many opens an array or object. */
const RARE = 8;

/**
 * Reads the JSON of an answer. Brackets in brackets cost the engine a hundred times what other
 * characters do, so a long text that is mostly those is refused as soon as it is too deep.
 * @throws ProtocolError `malformed`
 */
export function parseJson(text: string, field: string): unknown {
  if (isLong(text) && isMostlyBrackets(text) && isTooDeep(text))
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
