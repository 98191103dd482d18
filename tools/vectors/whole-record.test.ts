// The whole record opens with our own code and with the reader in Python, which shares none with
// it; both refuse every change that somebody in between could make.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { CryptoError } from "@ecrin/crypto";
import { ProtocolError } from "@ecrin/protocol";
import { ClientError } from "../../packages/client/src/errors.ts";
import { openByPassword, openWhole, type WholeRecord } from "./handed-out.ts";
import { READER, withoutPython } from "./python.ts";
import { printWholeRecord, WHOLE, type WholeRefusal } from "./whole-record.ts";

const text = readFileSync(WHOLE, "utf8");
const parsed = (): WholeRecord => JSON.parse(text);
const { inside, refuse } = parsed();
const { password: _, ...opens } = inside;

test("the record in the tree is the one that the generator writes", () => {
  assert.ok(text === printWholeRecord(), "whole-record.json is another");
});

test("the example of spec/reading.md is this record", () => {
  const page = readFileSync(new URL("../../spec/reading.md", import.meta.url), "utf8");
  const values = page.match(/(?<![\w-])[\w-]{43}(?![\w-])/g) ?? [];
  assert.deepEqual(
    values.filter((value) => !text.includes(`"${value}"`)),
    [],
  );
  assert.equal(values.length, 7);
});

test("our own code opens the whole record, by the kit and by the password", async () => {
  // Ours hands out nothing of a deposit's keys.
  const deposits = opens.inbox.deposits.map(({ deposit, author, metadata, bytes }) => ({
    ...{ deposit, author, metadata, bytes },
  }));
  assert.deepEqual(await openWhole(parsed()), { ...opens, inbox: { deposits } });
  await openByPassword(parsed());
});

/** The record with something else in one place, or nothing. */
function changed({ at, value }: WholeRefusal): WholeRecord {
  const file = parsed();
  let node: Record<string | number, unknown> = { file };
  for (const step of ["file", ...at.slice(0, -1)]) node = Object(node[step]);
  const last = at.at(-1) ?? "";
  assert.ok(last in node, `nothing at ${at.join(".")}`);
  if (value === undefined) delete node[last];
  else node[last] = value;
  return file;
}

test("our own code opens nothing of a record that is handed out otherwise", async (t) => {
  for (const each of refuse)
    await t.test(each.name, async () => {
      await assert.rejects(openWhole(changed(each)), (error) => {
        const isOurs =
          error instanceof ClientError ||
          error instanceof ProtocolError ||
          error instanceof CryptoError;
        assert.ok(isOurs, String(error));
        return true;
      });
    });
});

const VECTORS = fileURLToPath(new URL("../../vectors/", import.meta.url));
const python = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync("python3", ["-B", ...args], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return stdout;
};
const skip = withoutPython();

test("the reader in Python opens the whole record", { skip }, () => {
  assert.deepEqual(JSON.parse(python(`${READER}read_record.py`, WHOLE)), opens);
});

test("the reader in Python refuses each change, where it can be noticed first", { skip }, () => {
  assert.deepEqual(
    python(`${READER}read_record.py`, WHOLE, "--refusals").trimEnd().split("\n"),
    refuse.map(({ name, step }) => `${name}: ${step}`),
  );
});

test("the reader in Python says of every vector what the vector says", { skip }, () => {
  const said = python(`${READER}check_vectors.py`, VECTORS).trimEnd().split("\n");
  assert.deepEqual(
    said.filter((line) => !/^\w+\/[\w-]+: accepts \d+, refuses \d+$/.test(line)),
    [],
  );
  assert.ok(said.length >= 20);
});
