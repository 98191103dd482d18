import process from "node:process";

// What is set for the server and its commands (README, Run it).

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A variable. One that is set to nothing, as files of settings often have it, counts as one that is
 * not set: a folder of no name would be the one somebody stands in, a host of no name every address.
 */
export function given(name: string, env: Environment = process.env): string | undefined {
  const text = env[name];
  return text === "" ? undefined : text;
}

/** Scheme, host and port, as browsers and clients write them; undefined for what is more, or none. */
export function originOf(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) return undefined;
  const isWhole = url.href === `${url.origin}/`;
  return isWhole ? url.origin : undefined;
}

const YES = ["1", "on", "true", "yes"];
const NO = ["0", "off", "false", "no"];

/** Whether something is switched on; undefined for another word, which is no consent. */
export function switchOf(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (YES.includes(word)) return true;
  return NO.includes(word) ? false : undefined;
}
