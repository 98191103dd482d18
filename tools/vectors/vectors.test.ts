import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { print } from "./book.ts";
import { BOOKS } from "./books.ts";

const folder = fileURLToPath(new URL("../../vectors/protocol/", import.meta.url));

test("the vectors in the tree are those that the generator writes", () => {
  for (const [name, make] of BOOKS) {
    assert.ok(
      readFileSync(`${folder}${name}.json`, "utf8") === print(make()),
      `${name}.json is another`,
    );
  }
  assert.deepEqual(
    readdirSync(folder).sort(),
    [...BOOKS.keys()].map((name) => `${name}.json`).sort(),
  );
});

test("no case has the name of another in its file", () => {
  for (const [name, make] of BOOKS) {
    const { accept, refuse } = make();
    const names = [...accept, ...refuse].map((each) => String(each.name));
    assert.deepEqual(
      names.filter((each, i) => names.indexOf(each) !== i),
      [],
      name,
    );
  }
});
