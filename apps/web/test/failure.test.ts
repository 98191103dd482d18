import assert from "node:assert/strict";
import { test } from "node:test";
import { ClientError } from "@ecrin/client";
import { VaultError } from "../src/vault-error.ts";
import { failureOf } from "../src/worker/failure.ts";
import { startDrawing } from "./drawn.ts";
import type { Language } from "./words.ts";

test("whoever is told to wait is told for how long", async (t) => {
  const drawing = await startDrawing();
  t.after(() => drawing.stop());
  const said = async (language: Language, retryAfter?: number) => {
    const problem = { status: 429, ...(retryAfter === undefined ? {} : { retryAfter }) };
    const failure = failureOf(new ClientError("rate-limited", "of a test", { problem }));
    const error = new VaultError(failure);
    return await drawing.draw("parts/failure.tsx", "Failure", language, { error });
  };
  assert.match(await said("en"), /Wait 1 minute, then/);
  assert.match(await said("en", 61), /Wait 2 minutes, then/);
  assert.match(await said("en", 86_400), /Wait 24 hours, then/);
  assert.match(await said("fr", 86_400), /Attendez 24\sheures, puis/);
});
