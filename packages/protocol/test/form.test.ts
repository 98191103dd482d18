// `isInForm` says yes only where zod does, and says it of what nearly everything is.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import * as z from "zod/mini";
import type * as core from "zod/v4/core";
import { accountPayload } from "../src/account.ts";
import { bytesField, countField, hashField, headField, statementField } from "../src/fields.ts";
import { isInForm } from "../src/form.ts";
import { newId, routes } from "../src/index.ts";
import { metadataField } from "../src/metadata.ts";
import { revisionPayload, rewrapPayload } from "../src/revision.ts";
import { spacePayload } from "../src/space.ts";

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(base64url);
const id = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(base64url);
const time = fc.nat(4_000_000_000_000);
const head = fc.record({ hash, seq: fc.nat() });
const by = fc.record({ account: id, device: id, head });
const header = {
  suite: fc.constant("ecrin-1"),
  space: id,
  item: id,
  revision: id,
  by,
  at: time,
  spaceHead: head,
  epoch: fc.integer({ min: 1 }),
};
const sealed = {
  commit: fc.record({ secret: hash, content: hash }),
  metadata: hash,
  content: fc.record({ length: fc.integer({ min: 1 }), root: hash }),
  held: fc.constantFrom("server", "application"),
};
const parents = fc.array(id, { minLength: 1, maxLength: 16 });
const revision = fc.oneof(
  fc.record({ ...header, ...sealed, op: fc.constant("create"), parents: fc.constant([]) }),
  fc.record({ ...header, ...sealed, op: fc.constant("correct"), parents }),
  fc.record({ ...header, op: fc.constant("delete"), parents }),
);
const metadata = fc.record(
  {
    v: fc.constant(1),
    kind: fc.constantFrom("fhir", "raw"),
    title: fc.string({ unit: "grapheme", maxLength: 40 }),
    type: fc.string({ minLength: 1, maxLength: 20 }),
    mediaType: fc.string({ maxLength: 20 }),
    size: fc.nat(),
    date: fc.string({ maxLength: 10 }),
  },
  { requiredKeys: ["v", "kind", "title", "type", "mediaType", "size"] },
);

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}

/** What is put in the place of anything: near to it, or far from it. */
const others = fc.constantFrom<unknown>(
  undefined,
  null,
  -1,
  0.5,
  -0,
  2 ** 53,
  "",
  "A",
  "create",
  "😀".repeat(250),
  [],
  [undefined],
  new Array(1),
  {},
  { __proto__: null },
  new Date(0),
);

interface Place {
  readonly parent: Record<string, unknown>;
  readonly name: string;
}

function places(value: unknown): Place[] {
  if (typeof value !== "object" || value === null) return [];
  const parent = value as Record<string, unknown>;
  return Object.keys(parent).flatMap((name) => [{ parent, name }, ...places(parent[name])]);
}

interface Change {
  readonly at: number;
  readonly way: number;
  readonly other: unknown;
}

/** One member exchanged, left out, added or named otherwise. */
const change: fc.Arbitrary<Change> = fc.record({ at: fc.nat(), way: fc.nat(3), other: others });

function changed(value: unknown, { at, way, other }: Change): unknown {
  const whole: unknown = structuredClone(value);
  const all = places(whole);
  const place = all[at % Math.max(1, all.length)];
  if (place === undefined) return other;
  const { parent, name } = place;
  if (way === 0) parent[name] = other;
  else if (way === 1) delete parent[name];
  else if (Array.isArray(parent)) parent.push(other);
  else if (way === 2) Object.assign(parent, { another: other });
  else Object.defineProperty(parent, "__proto__", { value: other, enumerable: true });
  return whole;
}

/** Never yes where zod says no, or gives back something else. */
function holdsTo(schema: core.$ZodType & z.ZodMiniType, value: unknown): void {
  if (!isInForm(schema, value)) return;
  const read = z.safeParse(schema, value);
  assert.ok(read.success, `zod refuses ${JSON.stringify(value)}`);
  assert.deepEqual(read.data, value);
}

for (const [name, schema, values] of [
  ["a revision's header", revisionPayload, revision],
  ["metadata", metadataField, metadata],
  ["a head", headField, head],
] as const) {
  test(`${name} in its form is told at once; changed, only what zod accepts too`, () => {
    const parsed = values.map((value): unknown => JSON.parse(JSON.stringify(value)));
    fc.assert(fc.property(parsed, (value) => assert.ok(isInForm(schema, value))));
    fc.assert(
      fc.property(parsed, fc.array(change, { minLength: 1, maxLength: 3 }), (value, changes) =>
        holdsTo(schema, changes.reduce<unknown>(changed, value)),
      ),
      { numRuns: 2000 },
    );
  });
}

test("whatever somebody sends, no route and no statement accepts more than zod does", () => {
  const answers = Object.values(routes).flatMap((route) => [
    ...("answer" in route ? [route.answer] : []),
    ...("body" in route ? [route.body] : []),
  ]);
  const schemas: readonly z.ZodMiniType[] = [
    ...answers,
    accountPayload,
    spacePayload,
    rewrapPayload,
  ];
  assert.ok(schemas.length > 40);
  fc.assert(fc.property(fc.constantFrom(...schemas), fc.jsonValue(), holdsTo), { numRuns: 2000 });
});

test("texts are measured and matched as zod does", () => {
  const texts = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.uint8Array({ maxLength: 8 }).map(base64url),
    fc
      .array(fc.constantFrom("A", "Q", "-", "=", "😀", "\ud800"), { maxLength: 8 })
      .map((all) => all.join("")),
  );
  const fields = [
    bytesField(0, 4),
    bytesField(3, 3),
    z.string().check(z.minLength(3), z.maxLength(4)),
  ];
  fc.assert(
    fc.property(texts, (text) => {
      for (const field of fields) {
        holdsTo(field, text);
        if (z.safeParse(field, text).success) assert.ok(isInForm(field, text), text);
      }
    }),
  );
});

test("a value that zod would change, or a kind that is not known here, is left to zod", () => {
  const trimmed = z.strictObject({ name: z.string().check(z.trim()) });
  assert.equal(isInForm(trimmed, { name: " a " }), false);
  assert.equal(isInForm(trimmed, { name: "a" }), true);
  const open = z.object({ seq: countField });
  assert.equal(isInForm(open, { seq: 1, more: true }), false);
  const piped = z.pipe(
    z.string(),
    z.transform((text: string) => text.length),
  );
  assert.equal(isInForm(piped, "four"), false);
  assert.equal(isInForm(z.array(piped), []), false);
  assert.equal(isInForm(z.strictObject({ piped }), { piped: "four" }), false);
  assert.equal(isInForm(z.boolean(), true), true);
  assert.equal(isInForm(z.union([hashField, piped]), newId()), false);
});

test("only an object as JSON makes them is one", () => {
  const head = { hash: base64url(new Uint8Array(32)), seq: 0 };
  assert.ok(isInForm(headField, head));
  assert.equal(isInForm(headField, Object.create(head)), false);
  assert.equal(isInForm(headField, Object.assign(Object.create(null), head)), false);
  assert.equal(isInForm(headField, { ...head, seq: undefined }), false);
  const hidden = Object.defineProperty({ hash: head.hash, more: 1 }, "seq", { value: 0 });
  assert.equal(isInForm(headField, hidden), false);
  assert.equal(isInForm(z.array(countField), new Array(1)), false);
  assert.equal(
    isInForm(statementField, `${"A".repeat(9)}.${"A".repeat(9)}.${"A".repeat(85)}`),
    false,
  );
});
