import { fromBase64url, toBase64url } from "@ecrin/protocol";

const SHOWN = 8;
const LEAST = 4;

/** The id as it is shown and typed: the first characters of its hexadecimal form. */
export function shortId(id: string): string {
  return hexOf(id).slice(0, SHOWN);
}

/** Whether a text that was typed names this id: whole, or by at least four hexadecimal characters. */
export function namesId(typed: string, id: string): boolean {
  if (typed === id) return true;
  return typed.length >= LEAST && hexOf(id).startsWith(typed.toLowerCase());
}

/**
 * An id may begin with a hyphen, and then looks like an option. Such an
 * argument is put into hexadecimal; no option has 22 characters.
 */
export function withoutHyphens(argument: string): string {
  if (!/^-[\w-]{21}$/.test(argument)) return argument;
  const bytes = Buffer.from(argument, "base64url");
  return bytes.length === 16 && toBase64url(new Uint8Array(bytes)) === argument
    ? bytes.toString("hex")
    : argument;
}

function hexOf(id: string): string {
  return Buffer.from(fromBase64url(id)).toString("hex");
}
