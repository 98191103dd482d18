import { cutTo, inOneLine } from "./one-line.ts";

// Names that people give themselves. Whoever meets somebody, invites them or gets an offer from them
// reads one before knowing anything else: it is nobody else's name, and no sentence.

/** Longer than names are, and too short for what one might say beside it. */
const LONGEST = 80;

/** What the page and the command line call this person, and the service. */
const OURS: readonly string[] = [
  "You",
  "Vous",
  "Toi",
  "Moi",
  "Me",
  "The service",
  "Le service",
  "Écrin",
];

/** Letters that are hardly told apart (Unicode TR 39, the commonest of them): small ones, without accents. */
const ALIKE: Readonly<Record<string, string>> = {
  a: "аα",
  b: "вβ",
  c: "с",
  d: "ԁ",
  e: "еε",
  h: "нһ",
  j: "ј",
  k: "кκ",
  l: "i1ıіιӏ",
  m: "м",
  n: "η",
  o: "0оο",
  p: "рρ",
  q: "ԛ",
  r: "г",
  s: "ѕ",
  t: "тτ",
  u: "υ",
  v: "ѵν",
  w: "ԝ",
  x: "хχ",
  y: "уγ",
  z: "ζ",
};
const LIKE: ReadonlyMap<string, string> = new Map(
  Object.entries(ALIKE).flatMap(([letter, others]) => [...others].map((each) => [each, letter])),
);

/** Whether two names could be taken for one: by their letters and figures, as an eye that hurries reads them. */
export function isLike(one: string, other: string): boolean {
  return asRead(one) === asRead(other);
}

function asRead(name: string): string {
  const seen = name.normalize("NFKD").replace(/\p{Default_Ignorable_Code_Point}/gu, "");
  const letters = seen.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
  // A name without any is compared as it is.
  if (letters === "") return seen.trim();
  const alike = [...letters].map((letter) => LIKE.get(letter) ?? letter).join("");
  return alike.replaceAll("rn", "m").replaceAll("vv", "w");
}

/** A name that somebody gave themselves, as it may stand in a line. */
export function selfGiven(name: string): string {
  return cutTo(LONGEST, inOneLine(name).trim());
}

/**
 * What somebody is called here who gave their name themselves: that, and a number where it could be
 * taken for somebody else's.
 * @param others whom this account knows by name, itself among them
 */
export function nameFor(given: string, others: readonly string[]): string {
  const name = selfGiven(given);
  const taken = [...others, ...OURS];
  for (let n = 1; ; n++) {
    const numbered = n === 1 ? name : `${name} (${n})`;
    if (!taken.some((each) => isLike(each, numbered))) return numbered;
  }
}
