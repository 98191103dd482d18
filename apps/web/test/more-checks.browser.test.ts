import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { after, before, test } from "node:test";
// biome-ignore lint/style/noRestrictedImports: an export made by hand, as the verifier's own tests have it.
import { exportOf, someWitnesses } from "../../../packages/protocol/test/export-made.ts";
// biome-ignore lint/style/noRestrictedImports: an authority of the test's own, whose time stamps are true.
import { type Authority, makeAuthority } from "../../../packages/timestamp/src/authority.ts";
// biome-ignore lint/style/noRestrictedImports: as above.
import { requestTimestamp, tokenOf } from "../../../packages/timestamp/src/index.ts";
import { checkAbilities } from "./abilities.ts";
import { follow, heading, press } from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { activate } from "./hand.ts";
import { newVisitor, type Visitor } from "./visitor.ts";
import { walked } from "./walked.ts";
import { named, WALKS } from "./walks.ts";

// What somebody may add who checks a copy: an earlier one, certificates, witnesses (spec/export.md, MUST 2).

let ground: Ground;
let [authority, other]: Authority[] = [];
let [earlier, copy]: Buffer[] = [];
const { witnesses, cosign } = someWitnesses(3, 3);

before(async () => {
  ground = await startGround();
  [authority, other] = [await makeAuthority("Horodatage Exemple"), await makeAuthority("Autre")];
  earlier = Buffer.from(await exportOf({ entries: 6 }));
  // Made of 27 leaves of the same log.
  copy = Buffer.from(
    await exportOf({
      entries: 12,
      since: 27,
      anchored: [30],
      roots: [authority.root],
      witnesses,
      cosign,
      evidence: async (_, text) => [["stamp-0.tst", await stampOf(text)]],
    }),
  );
});
after(async () => {
  await ground?.stop();
});

async function stampOf(text: string): Promise<Uint8Array> {
  const { bytes } = requestTimestamp(hash("sha256", text, "buffer"));
  return tokenOf((await authority?.answer(bytes)) ?? assert.fail());
}

interface Given {
  readonly name: string;
  readonly buffer: Buffer;
}

async function choose(visitor: Visitor, button: string, files: Given[]): Promise<void> {
  const chooser = visitor.page.waitForEvent("filechooser");
  await press(visitor, button);
  const given = files.map((each) => ({ ...each, mimeType: "application/octet-stream" }));
  await (await chooser).setFiles(given);
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value, undefined, 2));

for (const walk of WALKS.moreChecks) {
  test(`a copy is checked with an earlier one, certificates and witnesses, ${named(walk)}`, async (t) => {
    const { language } = walk;
    const visitor = await newVisitor(ground, language, walk);
    const { page, say, context, wrong } = visitor;
    const sees = async (text: string) =>
      await page.getByText(say(text)).first().waitFor({ timeout: 60_000 });
    const again = async () => {
      const name = say("Check {name} again", "copy.zip");
      await activate(visitor, page.getByRole("button", { name, exact: true }));
    };
    await follow(visitor, "Check a copy of a journal");
    await heading(page, say("Check a copy of a journal"));
    await page.waitForLoadState("networkidle");
    await context.setOffline(true);

    // With nothing beside it, the copy says itself whom to trust.
    await choose(visitor, "Choose the copy", [{ name: "copy.zip", buffer: copy ?? assert.fail() }]);
    await sees("This copy holds, from its first byte to its last.");
    await sees("Compare its root:");
    const independent =
      "Whether the witnesses are independent. The operator names them in the copy: compare their keys with those that they publish.";
    await sees(independent);

    // An authority that one does not count on, then the right one beside it.
    await activate(visitor, page.getByText(say("More checks"), { exact: true }));
    const root = (of: Authority | undefined) => Buffer.from(of?.root ?? assert.fail());
    const [mine, others] = [
      { name: "exemple.der", buffer: root(authority) },
      { name: "autre.der", buffer: root(other) },
    ];
    await choose(visitor, "Choose certificates", [others]);
    await again();
    await page.getByText(/does not count|ne compte pas/).waitFor();
    await sees("Not anchored: no time stamp and no block holds it.");
    await choose(visitor, "Choose certificates", [others, mine]);
    await page
      .getByText(/autre\.der, exemple\.der/)
      .first()
      .waitFor();
    await again();
    await sees("It leads to a certificate that you chose:");

    // An earlier copy, and witnesses of one's own.
    await choose(visitor, "Choose the earlier copy", [
      { name: "avant.zip", buffer: earlier ?? assert.fail() },
    ]);
    await choose(visitor, "Choose the list", [
      { name: "temoins.json", buffer: json({ witnesses }) },
    ]);
    await again();
    await page.getByText(/nothing of its 27 lines|rien de ses 27 lignes/).waitFor();
    assert.equal(await page.getByText(say(independent)).count(), 0);
    await checkAbilities(page, `more checks, ${language}`);

    // Nobody of the list has cosigned.
    const strangers = someWitnesses(6, 0).witnesses.slice(3);
    await choose(visitor, "Choose the list", [
      { name: "autres.json", buffer: json({ witnesses: strangers }) },
    ]);
    await again();
    await sees("Whether the service shows others another log: too few witnesses watch it.");

    // An earlier copy that does not hold, and one that this does not go on from.
    const damaged = Buffer.from(earlier ?? "");
    damaged[200] = (damaged[200] ?? 0) ^ 1;
    await choose(visitor, "Choose the earlier copy", [{ name: "abime.zip", buffer: damaged }]);
    await again();
    await sees("The earlier copy that you gave does not hold, so nothing can be compared with it.");
    const unrelated = Buffer.from(await exportOf({ entries: 5 }));
    await choose(visitor, "Choose the earlier copy", [{ name: "autre.zip", buffer: unrelated }]);
    await again();
    await sees("It does not go on from the copy before.");
    const leave = say("Leave out {names}", "autre.zip");
    await activate(visitor, page.getByRole("button", { name: leave, exact: true }));
    // The button that was pressed is gone; whoever goes by keyboard goes on beside it.
    const beside = page.getByRole("button", { name: say("Choose the earlier copy"), exact: true });
    await page.getByRole("button", { name: leave, exact: true }).waitFor({ state: "detached" });
    assert.ok(
      await beside.evaluate((each) => each === document.activeElement),
      "the focus is lost",
    );
    await again();
    await sees("This copy holds, from its first byte to its last.");

    // What is no certificate and no list is said to be none.
    await choose(visitor, "Choose certificates", [{ name: "x.pem", buffer: Buffer.from("x") }]);
    await again();
    await sees(
      "This file holds no certificate. One ends in .pem, .crt, .cer or .der, and the authority publishes it.",
    );
    await choose(visitor, "Choose certificates", [mine]);
    await choose(visitor, "Choose the list", [{ name: "x.json", buffer: Buffer.from("{}") }]);
    await again();
    await sees(
      "This file is no list of witnesses. It has the form of log/witnesses.json in a copy.",
    );
    assert.deepEqual(wrong, []);
    walked(t, "moreChecks", visitor);
    await context.close();
  });
}
