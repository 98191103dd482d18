// The verifier in Python, which shares no code with ours, must say of every export what ours says.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { bytesSource, verifyExport } from "../src/index.ts";
import { exportOf } from "./export-made.ts";

const script = fileURLToPath(new URL("../verifier/verify.py", import.meta.url));
const python = spawnSync("python3", ["--version"]).status === 0;
const skip = python ? false : "python3 is not installed";

let folder = "";
before(() => {
  folder = mkdtempSync(join(tmpdir(), "ecrin-py-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

function verified(bytes: Uint8Array, ...args: string[]): string {
  const path = join(folder, "export.zip");
  writeFileSync(path, bytes);
  return spawnSync("python3", [script, path, ...args], { encoding: "utf8" }).stdout;
}

test("Python verifies what we verify", { skip }, async () => {
  const bytes = await exportOf({ entries: 30, anchored: [20, 77], since: 50, erased: [7, 8] });
  const { logKey } = await verifyExport(bytesSource(bytes));
  const said = verified(bytes, "--log-key", logKey);
  assert.match(said, /VERIFIED\n$/);
  assert.match(said, /^28 entries/m);
  assert.match(said, /^not anchored$/m);
  assert.match(said, /^quorum none/m);
  assert.match(said, /2 entries were erased/);
  assert.match(verified(bytes, "--log-key", "A".repeat(43)), /^REFUSED\. log\/keys\.json/m);
});

test("Python refuses what we refuse", { skip }, async () => {
  const zero = "A".repeat(43) as never;
  for (const [wanted, place] of [
    [{ entries: 9, saysErased: false, erased: [4] }, /no erasure/],
    [
      { entries: 9, line: (line: { n: number }) => (line.n === 2 ? { ...line, tag: zero } : line) },
      /^REFUSED/m,
    ],
    [
      { entries: 9, line: (line: { n: number }) => (line.n === 5 ? { ...line, index: 99 } : line) },
      /line 7/,
    ],
  ] as const) {
    const bytes = await exportOf(wanted as Parameters<typeof exportOf>[0]);
    await assert.rejects(verifyExport(bytesSource(bytes)));
    assert.match(verified(bytes), place);
  }
});

const EVERY_BYTE = `
import contextlib, io, importlib.util, sys
spec = importlib.util.spec_from_file_location("verify", sys.argv[1])
verify = importlib.util.module_from_spec(spec)
spec.loader.exec_module(verify)
whole = open(sys.argv[2], "rb").read()
held = []
for at in range(0, len(whole), int(sys.argv[3])):
    flipped = bytearray(whole)
    flipped[at] ^= 1 << at % 8
    open(sys.argv[2], "wb").write(flipped)
    with contextlib.redirect_stdout(io.StringIO()):
        if verify.main([sys.argv[2]]) == 0:
            held.append(at)
print(len(held), held[:9])
`;

test("Python refuses every changed byte", { skip }, async () => {
  const bytes = await exportOf({ entries: 3, anchored: [9] });
  const path = join(folder, "every.zip");
  writeFileSync(path, bytes);
  const said = execFileSync("python3", ["-c", EVERY_BYTE, script, path, "29"], {
    encoding: "utf8",
  });
  assert.equal(said, "0 []\n");
});
