import { type KitLanguage, kitFromText, kitFromWords, kitToText, kitToWords } from "@ecrin/crypto";
import { type AccountId, type Bytes, parseId } from "@ecrin/protocol";
import { ClientError, opening } from "./errors.ts";

const PREFIX = "ecrin-1:kit:";
const ACCOUNT = 22;

/** What a kit that was read says. Its 24 words name no account. */
export interface KitCode {
  readonly account?: AccountId;
  /** 32 bytes. */
  readonly code: Bytes;
}

/** A kit as it is printed (spec/keys.md, The kit). It opens the account: shown once, kept nowhere. */
export class Kit {
  readonly account: AccountId;
  readonly code: Bytes;

  constructor(account: AccountId, code: Bytes) {
    this.account = account;
    this.code = code;
  }

  /** For the QR code, and for copying: account and code, with a check that finds typing errors. */
  text(): string {
    return `${PREFIX}${this.account}:${kitToText(this.code)}`;
  }

  /** 24 words of BIP-39. They carry the code; the account's id or address is given beside them. */
  words(language: KitLanguage): string[] {
    return kitToWords(this.code, language);
  }
}

/**
 * Reads a kit that was scanned, pasted or typed: the text of a kit, the code
 * alone, or 24 words in French or English.
 * @throws ClientError `wrong-kit`, whose cause names the word or character
 */
export async function readKit(kit: Kit | KitCode | string): Promise<KitCode> {
  if (typeof kit !== "string") return kit;
  const text = kit.trim();
  return await opening(() => Promise.resolve(text).then(parse), "wrong-kit");
}

function parse(text: string): KitCode {
  if (text.toLowerCase().startsWith(PREFIX)) {
    const rest = text.slice(PREFIX.length);
    if (rest.charAt(ACCOUNT) !== ":") {
      throw new ClientError("wrong-kit", "this is not a whole kit");
    }
    return {
      account: parseId<"account">(rest.slice(0, ACCOUNT), "kit"),
      code: kitFromText(rest.slice(ACCOUNT + 1)),
    };
  }
  // Words have no digits, and a code of 56 characters without one does not happen.
  const isWords = /\s/.test(text) && !/\d/.test(text);
  return { code: isWords ? kitFromWords(text) : kitFromText(text) };
}
