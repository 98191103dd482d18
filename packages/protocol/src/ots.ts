import { type Bytes, concat, fromUtf8, sameBytes, utf8 } from "./bytes.ts";
import { malformed } from "./errors.ts";
import { sha256 } from "./sha256.ts";

// OpenTimestamps' own serialisation, as its reference library writes it (spec/anchor.md).
const MAGIC = new Uint8Array([
  0x00, 0x4f, 0x70, 0x65, 0x6e, 0x54, 0x69, 0x6d, 0x65, 0x73, 0x74, 0x61, 0x6d, 0x70, 0x73, 0x00,
  0x00, 0x50, 0x72, 0x6f, 0x6f, 0x66, 0x00, 0xbf, 0x89, 0xe2, 0xe8, 0x84, 0xe8, 0x92, 0x94,
]);
const VERSION = 1;
const SHA256 = 0x08;
const APPEND = 0xf0;
const PREPEND = 0xf1;
const FORK = 0xff;
const ATTESTATION = 0x00;
const PENDING = new Uint8Array([0x83, 0xdf, 0xe3, 0x0d, 0x2e, 0xf9, 0x0c, 0x8e]);
const BITCOIN = new Uint8Array([0x05, 0x88, 0x96, 0x0d, 0x73, 0xd7, 0x19, 0x01]);

const MAX_PROOF = 65_536;
const MAX_ARGUMENT = 4096;
const MAX_MESSAGE = 4096;
const MAX_PAYLOAD = 8192;
const MAX_URI = 1000;
const MAX_DEPTH = 256;
const URI = /^[A-Za-z0-9._/:-]+$/;

/** One step from a message to the next. */
export type OtsStep =
  | { readonly op: "sha256" }
  | { readonly op: "append" | "prepend"; readonly bytes: Bytes };

/** Who vouches for a message, and how. */
export type OtsAttestation =
  /** The calendar at `uri` has promised to have it in a block. */
  | { readonly kind: "pending"; readonly uri: string }
  /** It is the Merkle root, in the header's own byte order, of the Bitcoin block at `height`. */
  | { readonly kind: "bitcoin"; readonly height: number }
  /** One that this reader does not know; it is kept and proves nothing here. */
  | { readonly kind: "unknown"; readonly tag: Bytes; readonly payload: Bytes };

/** What is known of a message: who attests it, and what follows from it. */
export interface OtsStamp {
  readonly attestations: readonly OtsAttestation[];
  readonly branches: readonly { readonly step: OtsStep; readonly stamp: OtsStamp }[];
}

/** A detached proof (`.ots`) over a SHA-256 digest. */
export interface OtsProof {
  readonly digest: Bytes;
  readonly stamp: OtsStamp;
}

/** An attestation with the message it vouches for. */
export interface OtsAttested {
  readonly message: Bytes;
  readonly attestation: OtsAttestation;
}

/** The bytes of a detached proof: one form for each proof. */
export function encodeOtsProof({ digest, stamp }: OtsProof): Bytes {
  if (digest.length !== 32) malformed("digest", "is not 32 bytes");
  return concat(MAGIC, new Uint8Array([VERSION, SHA256]), digest, encodeOtsStamp(stamp));
}

/**
 * Reads a detached proof, whole and in its one form.
 * @throws ProtocolError `malformed`
 */
export function parseOtsProof(bytes: Uint8Array): OtsProof {
  const reader = new OtsReader(bytes);
  if (!sameBytes(reader.take(MAGIC.length), MAGIC)) malformed("ots", "is no detached proof");
  if (reader.number() !== VERSION) malformed("ots", "is of another version");
  if (reader.byte() !== SHA256) malformed("ots", "is over another digest than SHA-256");
  const digest = reader.take(32);
  const proof = { digest, stamp: readStamp(reader, digest, 0) };
  reader.end();
  if (!sameBytes(encodeOtsProof(proof), bytes)) malformed("ots", "is not in its one form");
  return proof;
}

/**
 * Reads what a calendar answered for `message`. Its order may be another than ours.
 * @throws ProtocolError `malformed`
 */
export function parseOtsStamp(bytes: Uint8Array, message: Uint8Array): OtsStamp {
  const reader = new OtsReader(bytes);
  const stamp = readStamp(reader, message, 0);
  reader.end();
  return mergeOtsStamps(EMPTY, stamp);
}

/** Every attestation, each with the message that its steps lead to. */
export function otsAttested(message: Uint8Array, stamp: OtsStamp): OtsAttested[] {
  return [
    ...stamp.attestations.map((attestation) => ({ message: concat(message), attestation })),
    ...stamp.branches.flatMap((each) => otsAttested(follow(each.step, message), each.stamp)),
  ];
}

/** Both of what is known about one message. */
export function mergeOtsStamps(a: OtsStamp, b: OtsStamp): OtsStamp {
  const attestations = new Map(
    [...a.attestations, ...b.attestations].map((each) => [nameOf(encodeAttestation(each)), each]),
  );
  const branches = new Map<string, OtsStamp["branches"][number]>();
  for (const { step, stamp } of [...a.branches, ...b.branches]) {
    const name = nameOf(encodeStep(step));
    const merged = mergeOtsStamps(branches.get(name)?.stamp ?? EMPTY, stamp);
    branches.set(name, { step, stamp: merged });
  }
  return {
    attestations: [...attestations.values()].sort(attestationOrder),
    branches: [...branches.values()].sort((x, y) => stepOrder(x.step, y.step)),
  };
}

/**
 * The stamp with what a calendar knows by now of a message that was pending:
 * `answer` stands beside the pending attestations of `message`.
 */
export function upgradeOtsStamp(
  start: Uint8Array,
  stamp: OtsStamp,
  message: Uint8Array,
  answer: OtsStamp,
): OtsStamp {
  const isHere = sameBytes(start, message);
  const further: OtsStamp = {
    attestations: stamp.attestations,
    branches: stamp.branches.map(({ step, stamp: next }) => ({
      step,
      stamp: upgradeOtsStamp(follow(step, start), next, message, answer),
    })),
  };
  return isHere ? mergeOtsStamps(further, answer) : further;
}

const EMPTY: OtsStamp = { attestations: [], branches: [] };

/** A stamp alone, as calendars send it. */
export function encodeOtsStamp(stamp: OtsStamp): Bytes {
  const parts: Uint8Array[] = [
    ...[...stamp.attestations].sort(attestationOrder).map((each) => {
      return concat(new Uint8Array([ATTESTATION]), encodeAttestation(each));
    }),
    ...[...stamp.branches]
      .sort((x, y) => stepOrder(x.step, y.step))
      .map((each) => concat(encodeStep(each.step), encodeOtsStamp(each.stamp))),
  ];
  const last = parts.pop() ?? malformed("ots", "attests nothing");
  // Each but the last is announced.
  return concat(...parts.flatMap((part) => [new Uint8Array([FORK]), part]), last);
}

function readStamp(reader: OtsReader, message: Uint8Array, depth: number): OtsStamp {
  if (depth > MAX_DEPTH) malformed("ots", "is too deep");
  const attestations: OtsAttestation[] = [];
  const branches: OtsStamp["branches"][number][] = [];
  for (;;) {
    const tag = reader.byte();
    const isLast = tag !== FORK;
    const kind = isLast ? tag : reader.byte();
    if (kind === ATTESTATION) attestations.push(readAttestation(reader));
    else {
      const step = readStep(reader, kind);
      const next = follow(step, message);
      branches.push({ step, stamp: readStamp(reader, next, depth + 1) });
    }
    if (isLast) return { attestations, branches };
  }
}

function readStep(reader: OtsReader, tag: number): OtsStep {
  if (tag === SHA256) return { op: "sha256" };
  if (tag !== APPEND && tag !== PREPEND) malformed("ots", "has a step that is not known");
  const bytes = reader.bytes(1, MAX_ARGUMENT);
  return { op: tag === APPEND ? "append" : "prepend", bytes };
}

function encodeStep(step: OtsStep): Bytes {
  if (step.op === "sha256") return new Uint8Array([SHA256]);
  const tag = step.op === "append" ? APPEND : PREPEND;
  return concat(new Uint8Array([tag]), number(step.bytes.length), step.bytes);
}

function follow(step: OtsStep, message: Uint8Array): Bytes {
  if (step.op === "sha256") return sha256(message);
  const next = step.op === "append" ? concat(message, step.bytes) : concat(step.bytes, message);
  if (next.length > MAX_MESSAGE) malformed("ots", "leads to a message that is too long");
  return next;
}

function readAttestation(reader: OtsReader): OtsAttestation {
  const tag = reader.take(8);
  const payload = reader.bytes(0, MAX_PAYLOAD);
  const inner = new OtsReader(payload);
  if (sameBytes(tag, PENDING)) {
    const uri = fromUtf8(inner.bytes(1, MAX_URI), "ots");
    inner.end();
    if (!URI.test(uri)) malformed("ots", "names a calendar in a form that is refused");
    return { kind: "pending", uri };
  }
  if (sameBytes(tag, BITCOIN)) {
    const height = inner.number();
    inner.end();
    return { kind: "bitcoin", height };
  }
  return { kind: "unknown", tag, payload };
}

function encodeAttestation(attestation: OtsAttestation): Bytes {
  const { tag, payload } = attestationParts(attestation);
  return concat(tag, number(payload.length), payload);
}

function attestationParts(attestation: OtsAttestation): { tag: Uint8Array; payload: Bytes } {
  if (attestation.kind === "unknown") {
    return { tag: attestation.tag, payload: concat(attestation.payload) };
  }
  if (attestation.kind === "bitcoin") return { tag: BITCOIN, payload: number(attestation.height) };
  const uri = utf8(attestation.uri);
  return { tag: PENDING, payload: concat(number(uri.length), uri) };
}

/** By tag; then calendars by address, blocks by height, unknown ones by what they hold. */
function attestationOrder(a: OtsAttestation, b: OtsAttestation): number {
  const [x, y] = [attestationParts(a), attestationParts(b)];
  const byTag = byteOrder(x.tag, y.tag);
  if (byTag !== 0) return byTag;
  if (a.kind === "bitcoin" && b.kind === "bitcoin") return a.height - b.height;
  if (a.kind === "pending" && b.kind === "pending") return byteOrder(utf8(a.uri), utf8(b.uri));
  return byteOrder(x.payload, y.payload);
}

function stepOrder(a: OtsStep, b: OtsStep): number {
  const [x, y] = [encodeStep(a), encodeStep(b)];
  const byTag = (x[0] ?? 0) - (y[0] ?? 0);
  if (byTag !== 0 || a.op === "sha256" || b.op === "sha256") return byTag;
  return byteOrder(a.bytes, b.bytes);
}

function byteOrder(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** A key for a map: each byte one character. */
function nameOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** LEB128 without a sign. */
function number(value: number): Bytes {
  if (!Number.isSafeInteger(value) || value < 0) malformed("ots", "has a number that is none");
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest === 0 ? low : low | 128);
  } while (rest > 0);
  return new Uint8Array(bytes);
}

/** Reads from the front and refuses to read beyond the end. */
class OtsReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    if (bytes.length > MAX_PROOF) malformed("ots", "is too long");
    this.#bytes = bytes;
  }

  byte(): number {
    return this.take(1)[0] ?? 0;
  }

  take(length: number): Bytes {
    if (this.#at + length > this.#bytes.length) malformed("ots", "ends too early");
    this.#at += length;
    return new Uint8Array(this.#bytes.slice(this.#at - length, this.#at));
  }

  number(): number {
    let value = 0;
    for (let weight = 1; ; weight *= 128) {
      const byte = this.byte();
      value += (byte & 127) * weight;
      if (value > Number.MAX_SAFE_INTEGER) malformed("ots", "has a number that is too large");
      if (byte < 128) {
        if (byte === 0 && weight > 1) malformed("ots", "has a number that is too long");
        return value;
      }
    }
  }

  bytes(least: number, most: number): Bytes {
    const length = this.number();
    if (length < least || length > most) malformed("ots", "has a part of a length refused");
    return this.take(length);
  }

  end(): void {
    if (this.#at !== this.#bytes.length) malformed("ots", "goes on after its end");
  }
}
