import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { type Hash, hashOf } from "./ids.ts";

/** SHA-256 and CRC-32 (ISO 3309) over what passes. */
export interface Digest {
  update(bytes: Uint8Array): void;
  end(): { readonly sha256: Hash; readonly crc: number };
}

/** Starts both at once. */
export function startDigest(): Digest {
  const hash = nobleSha256.create();
  let crc = 0xffffffff;
  return {
    update(bytes) {
      hash.update(bytes);
      crc = crcOver(crc, bytes);
    },
    end: () => ({ sha256: hashOf(hash.digest()), crc: (crc ^ 0xffffffff) >>> 0 }),
  };
}

// Four tables: four bytes at a time.
const TABLES = crcTables();

function crcTables(): readonly [Uint32Array, Uint32Array, Uint32Array, Uint32Array] {
  const tables = [0, 1, 2, 3].map(() => new Uint32Array(256)) as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  for (let i = 0; i < 256; i++) {
    let value = i;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    tables[0][i] = value >>> 0;
  }
  for (let i = 0; i < 256; i++) {
    for (let t = 1; t < 4; t++) {
      const before = tables[t - 1]?.[i] ?? 0;
      const table = tables[t];
      if (table !== undefined) table[i] = (before >>> 8) ^ (tables[0][before & 255] ?? 0);
    }
  }
  return tables;
}

function crcOver(start: number, bytes: Uint8Array): number {
  const [a, b, c, d] = TABLES;
  let crc = start;
  let at = 0;
  for (; at + 4 <= bytes.length; at += 4) {
    crc ^=
      (bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24);
    crc =
      (d[crc & 255] ?? 0) ^
      (c[(crc >>> 8) & 255] ?? 0) ^
      (b[(crc >>> 16) & 255] ?? 0) ^
      (a[crc >>> 24] ?? 0);
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ (a[(crc ^ (bytes[at] ?? 0)) & 255] ?? 0);
  return crc;
}
