// What Node does with its own engine, against what browsers run: the same answers to everything,
// also to what is refused; and the vectors once more over the browsers' side, which Node takes when
// it is told to resolve as a browser does.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import * as nodeText from "../src/base64url.node.ts";
import * as webText from "../src/base64url.web.ts";
import { utf8 } from "../src/bytes.ts";
import * as nodeKeys from "../src/ed25519.node.ts";
import * as webKeys from "../src/ed25519.web.ts";
import type { SigningKey } from "../src/ids.ts";
import * as nodeHash from "../src/sha256.node.ts";
import * as webHash from "../src/sha256.web.ts";
import { keyPair, pattern } from "./reference.ts";

const folder = fileURLToPath(new URL("..", import.meta.url));
const anyBytes = fc.uint8Array({ maxLength: 300 }).map((bytes) => new Uint8Array(bytes));

test("SHA-256 is the same in both", () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      assert.deepEqual(nodeHash.sha256(bytes), webHash.sha256(bytes));
      assert.equal(nodeHash.sha256Text(bytes), webHash.sha256Text(bytes));
    }),
  );
  const texts = fc.string({ unit: "grapheme", maxLength: 300 });
  fc.assert(
    fc.property(texts, (text) => {
      const of = nodeHash.sha256Text(utf8(text));
      assert.equal(nodeHash.sha256Text(text), of);
      assert.equal(webHash.sha256Text(text), of);
    }),
  );
});

test("base64url is the same in both, also of a part of other memory", () => {
  fc.assert(
    fc.property(anyBytes, fc.nat(8), (bytes, skipped) => {
      const part = bytes.subarray(skipped);
      const text = nodeText.toBase64url(part);
      assert.equal(text, webText.toBase64url(part));
      assert.deepEqual(nodeText.bytesOfBase64url(text), new Uint8Array(part));
      assert.deepEqual(webText.bytesOfBase64url(text), new Uint8Array(part));
    }),
  );
});

test("base64url of much is the same in both", () => {
  const much = new Uint8Array(pattern("much", 20_000));
  assert.equal(nodeText.toBase64url(much), webText.toBase64url(much));
});

test("what is no strict base64url is none in both", () => {
  const character = fc.constantFrom(..."AQgwBCDEabyz019-_+/= \n\u0000\u0141é\ud800");
  const text = fc.string({ unit: character, maxLength: 12 });
  fc.assert(
    fc.property(text, (each) => {
      assert.deepEqual(nodeText.bytesOfBase64url(each), webText.bytesOfBase64url(each));
    }),
    { numRuns: 2000 },
  );
  for (const each of ["A", "AB", "AA=", "AA==", "A A", "AA\n", "+w", "\u0141A", "AAAAA"]) {
    assert.equal(nodeText.bytesOfBase64url(each), undefined, each);
    assert.equal(webText.bytesOfBase64url(each), undefined, each);
  }
});

test("a signature that holds, one changed anywhere, and keys that are none: the same in both", async () => {
  const { key, sign } = keyPair(pattern("twins", 32));
  const message = new Uint8Array(pattern("message", 100));
  const signature = new Uint8Array(sign(message));
  const verdicts = async (asked: string, over: Uint8Array<ArrayBuffer>) => {
    const both = [nodeKeys, webKeys].map(({ verifyBytes }) =>
      verifyBytes(asked as SigningKey, over, message),
    );
    const [node, web] = await Promise.all(both);
    assert.equal(node, web);
    return node;
  };
  assert.equal(await verdicts(key, signature), true);
  for (let bit = 0; bit < 512; bit += 3) {
    const changed = signature.slice();
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.equal(await verdicts(key, changed), false, `bit ${bit}`);
  }
  assert.equal(await verdicts(key, signature.subarray(1)), false);
  assert.equal(await verdicts(key, new Uint8Array([...signature, 0])), false);
  const others = [`${key}\n`, `${key.slice(0, 20)}\u8051${key.slice(20)}`, `${key}=`, key.slice(1)];
  for (const none of ["", "A".repeat(43), "_".repeat(42), `${"_".repeat(42)}8`, "é", ...others]) {
    assert.equal(await verdicts(none, signature), false, none);
  }
});

test("of many signatures that are looked at together each has its own answer", async () => {
  const pair = keyPair(pattern("together", 32));
  const texts = Array.from({ length: 300 }, (_, n) => utf8(`message ${n}`));
  const answers = await Promise.all(
    texts.map((bytes, n) => {
      const signature = new Uint8Array(pair.sign(n % 3 === 0 ? utf8("another") : bytes));
      return nodeKeys.verifyBytes(pair.key as SigningKey, signature, bytes);
    }),
  );
  assert.deepEqual(
    answers,
    texts.map((_, n) => n % 3 !== 0),
  );
});

test("a browser gets what is made for it", () => {
  const names = ["#base64url", "#ed25519", "#sha256"];
  const script = `for (const name of ${JSON.stringify(names)}) console.log(import.meta.resolve(name));`;
  const resolved = asBrowser("--input-type=module", "-e", script).trim().split("\n");
  const files = resolved.map((url) => url.slice(url.lastIndexOf("/") + 1));
  assert.deepEqual(files, ["base64url.web.ts", "ed25519.web.ts", "sha256.web.ts"]);
});

test("the vectors hold with the browsers' twins", () => {
  const files = ["vectors", "forms", "jose"].map((name) => `test/${name}.test.ts`);
  const said = asBrowser("--test", "--test-reporter=tap", ...files);
  assert.equal(said.match(/^not ok .*$/gm), null);
  assert.match(said, /^# fail 0$/m);
  const passed = Number(/^# pass (\d+)$/m.exec(said)?.[1]);
  assert.ok(passed > 200, `${passed} passed`);
});

function asBrowser(...args: string[]): string {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const flags = ["--conditions=browser", "--disable-warning=ExperimentalWarning"];
  return spawnSync(process.execPath, [...flags, ...args], { cwd: folder, env, encoding: "utf8" })
    .stdout;
}
