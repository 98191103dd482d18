import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  CryptoError,
  hkdfSha256,
  hmacSha256,
  newSecret,
  wrapTo,
  xwingPublicKey,
} from "@ecrin/crypto";
import { concat, context, type SigningKey, toBase64url, verifyBytes } from "@ecrin/protocol";
import * as node from "../src/aead.node.ts";
import * as web from "../src/aead.web.ts";
import { cannotOpen } from "./refused.ts";
import { type Row, readRows } from "./vectors.ts";

// Project Wycheproof (github.com/C2SP/wycheproof, Apache-2.0); wycheproof/README.md says which of its
// files are here and where they come from. Another folder can be named in ECRIN_WYCHEPROOF.
const here = fileURLToPath(new URL("./wycheproof/", import.meta.url));
const elsewhere = process.env.ECRIN_WYCHEPROOF;

function pathOf(file: string): string {
  const other = elsewhere === undefined ? "" : join(elsewhere, file);
  return existsSync(other) ? other : join(here, file);
}

/** Runs every group of a file that `fits`, and checks that there are `least` vectors in them. */
function wycheproof(
  file: string,
  least: number,
  fits: (group: Row) => boolean,
  check: (vector: Row, group: Row) => Promise<void> | void,
): void {
  const path = pathOf(file);
  const skip = existsSync(path) ? false : `${file} is not in this repository: set ECRIN_WYCHEPROOF`;
  test(`Wycheproof ${file}`, { skip }, async () => {
    let ran = 0;
    for (const group of readRows(path).rows("testGroups").filter(fits)) {
      for (const vector of group.rows("tests")) {
        await check(vector, group);
        ran++;
      }
    }
    assert.ok(ran >= least, `${ran} vectors`);
  });
}

for (const [engine, { aesGcm }] of Object.entries({ node, web })) {
  wycheproof(
    "aes_gcm_test.json",
    48,
    (group) => group.number("keySize") === 256 && group.number("ivSize") === 96,
    async (vector) => {
      const bytes = (name: string) => vector.bytes(name, "hex");
      const name = `${engine} ${vector.number("tcId")}`;
      const aead = await aesGcm(bytes("key"));
      const sealed = new Uint8Array([...bytes("ct"), ...bytes("tag")]);
      const open = async () => await aead.open(bytes("iv"), bytes("aad"), sealed);
      if (vector.text("result") !== "valid") return await cannotOpen(open, name);
      assert.deepEqual(await open(), bytes("msg"), name);
      assert.deepEqual(await aead.seal(bytes("iv"), bytes("aad"), bytes("msg")), sealed, name);
    },
  );
}

wycheproof(
  "hmac_sha256_test.json",
  174,
  () => true,
  (vector, group) => {
    const made = hmacSha256(vector.bytes("key", "hex"), vector.bytes("msg", "hex"));
    const tag = made.slice(0, group.number("tagSize") / 8);
    const same = Buffer.from(tag).equals(vector.bytes("tag", "hex"));
    assert.equal(same, vector.text("result") === "valid", `${vector.number("tcId")}`);
  },
);

wycheproof(
  "hkdf_sha256_test.json",
  105,
  () => true,
  (vector) => {
    const bytes = (name: string) => vector.bytes(name, "hex");
    const make = () =>
      hkdfSha256(bytes("ikm"), bytes("salt"), bytes("info"), vector.number("size"));
    if (vector.text("result") === "invalid") assert.throws(make, { code: "bad-argument" });
    else assert.deepEqual(make(), bytes("okm"), `${vector.number("tcId")}`);
  },
);

// What is reachable of ML-KEM-768 and X25519 through X-Wing: whether a key is one to wrap to.
const ctx = context("wrap space key");
const some = await xwingPublicKey(newSecret());

async function isWrappedTo(lattice: Uint8Array, curve: Uint8Array): Promise<boolean> {
  try {
    return (await wrapTo(concat(lattice, curve), ctx, newSecret())).length === 1168;
  } catch (error) {
    assert.ok(error instanceof CryptoError && error.code === "bad-argument");
    return false;
  }
}

wycheproof(
  "mlkem_768_encaps_test.json",
  50,
  () => true,
  async (vector) => {
    const taken = await isWrappedTo(vector.bytes("ek", "hex"), some.slice(1184));
    assert.equal(taken, vector.text("result") === "valid", `${vector.number("tcId")}`);
  },
);

wycheproof(
  "x25519_test.json",
  518,
  () => true,
  async (vector) => {
    const taken = await isWrappedTo(some.slice(0, 1184), vector.bytes("public", "hex"));
    const zero = vector.texts("flags").includes("ZeroSharedSecret");
    assert.equal(taken, !zero, `${vector.number("tcId")}`);
  },
);

wycheproof(
  "eddsa_test.json",
  145,
  () => true,
  async (vector, group) => {
    const publicKey = toBase64url(group.row("key").bytes("pk", "hex")) as SigningKey;
    const holds = await verifyBytes(
      publicKey,
      vector.bytes("sig", "hex"),
      vector.bytes("msg", "hex"),
    );
    assert.equal(holds, vector.text("result") === "valid", `${vector.number("tcId")}`);
  },
);
