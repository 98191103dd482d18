import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

// The same tests once more over the browsers' twins of AES-GCM, HMAC and X-Wing, which Node
// takes when it is told to resolve as a browser does.

const folder = fileURLToPath(new URL("..", import.meta.url));

function asBrowser(...args: string[]): string {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const flags = ["--conditions=browser", "--disable-warning=ExperimentalWarning"];
  return spawnSync(process.execPath, [...flags, ...args], { cwd: folder, env, encoding: "utf8" })
    .stdout;
}

test("the browsers' twins are what a browser gets", () => {
  const script = `import { aesGcm } from "#aead";
    console.log((await aesGcm(new Uint8Array(32))).usesRoom);`;
  assert.equal(asBrowser("--input-type=module", "-e", script).trim(), "false");
});

test("boxes, wraps, streams, revisions and slots hold with the browsers' twins", () => {
  const files = ["primitives", "box", "wrap", "stream", "secret", "slot"].map(
    (name) => `test/${name}.test.ts`,
  );
  const said = asBrowser("--test", "--test-isolation=none", "--test-reporter=tap", ...files);
  assert.equal(said.match(/^not ok .*$/gm), null);
  assert.match(said, /^# fail 0$/m);
  const passed = Number(/^# pass (\d+)$/m.exec(said)?.[1]);
  assert.ok(passed > 100, `${passed} passed`);
});
