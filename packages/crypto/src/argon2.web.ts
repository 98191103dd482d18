import type { Argon2Parameters, Bytes } from "@ecrin/protocol";

/**
 * Argon2id (RFC 9106) in WebAssembly, for browsers: 32 bytes. It holds the
 * thread for about 0.3 s, so it belongs into a worker. Node has its twin beside
 * this file.
 */
export async function argon2id(
  password: Bytes,
  salt: Bytes,
  { memoryKiB, iterations, parallelism }: Argon2Parameters,
): Promise<Bytes> {
  const { argon2id: derive } = await import("hash-wasm");
  const key = await derive({
    password,
    salt,
    iterations,
    parallelism,
    memorySize: memoryKiB,
    hashLength: 32,
    outputType: "binary",
  });
  return new Uint8Array(key);
}
