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
