// The table of spec/http.md and that of src/routes.ts are the same: who writes a client from the
// page alone finds every route, and every member that goes over the line.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { routes } from "../src/index.ts";

const page = readFileSync(new URL("../../../spec/http.md", import.meta.url), "utf8");
/** `| name | METHOD /path A | what |`, by name. */
const rows = new Map(
  [...page.matchAll(/^\| (\w+) \| (GET|POST|PUT) (\/v1\/\S+?)( [AG])? \| (.*) \|$/gm)].map(
    ([, name = "", method, path, , what = ""]) => [name, { method, path, what }],
  ),
);

/** The members of a form that is one object, or a choice of some. */
function membersOf(form: object): string[] {
  if ("shape" in form) return Object.keys(form.shape as object);
  const { options } = (form as { def: { options?: readonly object[] } }).def;
  return (options ?? []).flatMap(membersOf);
}

test("spec/http.md has every route, and no other", () => {
  const told = [...rows].map(([name, { method, path }]) => `${name} ${method} ${path}`);
  const made = Object.entries(routes).map(
    ([name, { method, path }]) => `${name} ${method} ${path}`,
  );
  // Uploads speak tus, and are no line of the table in the code.
  assert.deepEqual(told.sort(), made.sort());
});

test("spec/http.md names every member of a body and of an answer", () => {
  for (const [name, route] of Object.entries(routes)) {
    const forms = [
      ...("body" in route ? [route.body] : []),
      ...("answer" in route ? [route.answer] : []),
    ];
    const words = new Set(rows.get(name)?.what.match(/\w+/g));
    const missing = forms.flatMap(membersOf).filter((member) => !words.has(member));
    assert.deepEqual(missing, [], name);
  }
});
