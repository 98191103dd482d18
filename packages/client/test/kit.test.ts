import assert from "node:assert/strict";
import { test } from "node:test";
import { kitToText, newSecret } from "@ecrin/crypto";
import { newId } from "@ecrin/protocol";
import { Kit, readKit } from "../src/kit.ts";
import { refusal } from "./ground.ts";

const kit = new Kit(newId<"account">(), newSecret());

test("a kit is read from its text, its code alone, and its words", async () => {
  const { account, code } = kit;
  assert.deepEqual(await readKit(`  ${kit.text()}\n`), { account, code });
  assert.deepEqual(await readKit(kit), kit);
  assert.deepEqual(await readKit(kitToText(code).toLowerCase()), { code });
  assert.deepEqual(await readKit(kitToText(code).replaceAll("-", " ")), { code });
  for (const language of ["fr", "en"] as const) {
    assert.deepEqual(await readKit(kit.words(language).join(" ")), { code });
    assert.deepEqual(await readKit(kit.words(language).join("\n").toUpperCase()), { code });
  }
});

test("what is no kit is refused, and says where", async () => {
  const words = kit.words("en");
  const unknown = [...words.slice(0, 4), "qqqqqq", ...words.slice(5)].join(" ");
  for (const text of [
    "",
    "hello",
    words.slice(1).join(" "),
    kit.text().slice(0, -1),
    kit.text().replace(":kit:", ":kit:A"),
    kit.text().slice(0, 20),
  ]) {
    await assert.rejects(readKit(text), refusal("wrong-kit"));
  }
  await assert.rejects(readKit(unknown), /word 5 is not in the list/);
});
