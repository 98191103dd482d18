import { type Bytes, sameBytes } from "./bytes.ts";
import { malformed, refuse } from "./errors.ts";
import { sha256 } from "./sha256.ts";

/** A block header of Bitcoin, 80 bytes, as far as an anchor needs it. */
export interface BlockHeader {
  /** SHA-256 twice over the header; shown backwards, as everybody writes it. */
  readonly hash: string;
  /** In the header's own byte order. */
  readonly merkleRoot: Bytes;
  /** Milliseconds since 1970-01-01 UTC, as its miner says: true within some two hours. */
  readonly at: number;
  /** How often, on average, must one hash to find such a header. */
  readonly work: bigint;
}

/**
 * Work below which a header of the public chain is refused: a tenth of what a block took in 2024.
 * One header does not show that its block is in the chain; this makes a false one cost
 * as much as hours of a large miner.
 */
export const LEAST_WORK = 2n ** 75n;

/**
 * Reads a header and checks the work in it.
 * @throws ProtocolError `malformed`, or `statement-refused` for too little work
 */
export function openBlockHeader(bytes: Uint8Array, leastWork: bigint = LEAST_WORK): BlockHeader {
  if (bytes.length !== 80) malformed("header", "is not 80 bytes");
  const view = new DataView(bytes.buffer, bytes.byteOffset, 80);
  const target = targetOf(view.getUint32(72, true));
  const digest = sha256(sha256(bytes)).reverse();
  const hash = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (BigInt(`0x${hash}`) > target) refuse("has not the work it claims", "header");
  const work = 2n ** 256n / (target + 1n);
  if (work < leastWork) refuse("has too little work for a block of the public chain", "header");
  const merkleRoot = new Uint8Array(bytes.slice(36, 68));
  return { hash, merkleRoot, at: view.getUint32(68, true) * 1000, work };
}

/** The number that a header's hash may not exceed, from its compact form. */
function targetOf(bits: number): bigint {
  const exponent = bits >>> 24;
  const mantissa = bits & 0x007fffff;
  if (mantissa === 0 || (bits & 0x00800000) !== 0 || exponent < 3 || exponent > 32) {
    malformed("header", "has a target that is none");
  }
  return BigInt(mantissa) << BigInt(8 * (exponent - 3));
}

/** Whether a message that an OpenTimestamps proof leads to is the Merkle root of the block. */
export function isRootOf(message: Uint8Array, header: BlockHeader): boolean {
  return sameBytes(message, header.merkleRoot);
}
