import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import type * as core from "zod/v4/core";
import { accountPayload } from "../src/account.ts";
import { acceptancePayload } from "../src/contact.ts";
import { depositPayload } from "../src/deposit.ts";
import { exportPayload } from "../src/export-manifest.ts";
import { pathParameters, type Route, routes, type StatementKind } from "../src/index.ts";
import { headPayload, receiptPayload } from "../src/journal.ts";
import { logKeyPayload } from "../src/log-key.ts";
import { readPayload } from "../src/read.ts";
import { revisionPayload, rewrapPayload } from "../src/revision.ts";
import { signInPayload } from "../src/sign-in.ts";
import { spacePayload } from "../src/space.ts";
import { successionPayload } from "../src/succession.ts";

// Whatever a route takes has a most: no text, list or number in a request grows as it likes.

test("every text, list and number that a route takes is bounded", () => {
  const inputs = Object.entries<Route>(routes).flatMap(([name, { query, body }]) => [
    ...(query === undefined ? [] : [[`${name}: query`, query] as const]),
    ...(body === undefined ? [] : [[`${name}: body`, body] as const]),
  ]);
  const paths = Object.entries(pathParameters).map(
    ([name, field]) => [`path.${name}`, field] as const,
  );
  assert.ok(inputs.length > 50);
  assert.deepEqual(
    [...inputs, ...paths].flatMap(([place, schema]) => unboundedIn(schema, place)),
    [],
  );
});

const PAYLOADS = {
  account: accountPayload,
  space: spacePayload,
  revision: revisionPayload,
  rewrap: rewrapPayload,
  read: readPayload,
  acceptance: acceptancePayload,
  deposit: depositPayload,
  head: headPayload,
  receipt: receiptPayload,
  "log-key": logKeyPayload,
  succession: successionPayload,
  export: exportPayload,
  "sign-in": signInPayload,
} satisfies Record<StatementKind, core.$ZodType>;

test("so is all that a statement says", () => {
  for (const [kind, payload] of Object.entries(PAYLOADS))
    assert.deepEqual(unboundedIn(payload, kind), []);
});

test("what has no bound is found", () => {
  const free = {
    text: z.string(),
    pattern: z.string().check(z.regex(/^[a-z]+$/)),
    open: z.string().check(z.regex(/^[a-z]{3}/)),
    atLeast: z.string().check(z.regex(/^a{3,}$/)),
    list: z.array(z.literal(1)),
    inList: z.array(z.string()).check(z.maxLength(3)),
    number: z.number(),
    negative: z.number().check(z.maximum(3)),
    record: z.record(z.literal("a"), z.literal(1)),
    loose: z.object({ a: z.literal(1) }),
    unknown: z.unknown(),
  };
  for (const [name, schema] of Object.entries(free)) {
    const body = z.strictObject({ of: z.optional(z.union([z.literal(1), schema])) });
    assert.equal(unboundedIn(body, "body").length, 1, name);
  }
  const bounded = z.strictObject({
    text: z.string().check(z.maxLength(3)),
    exact: z.string().check(z.length(3)),
    pattern: z.string().check(z.regex(/^[a-z*+]{1,3}\+?$/)),
    list: z.array(z.enum(["a", "b"])).check(z.maxLength(3)),
    whole: z.int(),
    number: z.number().check(z.minimum(0), z.maximum(3)),
    yes: z._default(z.boolean(), true),
  });
  assert.deepEqual(unboundedIn(bounded, "body"), []);
});

/** The places in a schema where something has no most. A kind of schema that is not known here is one. */
function unboundedIn(schema: core.$ZodType, place: string): string[] {
  const { def } = (schema as core.$ZodTypes)._zod;
  switch (def.type) {
    case "literal":
    case "enum":
    case "boolean":
      return [];
    case "string":
      return isBoundedText(schema) ? [] : [place];
    case "number":
      return isBoundedNumber(schema) ? [] : [place];
    case "array":
      return [
        ...(checksOf(schema).some(isMost) ? [] : [place]),
        ...unboundedIn(def.element, `${place}.*`),
      ];
    case "object":
      return [
        ...(def.catchall?._zod.def.type === "never" ? [] : [place]),
        ...Object.entries(def.shape).flatMap(([name, inner]) =>
          unboundedIn(inner, `${place}.${name}`),
        ),
      ];
    case "union":
      return def.options.flatMap((option, i) => unboundedIn(option, `${place}|${i}`));
    case "optional":
    case "default":
      return unboundedIn(def.innerType, place);
    case "pipe":
      return unboundedIn(def.in, place);
    default:
      return [place];
  }
}

/** The definitions of a schema's checks; a format such as `int` is a schema and a check of its own. */
function checksOf(schema: core.$ZodType): core.$ZodChecks["_zod"]["def"][] {
  const checks = [...(schema._zod.def.checks ?? [])];
  if (schema._zod.traits.has("$ZodCheck")) checks.push(schema as core.$ZodNumberFormat);
  return checks.map((check) => (check as core.$ZodChecks)._zod.def);
}

function isMost({ check }: core.$ZodChecks["_zod"]["def"]): boolean {
  return check === "max_length" || check === "length_equals";
}

function isBoundedText(schema: core.$ZodType): boolean {
  return checksOf(schema).some(
    (def) =>
      isMost(def) ||
      (def.check === "string_format" && def.format === "regex" && isBoundedPattern(def.pattern)),
  );
}

/** Anchored at both ends, with nothing in it that repeats without end. */
function isBoundedPattern(pattern: RegExp | undefined): boolean {
  const source = pattern?.source ?? "";
  const outsideClasses = source.replace(/\\./g, "x").replace(/\[[^\]]*\]/g, "x");
  return /^\^.*\$$/.test(source) && !/[*+]|\{\d+,\}/.test(outsideClasses);
}

function isBoundedNumber(schema: core.$ZodType): boolean {
  const checks = checksOf(schema);
  const has = (kind: string) => checks.some(({ check }) => check === kind);
  return (
    checks.some((def) => def.check === "number_format" && def.format === "safeint") ||
    (has("less_than") && has("greater_than"))
  );
}
