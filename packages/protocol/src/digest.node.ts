import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Digest } from "./digest.web.ts";
import { hashOf } from "./ids.ts";

/** SHA-256 and CRC-32 over what passes, both by Node's own engine. */
export function startDigest(): Digest {
  const hash = createHash("sha256");
  let crc = 0;
  return {
    update(bytes) {
      hash.update(bytes);
      crc = crc32(bytes, crc);
    },
    end: () => ({ sha256: hashOf(hash.digest()), crc }),
  };
}
