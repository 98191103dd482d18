import * as z from "zod/mini";
import type * as core from "zod/v4/core";
import { isInForm } from "./form.ts";

/**
 * What may not be in its form, with each list cut behind its first element that is not: zod makes
 * an error of every one, a few microseconds apiece, and only the first is told. A list of a hundred
 * thousand took half a second, and one as long as a file of an export more memory than there is.
 * @returns `value` itself where no list holds such an element; otherwise what is refused for the same reason
 */
export function upToFault(schema: core.$ZodType, value: unknown): unknown {
  const { def } = (schema as core.$ZodTypes)._zod;
  switch (def.type) {
    case "optional":
      return upToFault(def.innerType, value);
    case "array":
      // One that is too long is refused for that, before anything in it is looked at.
      return Array.isArray(value) && !isTooLong(def.checks, value)
        ? cutList(def.element, value)
        : value;
    case "object":
      return cutMembers(value, new Map(Object.entries(def.shape)));
    case "record":
      return cutMembers(value, def.valueType);
    default:
      return value;
  }
}

function isTooLong(checks: readonly core.$ZodCheck<never>[] = [], list: readonly unknown[]) {
  return checks.some((check) => {
    const { def } = (check as core.$ZodChecks)._zod;
    return def.check === "max_length" && list.length > def.maximum;
  });
}

function cutList(element: core.$ZodType, list: readonly unknown[]): unknown {
  const at = list.findIndex((each) => !isInForm(element, each));
  if (at < 0) return list;
  const cut = upToFault(element, list[at]);
  // Elements of a kind that `isInForm` does not know may be in their form all the same.
  return z.safeParse(element, cut).success ? list : [...list.slice(0, at), cut];
}

function cutMembers(
  value: unknown,
  schemas: ReadonlyMap<string, core.$ZodType> | core.$ZodType,
): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value);
  const cut = members.map(([name, each]) => {
    const schema = schemas instanceof Map ? schemas.get(name) : (schemas as core.$ZodType);
    return schema === undefined ? each : upToFault(schema, each);
  });
  if (members.every(([, each], i) => each === cut[i])) return value;
  return Object.fromEntries(members.map(([name], i) => [name, cut[i]]));
}
