import { randomFillSync } from "node:crypto";

const POOL = 8192;
const pool = Buffer.allocUnsafe(POOL);
let used = POOL;

/**
 * `length` random bytes of their own, at most 64. Asking the system for each few bytes takes a
 * call of some 20 µs; salts and nonces are cut from one longer answer, which is wiped as it is used.
 */
export function randomCut(length: number): Buffer {
  if (length > 64) throw new RangeError("a cut is at most 64 bytes");
  if (used + length > POOL) {
    randomFillSync(pool);
    used = 0;
  }
  const cut = Buffer.from(pool.subarray(used, used + length));
  pool.fill(0, used, used + length);
  used += length;
  return cut;
}
