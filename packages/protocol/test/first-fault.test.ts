// A list that is refused is looked at as far as its first fault, and refused as zod would.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { countField, hashField, parseAs } from "../src/fields.ts";
import { upToFault } from "../src/first-fault.ts";
import { ProtocolError, parseExported, routes } from "../src/index.ts";

const MANY = 20_000;

/** How often an element was looked at. */
function counted() {
  const seen = { count: 0 };
  const element = z.strictObject({
    n: countField.check(
      z.refine((n) => {
        seen.count += 1;
        return n === 0;
      }),
    ),
  });
  return { seen, element };
}

function refusedField(schema: z.ZodMiniType, value: unknown): string | undefined {
  try {
    parseAs(schema, value, "body");
  } catch (error) {
    if (error instanceof ProtocolError) return error.field;
    throw error;
  }
  return assert.fail("accepted");
}

test("of a list that is not in its form nothing behind its first fault is looked at", () => {
  for (const [wrap, at] of [
    [(list: z.ZodMiniType) => list, ""],
    [(list: z.ZodMiniType) => z.strictObject({ list: z.optional(list) }), "list."],
    [(list: z.ZodMiniType) => z.record(z.string(), list), "list."],
    [(list: z.ZodMiniType) => z.array(z.strictObject({ list })), "0.list."],
  ] as const) {
    const { seen, element } = counted();
    const list = [{ n: 0 }, ...Array.from({ length: MANY }, () => ({ n: 1 }))];
    const value = at === "" ? list : at === "list." ? { list } : [{ list }];
    assert.equal(refusedField(wrap(z.array(element)), value), `body.${at}1.n`);
    // A few looks at each of the first two; a look at each of the others would be twenty thousand.
    assert.ok(seen.count < 50, `${at}: ${seen.count}`);
  }
});

test("the field that is named is the one that zod names", () => {
  const at = (schema: z.ZodMiniType, value: unknown) => {
    const { error } = z.safeParse(schema, value);
    return ["body", ...(error?.issues[0]?.path ?? [])].join(".");
  };
  const list = z.array(z.strictObject({ hash: hashField, n: z.optional(countField) }));
  const capped = z.array(z.array(countField)).check(z.minLength(2), z.maxLength(3));
  const mixed = z.strictObject({ a: countField, list, capped: z.optional(capped) });
  const hash = "A".repeat(43);
  for (const [schema, value] of [
    [list, [{ hash }, { hash, n: -1 }, { hash: 1 }]],
    [list, [{ hash, more: 1 }, {}]],
    [list, { hash }],
    [capped, [[1], [2, "x", "y"], []]],
    [capped, [["x"]]],
    [capped, [[1]]],
    [capped, [["x"], [], [], []]],
    [mixed, { list: [{ hash: "" }, {}], a: "no" }],
    [mixed, { list: [{ hash: "" }, {}], a: 1 }],
    [mixed, { list: [{ hash }], a: 1, capped: [[], ["x"]], more: ["x"] }],
    [mixed, { list: [{ hash }], a: 1, more: [1, 2] }],
    [z.union([list, capped]), [[1], ["x"]]],
    [mixed, null],
  ] as const)
    assert.equal(refusedField(schema, value), at(schema, value), JSON.stringify(value));
});

test("what is in its form is not cut, whatever kind of schema says so", () => {
  const turned = z.array(z.pipe(z.string(), z.transform(Number)));
  assert.deepEqual(parseAs(turned, ["1", "2"], "body"), [1, 2]);
  const given = ["1", "2"];
  assert.equal(upToFault(turned, given), given);
  const body = { statements: [], more: [1] };
  assert.equal(upToFault(z.strictObject({ statements: z.array(hashField) }), body), body);
});

test("bodies, answers and files of an export are refused for their first element", () => {
  const many = Array.from({ length: MANY }, () => ({}));
  // Of a body each list has an end, and one beyond it is refused for that.
  const body = { statement: `a.b.${"A".repeat(86)}`, slots: many };
  assert.equal(upToFault(routes.accountPost.body, body), body);
  assert.equal(refusedField(routes.accountPost.body, body), "body.slots");
  const slots = many.slice(0, 4);
  assert.deepEqual(upToFault(routes.accountPost.body, { ...body, slots }), {
    ...body,
    slots: [{}],
  });
  const answer = { statements: many };
  assert.deepEqual(upToFault(routes.chain.answer, answer), { statements: [{}] });
  const epochs = JSON.stringify({ epochs: Array.from({ length: MANY }, () => ({})) });
  assert.throws(() => parseExported("epochs", epochs), /epochs\.epochs\.0\.epoch/);
});
