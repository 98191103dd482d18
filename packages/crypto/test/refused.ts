import assert from "node:assert/strict";
import { CryptoError, type CryptoErrorCode } from "@ecrin/crypto";

/** Asserts that this does not open, in the one way nothing opens: same code, same words, no cause. */
export async function cannotOpen(work: () => unknown, name?: string): Promise<void> {
  await assert.rejects(
    async () => await work(),
    (error) =>
      error instanceof CryptoError &&
      error.code === "cannot-open" &&
      error.message === "this cannot be opened" &&
      error.cause === undefined,
    name,
  );
}

/**
 * Asserts that this is refused in less time than Argon2id takes: the fastest of
 * five, because the machine may be busy.
 */
export async function refusedAtOnce(code: CryptoErrorCode, work: () => unknown): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    await refusedAs(code, work);
    times.push(performance.now() - start);
  }
  assert.ok(Math.min(...times) < 50, `${Math.min(...times)} ms`);
}

/** Asserts that this is refused with a code. */
export async function refusedAs(code: CryptoErrorCode, work: () => unknown): Promise<CryptoError> {
  let caught: unknown;
  try {
    await work();
  } catch (error) {
    caught = error;
  }
  assert.ok(caught instanceof CryptoError, "nothing of ours was thrown");
  assert.equal(caught.code, code);
  return caught;
}
