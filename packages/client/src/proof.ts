import {
  canonicalJson,
  digestOf,
  fromUtf8,
  type Hash,
  type Json,
  sha256,
  toBase64url,
  utf8,
} from "@ecrin/protocol";

/** The key of one session: its private half never leaves WebCrypto. */
export interface SessionKey {
  readonly pair: CryptoKeyPair;
  /** Public half, base64url. */
  readonly x: string;
  /** RFC 7638 thumbprint, which the token is bound to. */
  readonly thumbprint: Hash;
}

/** What a proof is for. */
export interface ProofFor {
  readonly method: string;
  /** Scheme, host and path, without query. */
  readonly url: string;
  readonly token: string;
  readonly nonce: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A fresh Ed25519 key that cannot be read out. */
export async function newSessionKey(): Promise<SessionKey> {
  const pair = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  const x = toBase64url(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
  // RFC 7638 section 3 with the members of RFC 8037 section 2, in lexicographic order.
  const thumbprint = digestOf(utf8(canonicalJson({ crv: "Ed25519", kty: "OKP", x })));
  return { pair, x, thumbprint };
}

/** A DPoP proof (RFC 9449 section 4.2) for one request. */
export async function proofOf({ pair, x }: SessionKey, wanted: ProofFor): Promise<string> {
  const header = { typ: "dpop+jwt", alg: "Ed25519", jwk: { kty: "OKP", crv: "Ed25519", x } };
  const claims = {
    jti: toBase64url(crypto.getRandomValues(new Uint8Array(16))),
    htm: wanted.method,
    htu: wanted.url,
    iat: Math.floor(wanted.now / 1000),
    ath: toBase64url(sha256(utf8(wanted.token))),
    nonce: wanted.nonce,
  };
  const input = utf8(`${part(header)}.${part(claims)}`);
  const signature = await crypto.subtle.sign("Ed25519", pair.privateKey, input);
  return `${fromUtf8(input)}.${toBase64url(new Uint8Array(signature))}`;
}

function part(value: Json): string {
  return toBase64url(utf8(canonicalJson(value)));
}
