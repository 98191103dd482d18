// The encodings of spec/encoding.md once more, straight from the page, on Node's own cryptography.
// Shares no code with src, so that vectors and tests do not agree with it by construction.

import { createHash, createPrivateKey, createPublicKey, sign as edSign } from "node:crypto";

/** What a reference payload may hold. */
export type Value = string | number | boolean | readonly Value[] | Fields;
export interface Fields {
  readonly [name: string]: Value | undefined;
}

export const SUITE = "ecrin-1";

export function b64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}

export function unb64(text: string): Buffer {
  return Buffer.from(text, "base64url");
}

export function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Bytes that look random and are the same at every run. */
export function pattern(label: string, length: number): Buffer {
  const blocks: Buffer[] = [];
  for (let i = 0; i * 32 < length; i++)
    blocks.push(sha256(Buffer.from(`ecrin vectors ${label} ${i}`)));
  return Buffer.concat(blocks).subarray(0, length);
}

export function idOf(label: string): string {
  return b64(pattern(`id ${label}`, 16));
}

export function hashNamed(label: string): string {
  return b64(pattern(`hash ${label}`, 32));
}

/** RFC 8785 for what statements may hold. */
export function canonical(value: Value): string {
  if (typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const members = Object.entries(value as Fields)
    .filter((entry): entry is [string, Value] => entry[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`);
  return `{${members.join(",")}}`;
}

function lengthFirst(part: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(part.length);
  return Buffer.concat([length, part]);
}

export function context(
  purpose: string,
  ...parts: readonly (string | number | Uint8Array)[]
): Buffer {
  const fields = [SUITE, purpose, ...parts].map((part) =>
    part instanceof Uint8Array ? part : Buffer.from(String(part)),
  );
  const count = Buffer.alloc(4);
  count.writeUInt32BE(fields.length);
  return sha256(count, ...fields.map(lengthFirst));
}

/** RFC 6962 section 2.1, word for word. */
export function merkleTreeHash(leaves: readonly Uint8Array[]): Buffer {
  const [first] = leaves;
  if (first === undefined) return sha256();
  if (leaves.length === 1) return sha256(Buffer.from([0]), first);
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  const left = merkleTreeHash(leaves.slice(0, k));
  return sha256(Buffer.from([1]), left, merkleTreeHash(leaves.slice(k)));
}

function halfOf(size: number): number {
  let k = 1;
  while (k * 2 < size) k *= 2;
  return k;
}

/** PATH(m, D) of RFC 6962 section 2.1.1. */
export function inclusionPath(m: number, leaves: readonly Uint8Array[]): Buffer[] {
  if (leaves.length <= 1) return [];
  const k = halfOf(leaves.length);
  return m < k
    ? [...inclusionPath(m, leaves.slice(0, k)), merkleTreeHash(leaves.slice(k))]
    : [...inclusionPath(m - k, leaves.slice(k)), merkleTreeHash(leaves.slice(0, k))];
}

/** PROOF(m, D) of RFC 6962 section 2.1.2. */
export function consistencyProof(m: number, leaves: readonly Uint8Array[]): Buffer[] {
  const sub = (from: number, part: readonly Uint8Array[], whole: boolean): Buffer[] => {
    if (from === part.length) return whole ? [] : [merkleTreeHash(part)];
    const k = halfOf(part.length);
    return from <= k
      ? [...sub(from, part.slice(0, k), whole), merkleTreeHash(part.slice(k))]
      : [...sub(from - k, part.slice(k), false), merkleTreeHash(part.slice(0, k))];
  };
  return m === 0 ? [] : sub(m, leaves, true);
}

/** An Ed25519 key of RFC 8032, from 32 bytes. */
export interface KeyPair {
  readonly key: string;
  sign(bytes: Uint8Array): Buffer;
}

const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");

export function keyPair(seed: Uint8Array): KeyPair {
  const secret = createPrivateKey({
    key: Buffer.concat([PKCS8, seed]),
    format: "der",
    type: "pkcs8",
  });
  const { x } = createPublicKey(secret).export({ format: "jwk" });
  return { key: String(x), sign: (bytes) => edSign(null, bytes, secret) };
}

/** A compact JWS over exactly these two texts. */
export function jws(header: string, payload: string, key: KeyPair): string {
  const input = `${b64(Buffer.from(header))}.${b64(Buffer.from(payload))}`;
  return `${input}.${b64(key.sign(Buffer.from(input)))}`;
}

export function headerOf(kind: string): string {
  return `{"alg":"Ed25519","typ":"${SUITE}.${kind}"}`;
}

export function statement(kind: string, payload: Fields, key: KeyPair): string {
  return jws(headerOf(kind), canonical({ suite: SUITE, ...payload }), key);
}

/** SHA-256(ASCII(header "." payload)). */
export function statementHash(text: string): string {
  return b64(sha256(Buffer.from(text.slice(0, text.lastIndexOf(".")))));
}

/** The payload of a statement, as it was signed. */
export function payloadOf(text: string): Fields {
  const parsed: Fields = JSON.parse(unb64(text.split(".")[1] ?? "").toString());
  return parsed;
}
