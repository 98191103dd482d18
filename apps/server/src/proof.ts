import { hash } from "node:crypto";
import {
  fromBase64url,
  fromUtf8,
  type Hash,
  hashOf,
  parseSigningKey,
  type SigningKey,
  utf8,
  verifyBytes,
} from "@ecrin/protocol";
import * as z from "zod/mini";
import { Recent } from "./recent.ts";

/** How old a proof may be, and how far ahead of the server's clock (spec/http.md, Sessions). */
export const PROOF_MS = 5 * 60_000;

const MOST = 2048;
const headerField = z.strictObject({
  typ: z.literal("dpop+jwt"),
  alg: z.literal("Ed25519"),
  jwk: z.strictObject({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: z.string() }),
});
const payloadField = z.object({
  jti: z.string().check(z.minLength(8), z.maxLength(128)),
  htm: z.string(),
  htu: z.string(),
  // Whole seconds: a fraction would reach the database, and fail there for whoever asked at the same time.
  iat: z.int(),
  ath: z.string(),
  nonce: z.string(),
});

/** What a proof must be for. */
export interface ProofFor {
  readonly method: string;
  /** Scheme, host and path, without query. */
  readonly url: string;
  /** SHA-256 of the token, base64url: what the proof must name as `ath`. */
  readonly token: string;
  /** Thumbprint the token is bound to. */
  readonly key: Hash;
  readonly now: number;
  readonly isNonceGood: (nonce: string) => boolean;
}

/** A proof that holds; it is good once. */
export interface Proof {
  /** SHA-256 of key and `jti`: what must not come again. */
  readonly name: Buffer;
  /** From then on it is refused for its age. */
  readonly expires: number;
}

/**
 * Checks a DPoP proof (RFC 9449 section 4.3) but for its being the first of its name.
 * Gives `clock` for one that holds but for its time: its nonce shows that it was made just now. Gives
 * undefined for anything else that does not hold, without saying what.
 */
export type ProofCheck = (proof: string, wanted: ProofFor) => Promise<Proof | "clock" | undefined>;

interface ProofKey {
  readonly key: SigningKey;
  readonly thumbprint: Hash;
}

const MOST_KEPT = 10_000;

export function createProofCheck(): ProofCheck {
  // The header of a session's proofs is the same each time.
  const headers = new Recent<string, ProofKey>(MOST_KEPT);

  function readHeader(text: string): ProofKey {
    const known = headers.get(text);
    if (known !== undefined) return known;
    const { x } = headerField.parse(json(text)).jwk;
    const read = { key: parseSigningKey(x, "jwk"), thumbprint: thumbprint(x) };
    headers.set(text, read);
    return read;
  }

  return async (proof, wanted) => {
    if (proof.length > MOST) return undefined;
    const [head, body, signature, more] = proof.split(".");
    if (head === undefined || body === undefined || signature === undefined || more !== undefined) {
      return undefined;
    }
    try {
      const by = readHeader(head);
      const claims = payloadField.parse(json(body));
      const issued = claims.iat * 1000;
      const holds =
        by.thumbprint === wanted.key &&
        claims.htm === wanted.method &&
        claims.htu === wanted.url &&
        claims.ath === wanted.token &&
        wanted.isNonceGood(claims.nonce) &&
        (await verifyBytes(by.key, fromBase64url(signature, "proof"), utf8(`${head}.${body}`)));
      if (!holds) return undefined;
      if (Math.abs(wanted.now - issued) > PROOF_MS) return "clock";
      return { name: digest(`${wanted.key} ${claims.jti}`), expires: issued + PROOF_MS };
    } catch {
      return undefined;
    }
  };
}

/** RFC 7638, with the members of RFC 8037 section 2 for an Ed25519 key. */
export function thumbprint(x: string): Hash {
  return hashOf(digest(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`));
}

function json(part: string): unknown {
  return JSON.parse(fromUtf8(fromBase64url(part, "proof"), "proof"));
}

/** SHA-256 of a text, 32 bytes. */
export function digest(text: string): Buffer {
  return hash("sha256", text, "buffer");
}
