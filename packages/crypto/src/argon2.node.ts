import { argon2 } from "node:crypto";
import { promisify } from "node:util";
import type { Argon2Parameters, Bytes } from "@ecrin/protocol";

const derive = promisify(argon2);

/** Argon2id (RFC 9106) by OpenSSL, off the calling thread: 32 bytes. */
export async function argon2id(
  message: Bytes,
  nonce: Bytes,
  { memoryKiB, iterations, parallelism }: Argon2Parameters,
): Promise<Bytes> {
  const parameters = { message, nonce, parallelism, memory: memoryKiB, passes: iterations };
  return new Uint8Array(await derive("argon2id", { ...parameters, tagLength: 32 }));
}
