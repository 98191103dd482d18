// The reader in Python, examples/reader, where this machine can run it.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Its folder. */
export const READER = fileURLToPath(new URL("../../examples/reader/", import.meta.url));

const NEEDED = [
  "from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey",
  "MLKEM768PrivateKey.generate()",
];

/** Why it cannot be run here, or false. */
export function withoutPython(): string | false {
  return spawnSync("python3", ["-c", NEEDED.join("\n")]).status === 0
    ? false
    : "python3 with its library cryptography, new enough for ML-KEM, is not installed";
}
