import { wrapTo } from "@ecrin/crypto";
import { context, fromBase64url, type SealingKey, toBase64url, utf8 } from "@ecrin/protocol";
import { ClientError } from "./errors.ts";

// spec/http.md, Sessions: length as u16, UTF-8, zeros, 256 bytes in all.
const SIZE = 256;

/**
 * An address on its way to the server, wrapped to its address key: every
 * address is as long as every other, and none is in plain text anywhere.
 * @throws ClientError `refused` for what is no address
 */
export async function wrapAddress(key: SealingKey, address: string): Promise<string> {
  const text = utf8(address.trim().normalize("NFKC").toLowerCase());
  if (!address.includes("@") || text.length < 3 || text.length > SIZE - 2) {
    throw new ClientError("refused", "this is not an e-mail address");
  }
  const padded = new Uint8Array(SIZE);
  padded.set([text.length >> 8, text.length & 255]);
  padded.set(text, 2);
  return toBase64url(await wrapTo(fromBase64url(key), context("address"), padded));
}
