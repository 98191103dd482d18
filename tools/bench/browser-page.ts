// Runs inside Chromium: seals as the page does, and the same segments by bare WebCrypto; and derives
// the key of a local store, and nothing else.

import { ARGON2, STORE_SALT, sealContent, storeKey } from "@ecrin/crypto";
import { inTurn, type Times, time } from "./measure.ts";

const MIB = 1 << 20;
const SOME = 65_536;
/** Segments under way at once, as when sealing. */
const IN_FLIGHT = 5;
const KEY = new Uint8Array(32).fill(7);

declare global {
  var measureSealing: ((bytes: number, rounds: number) => Promise<Times>) | undefined;
  var measureDerivation: (() => Promise<number>) | undefined;
}

async function seal(plain: Uint8Array<ArrayBuffer>): Promise<void> {
  let length = 0;
  for await (const { bytes } of sealContent(KEY, KEY, [plain], { size: plain.length }))
    length += bytes.length;
  if (length < plain.length) throw new RangeError("less came out than went in");
}

/** AES-256-GCM and SHA-256 of each segment by WebCrypto, several segments at once. */
async function bare(plain: Uint8Array<ArrayBuffer>): Promise<void> {
  const key = await crypto.subtle.importKey("raw", KEY, "AES-GCM", false, ["encrypt"]);
  const iv = new Uint8Array(12);
  const one = async (at: number) => {
    const sealed = await crypto.subtle.encrypt(
      { name: "AES-GCM", iv },
      key,
      plain.subarray(at, at + MIB),
    );
    await crypto.subtle.digest("SHA-256", sealed);
  };
  const waiting: Promise<void>[] = [];
  for (let at = 0; at < plain.length; at += MIB) {
    waiting.push(one(at));
    if (waiting.length >= IN_FLIGHT) await waiting.shift();
  }
  await Promise.all(waiting);
}

globalThis.measureSealing = async (bytes, rounds) => {
  const plain = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += SOME) crypto.getRandomValues(plain.subarray(at, at + SOME));
  return await inTurn(
    rounds,
    () => seal(plain),
    () => bare(plain),
  );
};

/** Milliseconds of the derivation that opens a local store, its module loaded before. */
globalThis.measureDerivation = async () => {
  await import("hash-wasm");
  return await time(() => storeKey("quatre mots ordinaires", new Uint8Array(STORE_SALT), ARGON2));
};
