import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import process from "node:process";
import { test } from "node:test";
import { promisify } from "node:util";

const SERVER = new URL("../src/index.ts", import.meta.url).href;

/** Tells every file that the server loads before anybody has asked anything. */
const PROGRAM = `
import { registerHooks } from "node:module";
const loaded = [];
registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
await import("${SERVER}");
process.stdout.write(JSON.stringify(loaded));
`;

test("what few ask for is not loaded before they do", async () => {
  const flags = ["--disable-warning=ExperimentalWarning", "--input-type=module", "--eval", PROGRAM];
  const { stdout } = await promisify(execFile)(process.execPath, flags);
  const loaded = JSON.parse(stdout) as string[];
  const isLoaded = (name: string) => loaded.some((url) => url.includes(`/node_modules/${name}/`));
  assert.ok(isLoaded("postgres"), "nothing was seen");
  for (const name of ["@simplewebauthn/server", "@libpdf/core", "pdfkit"])
    assert.ok(!isLoaded(name), name);
});
