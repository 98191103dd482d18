/** Least padded size of contents, in bytes. */
export const CONTENT_FLOOR = 4096;
/** Least padded size of metadata: one class holds nearly every name. */
export const METADATA_FLOOR = 512;
const POWERS_UP_TO = 65_536;

/**
 * The size that `n` bytes (length prefix included) are padded to: the floor at
 * least, powers of two up to 64 KiB, then Padmé (Nikitin et al., "Reducing
 * Metadata Leakage from Encrypted Files and Communication with PURBs", 2019).
 */
export function paddedSize(n: number, floor: number = CONTENT_FLOOR): number {
  if (n <= floor) return floor;
  const exponent = floorLog2(n);
  if (n <= POWERS_UP_TO) return 2 ** exponent === n ? n : 2 ** (exponent + 1);
  const unit = 2 ** (exponent - (floorLog2(exponent) + 1));
  return Math.ceil(n / unit) * unit;
}

/** Exact up to 2^53, unlike the floor of Math.log2. */
function floorLog2(n: number): number {
  let exponent = 0;
  while (2 ** (exponent + 1) <= n) exponent += 1;
  return exponent;
}
