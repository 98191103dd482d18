// A list of witnesses as somebody gives it, laid out as they like.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ProtocolError } from "@ecrin/protocol";
import { readWitnessList } from "../src/pinned-witnesses.ts";

const KEY = "DbXsW4WobfbcXaqsM9NV_BRhFfty4xs8NFcn52-bZZg";

function list(name: string, operator = "Exemple"): string {
  return `{\n  "witnesses": [{ "operator": "${operator}", "name": "${name}", "key": "${KEY}" }]\n}\n`;
}

test("a list is read in any layout, and refused where a name is no text", () => {
  const [witness] = readWitnessList(list("witness.example/w1"));
  assert.deepEqual(witness, { name: "witness.example/w1", key: KEY, operator: "Exemple" });
  assert.equal(readWitnessList(list("w\\u00e9moin.example")).length, 1);
  for (const wrong of [list("w\\udc00itness.example"), list("witness.example", "\\ud800"), "{"])
    assert.throws(() => readWitnessList(wrong), ProtocolError, wrong);
});
