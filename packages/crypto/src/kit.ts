import { type Bytes, concat, context } from "@ecrin/protocol";
import { entropyToMnemonic, mnemonicToEntropy } from "@scure/bip39";
import { wordlist as english } from "@scure/bip39/wordlists/english.js";
import { wordlist as french } from "@scure/bip39/wordlists/french.js";
import { CryptoError, requireLength } from "./errors.ts";

/** The languages a kit can be printed in. */
export type KitLanguage = "fr" | "en";

const WORDS = 24;
const LISTS: Readonly<Record<KitLanguage, string[]>> = { en: english, fr: french };

/** Crockford's base 32: no I, L, O, U; reading takes I and L for 1, O for 0. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CHECK = 3;
/** 35 bytes, which is exactly 56 characters. */
const CHARACTERS = 56;
const GROUP = 4;

/** A kit code as 24 BIP-39 words. @param kit 32 bytes */
export function kitToWords(kit: Uint8Array, language: KitLanguage): string[] {
  requireLength(kit, 32, "a kit code");
  const words = entropyToMnemonic(kit, LISTS[language]).normalize("NFC");
  return words.split(" ");
}

/**
 * The kit code of 24 words, French or English, in any case, with or without
 * accents, with any white space between them.
 * @throws CryptoError `kit-mistyped`, with the position of the first word that is in no list
 */
export function kitFromWords(text: string): Bytes {
  const typed = plain(text)
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== "");
  const readings = (["fr", "en"] as const).map((language) => listed(typed, language));
  const code = readings.map(checked).find((bytes) => bytes !== undefined);
  if (code !== undefined) return code;
  throw firstMistake(typed, readings);
}

/**
 * A kit code as text, for the QR code and for copying: 14 groups of four
 * characters, three bytes of check among them.
 */
export function kitToText(kit: Uint8Array): string {
  requireLength(kit, 32, "a kit code");
  let bits = 0n;
  for (const byte of concat(kit, checkOf(kit))) bits = (bits << 8n) | BigInt(byte);
  let text = "";
  for (let i = 0; i < CHARACTERS; i++, bits >>= 5n) {
    if (i > 0 && i % GROUP === 0) text = `-${text}`;
    text = ALPHABET.charAt(Number(bits & 31n)) + text;
  }
  return text;
}

/**
 * The kit code of its text, in any case, with or without the hyphens.
 * @throws CryptoError `kit-mistyped`, with the position of the first character that is none
 */
export function kitFromText(text: string): Bytes {
  const typed = text.toUpperCase().replace(/[\s-]/g, "");
  const read = typed.replace(/[IL]/g, "1").replaceAll("O", "0");
  let bits = 0n;
  for (const [at, character] of [...read].entries()) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) mistyped(`character ${at + 1} is not one of a kit`, at + 1);
    bits = (bits << 5n) | BigInt(value);
  }
  if (read.length !== CHARACTERS) mistyped(`a kit has ${CHARACTERS} characters`);
  const bytes = new Uint8Array(32 + CHECK);
  for (let i = bytes.length - 1; i >= 0; i--, bits >>= 8n) bytes[i] = Number(bits & 255n);
  const kit = bytes.slice(0, 32);
  const check = checkOf(kit);
  if (check.some((byte, i) => byte !== bytes[32 + i])) mistyped("a character of the kit is wrong");
  return kit;
}

function checkOf(kit: Uint8Array): Bytes {
  return context("kit text", kit).slice(0, CHECK);
}

/** What a word looks like without case and accents. */
function plain(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

const indexes = new Map<KitLanguage, ReadonlyMap<string, string>>();

/** The words of a list by their plain form. No two French words differ in accents alone. */
function indexOf(language: KitLanguage): ReadonlyMap<string, string> {
  const known = indexes.get(language);
  if (known !== undefined) return known;
  const made = new Map(LISTS[language].map((word) => [plain(word), word]));
  indexes.set(language, made);
  return made;
}

interface Reading {
  readonly language: KitLanguage;
  /** The list's own spelling of each word; undefined for a word it does not have. */
  readonly words: readonly (string | undefined)[];
}

function listed(typed: readonly string[], language: KitLanguage): Reading {
  const index = indexOf(language);
  return { language, words: typed.map((word) => index.get(word)) };
}

/** The code of a reading, if all its words are in the list and their checksum holds. */
function checked({ language, words }: Reading): Bytes | undefined {
  if (words.length !== WORDS || words.includes(undefined)) return undefined;
  try {
    return new Uint8Array(mnemonicToEntropy(words.join(" "), LISTS[language]));
  } catch {
    return undefined;
  }
}

function firstMistake(typed: readonly string[], readings: readonly Reading[]): CryptoError {
  const hits = ({ words }: Reading) => words.filter((word) => word !== undefined).length;
  const meant = readings.reduce((best, next) => (hits(next) > hits(best) ? next : best));
  const at = meant.words.indexOf(undefined);
  if (at >= 0) {
    const position = at + 1;
    return new CryptoError("kit-mistyped", `word ${position} is not in the list`, { position });
  }
  if (typed.length !== WORDS) {
    return new CryptoError("kit-mistyped", `a kit has ${WORDS} words, not ${typed.length}`);
  }
  return new CryptoError("kit-mistyped", "every word is in the list, but one of them is wrong");
}

function mistyped(message: string, position?: number): never {
  throw new CryptoError("kit-mistyped", message, position === undefined ? {} : { position });
}
