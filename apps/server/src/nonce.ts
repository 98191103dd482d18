import { timingSafeEqual } from "node:crypto";
import { utf8 } from "@ecrin/protocol";
import { randomCut } from "./random.ts";
import type { Mac } from "./tag.ts";

/** How long a nonce is good for (spec/read.md). */
export const NONCE_MS = 10 * 60_000;

const PURPOSE = utf8("ecrin-1 nonce");
const STAMP = 6;
const RANDOM = 10;
const TAG = 16;

/** A fresh nonce: time, randomness and a MAC over both, so that no process has to remember it. */
export function makeNonce(mac: Mac, now: number): string {
  const body = Buffer.concat([stamp(now), randomCut(RANDOM)]);
  return Buffer.concat([body, tagOf(mac, body)]).toString("base64url");
}

/** Whether this server, or another with the same keys, gave the nonce in the last ten minutes. */
export function isNonceGood(mac: Mac, nonce: string, now: number): boolean {
  const bytes = Buffer.from(nonce, "base64url");
  if (bytes.length !== STAMP + RANDOM + TAG || bytes.toString("base64url") !== nonce) return false;
  const body = bytes.subarray(0, STAMP + RANDOM);
  if (!timingSafeEqual(tagOf(mac, body), bytes.subarray(STAMP + RANDOM))) return false;
  const made = body.readUIntBE(0, STAMP);
  return made <= now && now - made <= NONCE_MS;
}

function tagOf(mac: Mac, body: Uint8Array): Buffer {
  return mac(Buffer.concat([PURPOSE, body])).subarray(0, TAG);
}

function stamp(now: number): Buffer {
  const bytes = Buffer.alloc(STAMP);
  bytes.writeUIntBE(now, 0, STAMP);
  return bytes;
}
