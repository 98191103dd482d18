// Each byte of an export, flipped in turn: none may pass, and the file it stands in is named. One
// bit of each byte, and of what repeats itself (further statements of one reader's chain, which one
// code reads) every seventeenth: each flip costs a verification up to that place. What a service
// makes, with its report and its program, is larger; tools/anchors flips sampled bytes of that.
// Signatures are looked at once: whether one holds over the same bytes is no news at the next flip.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import crypto, { hash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  bytesSource,
  encodeOtsProof,
  openZip,
  ProtocolError,
  sha256,
  utf8,
  type VerifyOptions,
  verifyExport,
  type ZipFile,
} from "../src/index.ts";
import { easyHeader, exportOf, someWitnesses, type Wanted } from "./export-made.ts";

/** A bit of a byte, another one from byte to byte. */
function flip(bytes: Uint8Array, at: number): Uint8Array {
  const flipped = new Uint8Array(bytes);
  flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
  return flipped;
}

/** Every kind of file that there is but that of logs that ended. */
const WHOLE: Wanted = {
  entries: 2,
  between: 1,
  anchored: [3],
  since: 2,
  roots: [utf8("a root")],
  demonstration: true,
  ...someWitnesses(1, 1),
  evidence(_, text) {
    const digest = sha256(utf8(text));
    const stamp = { attestations: [{ kind: "bitcoin", height: 5 } as const], branches: [] };
    return Promise.resolve([
      ["stamp-0.tst", utf8("a token")],
      ["stamp-0-0.crl", utf8("a list")],
      ["proof.ots", encodeOtsProof({ digest, stamp })],
      ["block-5.header", easyHeader(digest)],
    ]);
  },
};
/** Whoever checks tokens is not asked what they are here: their bytes are the manifest's. */
const OPTIONS: VerifyOptions = {
  leastWork: 1n,
  checkToken: () =>
    Promise.resolve({ at: 0, authority: "Exemple", root: "00", revocation: "checked" }),
};

async function refusedAt(bytes: Uint8Array, at: number, files: readonly ZipFile[]): Promise<void> {
  const name = files.find((file) => at >= file.at && at < file.at + file.length)?.name;
  const error: unknown = await verifyExport(bytesSource(flip(bytes, at)), OPTIONS).then(
    () => undefined,
    (cause) => cause,
  );
  assert.ok(error instanceof ProtocolError, `byte ${at} of ${name}: ${error}`);
  const place = error.field ?? "";
  if (name === undefined) assert.notEqual(place, "", `byte ${at}`);
  else assert.ok(place.startsWith(name) || place.startsWith("manifest"), `${name}: ${place}`);
}

/** The places that are flipped: all, but of what repeats itself every seventeenth. */
function places(bytes: Uint8Array, files: readonly ZipFile[]): number[] {
  const chain = files.find(({ name }) => name === "accounts.json") ?? assert.fail();
  const text = Buffer.from(bytes.subarray(chain.at, chain.at + chain.length)).toString();
  const [from, to] = [chain.at + text.indexOf('","'), chain.at + chain.length - 4];
  return [...bytes.keys()].filter((at) => at < from || at >= to || at % 17 === 0);
}

test("each byte of an export counts, and the place of a wrong one is named", async () => {
  const bytes = await exportOf(WHOLE);
  const files = await openZip(bytesSource(bytes));
  await verifyExport(bytesSource(bytes), OPTIONS);
  for (const at of places(bytes, files)) await refusedAt(bytes, at, files);
  // Ed25519 was asked through what remembers it, or this test would be slow and nobody know why.
  assert.ok(verified.size > 5);
});

test("each byte of what an export says of a log that ended counts", async () => {
  const bytes = await exportOf({ entries: 3, ended: { size: 40, kept: 5 } });
  const files = await openZip(bytesSource(bytes));
  await verifyExport(bytesSource(bytes), OPTIONS);
  const { at, length } = files.find(({ name }) => name === "log/ended.json") ?? assert.fail();
  for (let i = at; i < at + length; i++) await refusedAt(bytes, i, files);
});

/** What Ed25519 said of a key, a signature and bytes, all three in the name. */
const verified = new Map<string, boolean>();

function remember(real: typeof crypto.verify): typeof crypto.verify {
  const remembering: unknown = (
    ...[algorithm, data, key, signature, done]: Parameters<VerifyAsCalled>
  ) => {
    const { x = "" } = key.export({ format: "jwk" });
    const name = hash("sha256", Buffer.concat([signature, Buffer.from(x), data]), "hex");
    const known = verified.get(name);
    if (done === undefined) {
      const holds = known ?? real(algorithm, data, key, signature);
      verified.set(name, holds);
      return holds;
    }
    if (known !== undefined) return queueMicrotask(() => done(null, known));
    real(algorithm, data, key, signature, (error, holds) => {
      if (error === null) verified.set(name, holds);
      done(error, holds);
    });
  };
  return remembering as typeof crypto.verify;
}

/** As packages/protocol calls it: with `done` in the pool, without it at once. */
type VerifyAsCalled = (
  algorithm: null,
  data: Uint8Array,
  key: crypto.KeyObject,
  signature: Uint8Array,
  done?: (error: Error | null, holds: boolean) => void,
) => void;

let folder = "";
before(() => {
  crypto.verify = remember(crypto.verify);
  syncBuiltinESMExports();
  folder = mkdtempSync(join(tmpdir(), "ecrin-bytes-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const EVERY_BYTE = `
import contextlib, io, importlib.util, sys
spec = importlib.util.spec_from_file_location("verify", sys.argv[1])
verify = importlib.util.module_from_spec(spec)
spec.loader.exec_module(verify)
whole = open(sys.argv[2], "rb").read()
held = []
for at in range(len(whole)):
    flipped = bytearray(whole)
    flipped[at] ^= 1 << at % 8
    open(sys.argv[2], "wb").write(flipped)
    with contextlib.redirect_stdout(io.StringIO()):
        if verify.main([sys.argv[2], "--demonstration"]) != 1:
            held.append(at)
print(len(held), held[:9])
`;

test("Python refuses each changed byte", {
  skip: spawnSync("python3", ["--version"]).status === 0 ? false : "python3 is not installed",
}, async () => {
  const script = fileURLToPath(new URL("../verifier/verify.py", import.meta.url));
  const path = join(folder, "every.zip");
  // Without a token: openssl would be asked what it is.
  const evidence: Wanted["evidence"] = async (size, text) =>
    ((await WHOLE.evidence?.(size, text)) ?? []).filter(([name]) => !name.startsWith("stamp"));
  const bytes = await exportOf({ ...WHOLE, evidence });
  writeFileSync(path, bytes);
  const verified = spawnSync("python3", [script, path, "--demonstration"], { encoding: "utf8" });
  assert.match(verified.stdout, /VERIFIED\n$/);
  const said = spawnSync("python3", ["-c", EVERY_BYTE, script, path], { encoding: "utf8" });
  assert.equal(said.stdout, "0 []\n", said.stderr);
});
