import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { ARGON2, assertArgon2Floor, normalPassword, STORE_SALT, storeKey } from "@ecrin/crypto";
import { utf8 } from "@ecrin/protocol";
import * as node from "../src/argon2.node.ts";
import * as web from "../src/argon2.web.ts";
import { pattern } from "./reference.ts";
import { refusedAs, refusedAtOnce } from "./refused.ts";

const salt = new Uint8Array(pattern("salt", STORE_SALT));

test("Node's Argon2id and the browsers' derive the same key", async () => {
  const password = utf8("un mot de passe");
  const [ours, theirs] = [
    await node.argon2id(password, salt, ARGON2),
    await web.argon2id(password, salt, ARGON2),
  ];
  assert.deepEqual(ours, theirs);
  assert.deepEqual(await storeKey("un mot de passe", salt, ARGON2), ours);
});

test("the store's key depends on password, salt and parameters", async () => {
  const other = new Uint8Array(pattern("other", STORE_SALT));
  const keys = [
    await storeKey("a", salt, ARGON2),
    await storeKey("b", salt, ARGON2),
    await storeKey("a", other, ARGON2),
    await storeKey("a", salt, { ...ARGON2, iterations: 4 }),
  ].map((key) => Buffer.from(key).toString("hex"));
  assert.equal(new Set(keys).size, keys.length);
});

test("parameters below the floor are refused before anything is derived", async () => {
  const weak = [
    { memoryKiB: 65_535 },
    { memoryKiB: 0 },
    { iterations: 2 },
    { parallelism: 0 },
    { parallelism: 5 },
    { memoryKiB: Number.NaN },
    { memoryKiB: Number.POSITIVE_INFINITY },
    { iterations: 3.5 },
  ];
  for (const change of weak) {
    const parameters = { ...ARGON2, ...change };
    await refusedAtOnce("parameters-below-floor", () => storeKey("a", salt, parameters));
    await refusedAs("parameters-below-floor", () => assertArgon2Floor(parameters));
  }
  assertArgon2Floor({ memoryKiB: 131_072, iterations: 4, parallelism: 1 });
  await refusedAs("bad-argument", () => storeKey("a", salt.slice(1), ARGON2));
});

test("a password typed on two keyboards is one password, and an empty one is none", async () => {
  assert.equal(normalPassword("e\u0301te\u0301"), normalPassword("\u00e9t\u00e9"));
  assert.equal(normalPassword("\ufb01n"), "fin");
  await refusedAs("bad-argument", () => normalPassword(""));
});

test("neither OPAQUE nor the browsers' Argon2id is loaded before it is used", () => {
  const index = fileURLToPath(new URL("../src/index.ts", import.meta.url));
  const script = `import { registerHooks } from "node:module";
    const seen = [];
    registerHooks({ load(url, context, next) { seen.push(url); return next(url, context); } });
    await import(${JSON.stringify(index)});
    console.log(JSON.stringify(seen));`;
  const options = ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", script];
  const seen = execFileSync(process.execPath, options, { encoding: "utf8" });
  assert.ok(seen.includes("hpke"), "the hook sees what is loaded");
  assert.ok(!seen.includes("serenity-kit"));
  assert.ok(!seen.includes("hash-wasm"));
});
