import type * as core from "zod/v4/core";

// Most of what is parsed is in its form: ten thousand headers, each with five objects in it. zod
// copies every object to say so, which took a fifth of the time of opening a list. Here the same
// schemas are asked for a yes alone, and zod's own checks give it. Whatever is no yes, or of a kind
// that is not known here, zod reads as before and names the field it refuses.

type Test = (value: unknown) => boolean;

/** `undefined`: a schema whose forms are not told here. */
const tests = new WeakMap<core.$ZodType, Test | undefined>();

/** Whether zod would accept a value and give it back unchanged. `false` says nothing: zod decides. */
export function isInForm(schema: core.$ZodType, value: unknown): boolean {
  return testOf(schema)?.(value) ?? false;
}

function testOf(schema: core.$ZodType): Test | undefined {
  if (!tests.has(schema)) tests.set(schema, makeTest(schema));
  return tests.get(schema);
}

function makeTest(schema: core.$ZodType): Test | undefined {
  const kind = kindOf(schema);
  if (kind === undefined) return undefined;
  const checks = [...(schema._zod.def.checks ?? [])];
  // A format such as `int` is a schema and a check of its own.
  if (schema._zod.traits.has("$ZodCheck")) checks.unshift(schema as core.$ZodNumberFormat);
  return checks
    .map(passerOf)
    .reduce((before, next) => (value) => before(value) && next(value), kind);
}

/** What most fields are checked for, as zod does it; whatever else there is, zod's own check is asked. */
function passerOf(check: core.$ZodCheck<never>): Test {
  const { def } = (check as core.$ZodChecks)._zod;
  if (def.check === "string_format" && def.format === "regex" && def.pattern?.flags === "") {
    const { pattern } = def;
    return (value) => pattern.test(value as string);
  }
  if (def.check === "number_format" && def.format === "safeint") return Number.isSafeInteger;
  if (def.check === "greater_than" && def.inclusive) {
    const least = Number(def.value);
    return (value) => (value as number) >= least;
  }
  if (def.check === "less_than" && def.inclusive) {
    const most = Number(def.value);
    return (value) => (value as number) <= most;
  }
  return (value) => passes.call(value, check);
}

/** Whether a check of zod's finds nothing and changes nothing. */
function passes(this: unknown, check: core.$ZodCheck<never>): boolean {
  const payload: core.ParsePayload = { value: this, issues: [] };
  const answer = check._zod.check(payload as core.ParsePayload<never>);
  return answer === undefined && payload.issues.length === 0 && payload.value === this;
}

function kindOf(schema: core.$ZodType): Test | undefined {
  const { def } = (schema as core.$ZodTypes)._zod;
  switch (def.type) {
    case "string":
      return (value) => typeof value === "string";
    case "number":
      return Number.isFinite;
    case "boolean":
      return (value) => typeof value === "boolean";
    case "literal":
      return oneOf(def.values);
    case "enum":
      return oneOf(Object.values(def.entries));
    case "array":
      return arrayOf(testOf(def.element));
    case "object":
      return def.catchall?._zod.def.type === "never" ? objectOf(def.shape) : undefined;
    case "union":
      return anyOf(def.options.map(testOf));
    default:
      return undefined;
  }
}

function oneOf(values: readonly unknown[]): Test {
  const known = new Set(values);
  return (value) => known.has(value);
}

function arrayOf(element: Test | undefined): Test | undefined {
  if (element === undefined) return undefined;
  return (value) => {
    if (!Array.isArray(value)) return false;
    // `every` would pass over holes.
    for (const each of value) if (!element(each)) return false;
    return true;
  };
}

function anyOf(options: readonly (Test | undefined)[]): Test | undefined {
  const known = options.filter((option) => option !== undefined);
  return known.length < options.length
    ? undefined
    : (value) => known.some((option) => option(value));
}

interface MemberTest {
  readonly test: Test;
  readonly isOptional: boolean;
}

/** Every member of a shape and no other, on an object as `JSON.parse` makes them. */
function objectOf(shape: core.$ZodShape): Test | undefined {
  const members = new Map<string, MemberTest>();
  let required = 0;
  for (const [name, schema] of Object.entries(shape)) {
    const inner = innerOf(schema);
    const test = testOf(inner);
    if (test === undefined) return undefined;
    const isOptional = inner !== schema;
    if (!isOptional) required += 1;
    members.set(name, { test, isOptional });
  }
  return (value) => {
    if (!isPlain(value)) return false;
    let there = 0;
    for (const name of Object.keys(value)) {
      const member = members.get(name);
      if (member === undefined || !member.test(value[name])) return false;
      if (!member.isOptional) there += 1;
    }
    return there === required;
  };
}

/** What an optional member holds where it is there. */
function innerOf(schema: core.$ZodType): core.$ZodType {
  const { def } = (schema as core.$ZodTypes)._zod;
  return def.type === "optional" && def.checks === undefined ? def.innerType : schema;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}
