/** In the place of Argon2id: 32 bytes that depend on the message, the salt and the parameters. */
export async function argon2id(
  message: Uint8Array<ArrayBuffer>,
  salt: Uint8Array<ArrayBuffer>,
  parameters: Readonly<Record<"memoryKiB" | "iterations" | "parallelism", number>>,
): Promise<Uint8Array> {
  const { memoryKiB, iterations, parallelism } = parameters;
  const said = JSON.stringify([[...message], [...salt], memoryKiB, iterations, parallelism]);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(said)));
}
