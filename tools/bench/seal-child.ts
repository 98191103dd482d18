// Seals as many bytes as asked for, made as they are needed, and tells its parent the most memory
// the process ever had (VmHWM of /proc/self/status, in kB).

import { readFileSync } from "node:fs";
import process from "node:process";
import { sealContent } from "@ecrin/crypto";
import type { Bytes } from "@ecrin/protocol";

const size = Number(process.argv[2]);
const PIECE = 1 << 16;

function* made(): Generator<Bytes, void, undefined> {
  const piece = crypto.getRandomValues(new Uint8Array(PIECE));
  for (let left = size; left > 0; left -= PIECE) {
    piece[0] = (piece[0] ?? 0) + 1;
    yield piece.subarray(0, Math.min(left, PIECE));
  }
}

let sealed = 0;
const key = new Uint8Array(32).fill(1);
for await (const { bytes } of sealContent(key, key, made(), { size })) sealed += bytes.length;
if (sealed < size) throw new RangeError("less came out than went in");
const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
process.send?.(Number(kilobytes));
process.disconnect();
