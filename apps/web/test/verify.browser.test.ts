import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { bytesSource, checkExport, openZip } from "@ecrin/client";
// biome-ignore lint/style/noRestrictedImports: an export made by hand, as the verifier's own tests have it.
import { exportOf, someWitnesses } from "../../../packages/protocol/test/export-made.ts";
import { checkAbilities } from "./abilities.ts";
import { add, checkKit, follow, heading, press, section, signUp } from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { activate, write } from "./hand.ts";
import { note } from "./samples.ts";
import { newVisitor, type Visitor } from "./visitor.ts";
import { walked } from "./walked.ts";
import { named, WALKS } from "./walks.ts";

let ground: Ground;
let copy: Buffer;
/** Of a log that followed one which lost lines, seen by witnesses that the operator names. */
let afterLoss: Buffer;
before(async () => {
  ground = await startGround();
  copy = Buffer.from(await exportOf({ entries: 40, anchored: [20], erased: [7], since: 50 }));
  const lost = { ended: { size: 40, kept: 17 }, anchored: [10, 30], since: 15 };
  afterLoss = Buffer.from(await exportOf({ entries: 12, ...lost, ...someWitnesses(3, 3) }));
});
after(async () => {
  await ground?.stop();
});

async function choose(visitor: Visitor, buffer: Buffer, name = "copy.zip"): Promise<void> {
  const chooser = visitor.page.waitForEvent("filechooser");
  await press(visitor, "Choose the copy");
  await (await chooser).setFiles([{ name, mimeType: "application/zip", buffer }]);
}

const [PHONE, DESK, MOUSE] = WALKS.copies;

for (const walk of [PHONE, DESK]) {
  test(`a copy is checked without an account and without network, ${named(walk)}`, async (t) => {
    const { language } = walk;
    const visitor = await newVisitor(ground, language, walk);
    const { page, say, context, sent, wrong } = visitor;
    await follow(visitor, "Check a copy of a journal");
    await heading(page, say("Check a copy of a journal"));
    await page.waitForLoadState("networkidle");
    await context.setOffline(true);
    const before = sent.length;
    await choose(visitor, copy);
    await page
      .getByText(say("This copy holds, from its first byte to its last."))
      .waitFor({ timeout: 60_000 });
    for (const text of [
      "Not anchored: no time stamp and no block holds it.",
      "When the lines were written: only the service says so.",
      "Whether the service shows others another log: too few witnesses watch it.",
    ])
      await page.getByText(say(text), { exact: true }).waitFor();
    await checkAbilities(page, `verify, ${language}`);
    await choose(visitor, afterLoss, "after.zip");
    await page
      .getByText(say("Lines of the journal of this service were lost before this copy was made."))
      .waitFor();
    await page.getByText(/lost 23 lines for good|perdu 23 lignes pour de bon/).waitFor();
    await page.getByText(/first 17 are left|reste les 17 premières/).waitFor();
    await page
      .getByText(
        say(
          "Whether the witnesses are independent. The operator names them in the copy: compare their keys with those that they publish.",
        ),
      )
      .waitFor();
    await checkAbilities(page, `verify after a loss, ${language}`);
    // One bit of one line: the file and the line are named.
    const file = (await openZip(bytesSource(copy))).find(({ name }) => name === "journal.json");
    const flipped = Buffer.from(copy);
    const at = (file?.at ?? 0) + flipped.subarray(file?.at).indexOf('"salt":"') + 12;
    flipped[at] = (flipped[at] ?? 0) ^ 1;
    await choose(visitor, flipped);
    await page.getByText(say("This copy does not hold. Rely on nothing in it.")).waitFor();
    await page
      .getByText(/journal\.json.*line 2/)
      .first()
      .waitFor();
    await checkAbilities(page, `refused, ${language}`);
    await choose(visitor, Buffer.from("no archive at all"));
    await page
      .getByText(/archive/)
      .first()
      .waitFor();
    await page.getByText(say("It does not have the form it should have.")).waitFor();
    // Another log than the one that is known.
    await activate(visitor, page.getByText(say("More checks"), { exact: true }));
    await write(visitor, page.getByLabel(say("The log’s key"), { exact: true }), "A".repeat(43));
    await choose(visitor, copy);
    await page
      .getByText(/log\/keys\.json/)
      .first()
      .waitFor();
    await page.getByText(say("This is another log than the one you know.")).waitFor();
    await write(visitor, page.getByLabel(say("The log’s key"), { exact: true }), "too short");
    await choose(visitor, copy);
    await page
      .getByText(say("This is not a key of a log: it has 43 letters and figures."))
      .waitFor();
    assert.equal(sent.length, before, "something was sent");
    assert.deepEqual(wrong, []);
    walked(t, "copies", visitor);
    await context.close();
  });
}

test("one's own journal is taken along, checked at once, and checked by others' code", async (t) => {
  const visitor = await newVisitor(ground, MOUSE.language, MOUSE);
  const { page, say, wrong, context } = visitor;
  const kit = await signUp(visitor, { name: "Alice Martin", address: "copie@example.org" });
  await checkKit(visitor, kit.words);
  await add(visitor, [{ name: "Bilan.txt", mimeType: "text/plain", buffer: note("-") }]);
  await section(visitor, "Journal");
  await page
    .getByText(
      say(
        "Not anchored: this service shows its journal to no authority outside, so the times are its own word.",
      ),
    )
    .waitFor();
  await activate(visitor, page.getByText(say("How it was checked")).first());
  await page.getByText(say("Not anchored."), { exact: true }).first().waitFor();
  await page
    .getByText(
      say("Signed by the device of whoever wrote it, which belongs to the account named. Checked."),
    )
    .first()
    .waitFor({ state: "attached" });
  let taken = Buffer.alloc(0);
  for (const which of ["Copy of my record’s journal", "Copy of my account’s journal"]) {
    await press(visitor, which);
    const save = page.getByRole("link", { name: say("Save the copy"), exact: true });
    await save.waitFor({ timeout: 60_000 });
    await page.getByText(say("This copy holds, from its first byte to its last.")).waitFor();
    await page.getByText(say("The log is the one whose key you know.")).waitFor();
    const download = page.waitForEvent("download");
    await activate(visitor, save);
    taken = await readFile(await (await download).path());
    const said = await checkExport(bytesSource(taken));
    assert.ok(said.entries > 0);
  }
  await checkAbilities(page, "journal with a copy");

  // What was taken along is checked without network as well.
  await follow(visitor, "Check a copy of a journal");
  await heading(page, say("Check a copy of a journal"));
  await page.waitForLoadState("networkidle");
  await context.setOffline(true);
  await choose(visitor, taken);
  await page
    .getByText(say("This copy holds, from its first byte to its last."))
    .waitFor({ timeout: 60_000 });
  await activate(visitor, page.getByText(say("More checks"), { exact: true }));
  assert.deepEqual(wrong, []);
  walked(t, "copies", visitor);
  await context.close();
});
