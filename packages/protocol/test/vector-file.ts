// Reading vectors/protocol, for the tests.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ProtocolError } from "../src/index.ts";

export interface Refused {
  readonly name: string;
  readonly code: string;
  readonly field?: string;
}

interface VectorFile<Shared, Accepted, Wrong> {
  readonly spec: string;
  readonly shared: Shared;
  readonly accept: readonly (Accepted & { readonly name: string })[];
  readonly refuse: readonly (Wrong & Refused)[];
}

/** What runs each case of a file. `refuse` is expected to throw the error that the case names. */
export interface Reader<Shared, Accepted, Wrong> {
  accept(each: Accepted, shared: Shared): void | Promise<void>;
  refuse?(each: Wrong & Refused, shared: Shared): unknown;
}

/** One test for each case of a file, so that a failure says which. */
export function runVectors<Shared, Accepted, Wrong = never>(
  name: string,
  reader: Reader<Shared, Accepted, Wrong>,
): void {
  const path = new URL(`../../../vectors/protocol/${name}.json`, import.meta.url);
  const file: VectorFile<Shared, Accepted, Wrong> = JSON.parse(readFileSync(path, "utf8"));
  test(`${name}: ${file.spec}`, async (t) => {
    assert.ok(file.accept.length > 0);
    for (const each of file.accept)
      await t.test(`accepts ${each.name}`, async () => await reader.accept(each, file.shared));
    for (const each of file.refuse)
      await t.test(`refuses ${each.name}`, async () => {
        await assert.rejects(
          async () => await reader.refuse?.(each, file.shared),
          (error) => {
            assert.ok(error instanceof ProtocolError, String(error));
            assert.deepEqual([error.code, error.field], [each.code, each.field], error.message);
            return true;
          },
        );
      });
  });
}
