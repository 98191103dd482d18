import { timingSafeEqual } from "node:crypto";
import { utf8 } from "@ecrin/protocol";
import { randomCut } from "./random.ts";
import { Recent } from "./recent.ts";
import type { Mac } from "./tag.ts";

/** How long a nonce is good for (spec/read.md). */
export const NONCE_MS = 10 * 60_000;

/** By how much the clock of another process that made one may be ahead, or this one's was set back. */
const AHEAD_MS = 5000;

const PURPOSE = utf8("ecrin-1 nonce");
const STAMP = 6;
const RANDOM = 10;
const TAG = 16;

/** Nonces of this server: time, randomness and a MAC over both, so that any process knows them. */
export interface Nonces {
  /** A nonce for an answer; those of the same tenth of a second share one. */
  make(now: number): string;
  /** Whether this server, or another with the same keys, gave the nonce in the last ten minutes. */
  isGood(nonce: string, now: number): boolean;
}

const SHARED_MS = 100;
const MOST_KEPT = 1000;

export function createNonces(mac: Mac): Nonces {
  let shared = { nonce: "", at: Number.NEGATIVE_INFINITY };
  // When each was made, for those whose MAC has been checked: busy clients come with the same.
  const known = new Recent<string, number>(MOST_KEPT);

  function madeAt(nonce: string): number | undefined {
    const remembered = known.get(nonce);
    if (remembered !== undefined) return remembered;
    const bytes = Buffer.from(nonce, "base64url");
    if (bytes.length !== STAMP + RANDOM + TAG || bytes.toString("base64url") !== nonce) {
      return undefined;
    }
    const body = bytes.subarray(0, STAMP + RANDOM);
    if (!timingSafeEqual(tagOf(mac, body), bytes.subarray(STAMP + RANDOM))) return undefined;
    const made = body.readUIntBE(0, STAMP);
    known.set(nonce, made);
    return made;
  }

  return {
    make(now) {
      if (now < shared.at || now >= shared.at + SHARED_MS) {
        const body = Buffer.concat([stamp(now), randomCut(RANDOM)]);
        const nonce = Buffer.concat([body, tagOf(mac, body)]).toString("base64url");
        shared = { nonce, at: now };
      }
      return shared.nonce;
    },
    isGood(nonce, now) {
      const made = madeAt(nonce);
      return made !== undefined && made - now <= AHEAD_MS && now - made <= NONCE_MS;
    },
  };
}

function tagOf(mac: Mac, body: Uint8Array): Buffer {
  return mac(Buffer.concat([PURPOSE, body])).subarray(0, TAG);
}

function stamp(now: number): Buffer {
  const bytes = Buffer.alloc(STAMP);
  bytes.writeUIntBE(now, 0, STAMP);
  return bytes;
}
