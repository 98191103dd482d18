import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { formatVerifierKey } from "@ecrin/protocol";
// biome-ignore lint/style/noRestrictedImports: tools/ is no workspace and has no name.
import { startWitnesses, type Witnesses } from "../../../tools/witness/ground.ts";
import { checkAbilities } from "./abilities.ts";
import { fill, follow, heading, press, section } from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { activate } from "./hand.ts";
import { owner } from "./owner.ts";
import type { Visitor } from "./visitor.ts";
import { walked } from "./walked.ts";
import { named, WALKS, type Walk } from "./walks.ts";

// Whom the record counts on to have seen the same journal: chosen, found wanting, and let go.

const TITLE = "Witnesses of the journal";
const NOT_WITNESSED =
  "The independent witnesses you chose have not seen this journal for more than a day. Others may be shown another one.";

let ground: Ground;
let witnesses: Witnesses;
/** Witnesses of the log that the service does not ask. */
let others: Witnesses;
let logLine = "";
before(async () => {
  witnesses = await startWitnesses(4);
  others = await startWitnesses(3);
  ground = await startGround({
    witnesses: witnesses.sources,
    witnessPace: { round: 50, retry: 50, longest: 100 },
    pace: { leaves: 1, ms: 0, epoch: { leaves: 1000, ms: 3_600_000 }, tick: 25 },
  });
  const answer: unknown = await (await fetch(`${ground.url}/v1/log/witnesses`)).json();
  logLine = String(Object(answer).vkey);
  for (const each of witnesses.all) each.trust(logLine);
});
after(async () => {
  await ground?.stop();
  await witnesses?.stop();
  await others?.stop();
});

const [PHONE, DESK, MOUSE] = WALKS.witnesses;

async function atWitnesses(walk: Walk): Promise<Visitor> {
  const visitor = await owner(ground, walk.language, walk);
  await section(visitor, "Settings");
  await follow(visitor, "Choose witnesses");
  await heading(visitor.page, visitor.say(TITLE));
  return visitor;
}

const linesOf = (of: Witnesses) => of.all.map(({ key }) => formatVerifierKey({ ...key, type: 4 }));

async function addOne(visitor: Visitor, line: string, operator: string): Promise<void> {
  await fill(visitor, "The witness’s key line", line);
  await fill(visitor, "Who runs it?", operator);
  await press(visitor, "Put it on the list");
  const { page } = visitor;
  await page.getByRole("heading", { level: 3, name: operator, exact: true }).last().waitFor();
}

/** Takes the three houses off the list, one after the other; nothing is said of it yet. */
async function takeAllOff(visitor: Visitor): Promise<void> {
  const { page } = visitor;
  for (let left = 3; left > 0; left--) {
    await activate(visitor, page.getByRole("button", { name: /^Take off the list/ }).first());
    await page
      .getByRole("heading", { level: 3, name: /^House/ })
      .nth(left - 1)
      .waitFor({ state: "detached" });
  }
}

/** Whoever leaves with a list that is not in force is asked, whichever way they leave. */
async function heldBack(visitor: Visitor): Promise<void> {
  const { page, say } = visitor;
  const asked = page.getByRole("alertdialog", { name: say("Leave without keeping this?") });
  const leaving = [
    () => follow(visitor, "Journal"),
    () => page.goBack(),
    () => press(visitor, "Close my record"),
  ];
  for (const leave of leaving) {
    await leave();
    await asked.waitFor();
    if (leave === leaving[0]) await checkAbilities(page, "asked whether to leave");
    await press(visitor, "Stay here");
    await asked.waitFor({ state: "detached" });
    await heading(page, say(TITLE));
    assert.equal(await page.getByRole("heading", { level: 3, name: /^House/ }).count(), 3);
  }
  const closing = page.waitForEvent("dialog");
  const reload = page.reload({ timeout: 5000 }).catch(() => undefined);
  const dialog = await closing;
  assert.equal(dialog.type(), "beforeunload");
  await dialog.dismiss();
  await reload;
  await follow(visitor, "Journal");
  await press(visitor, "Leave");
  await heading(page, say("Journal"));
  await section(visitor, "Settings");
  await follow(visitor, "Choose witnesses");
  await heading(page, say(TITLE));
  assert.equal(await page.getByRole("heading", { level: 3, name: /^House/ }).count(), 0);
  await addHouses(visitor);
}

/** A copy of one's own journal counts the witnesses that one counts on, not those that the service names. */
async function ownCopy(visitor: Visitor): Promise<void> {
  const { page, say } = visitor;
  await section(visitor, "Journal");
  await press(visitor, "Copy of my record’s journal");
  await page
    .getByText(say("This copy holds, from its first byte to its last."))
    .waitFor({ timeout: 60_000 });
  // Of the four that the service names three are on the list.
  await page.getByText(say("Independent witnesses that saw this log grow: {0}.", "3")).waitFor();
  const independent =
    "Whether the witnesses are independent. The operator names them in the copy: compare their keys with those that they publish.";
  assert.equal(await page.getByText(say(independent)).count(), 0);
  await checkAbilities(page, "a copy with one's own witnesses");
}

/** Puts three witnesses on the list that the service does not ask. */
async function addHouses(visitor: Visitor): Promise<void> {
  for (const [i, line] of linesOf(others).entries()) await addOne(visitor, line, `House ${i + 1}`);
}

for (const walk of [PHONE, MOUSE]) {
  test(`three witnesses are chosen; fewer are not, ${named(walk)}`, async (t) => {
    const visitor = await atWitnesses(walk);
    const { page, say } = visitor;
    await page
      .getByText(say("Has signed the journal, last on {0}.", "").slice(0, 18))
      .first()
      .waitFor();
    await checkAbilities(page, "no witness yet");
    const [one = "", two = "", three = ""] = linesOf(witnesses);

    await fill(visitor, "The witness’s key line", logLine);
    await fill(visitor, "Who runs it?", "le service");
    await press(visitor, "Put it on the list");
    await page
      .getByText(
        say(
          "This is not the key line of a witness: a name, eight figures or letters and the key, with a plus sign between them. Copy it whole.",
        ),
      )
      .waitFor();
    await fill(visitor, "The witness’s key line", "");
    await fill(visitor, "Who runs it?", "");

    await addOne(visitor, ` ${one}\n`, "Université");
    await fill(visitor, "The witness’s key line", one);
    await fill(visitor, "Who runs it?", "Association");
    await press(visitor, "Put it on the list");
    await page.getByText(say("This witness is on the list already.")).waitFor();
    await fill(visitor, "The witness’s key line", "");
    await fill(visitor, "Who runs it?", "");
    await addOne(visitor, two, "Association");
    // A second one of the same people counts for nothing.
    await addOne(visitor, three, "Association");
    const countOnThese = page.getByRole("button", { name: say("Count on these"), exact: true });
    assert.equal(await countOnThese.count(), 0);
    await checkAbilities(page, "two witnesses, too few");

    await activate(
      visitor,
      page.getByRole("button", { name: new RegExp(`^${say("Take off the list")}.*witness2`) }),
    );
    const title = page.getByRole("heading", { level: 2, name: say("Whom you count on") });
    await page
      .getByRole("heading", { level: 3, name: "Association" })
      .nth(1)
      .waitFor({ state: "detached" });
    assert.ok(await title.evaluate((each) => each === document.activeElement), "the focus is kept");
    await addOne(visitor, three, "Clinique");
    await press(visitor, "Count on these");
    await page.getByRole("alertdialog").waitFor();
    await checkAbilities(page, "asked whether to count on them");
    await press(visitor, "Count on them");
    await page
      .getByRole("status")
      .filter({ hasText: /\b3\b.*\b\d{4}\b/ })
      .waitFor();
    await checkAbilities(page, "three witnesses counted on");
    await ownCopy(visitor);

    await page.reload();
    await heading(page, say("Open my record"));
    assert.deepEqual(visitor.wrong, []);
    walked(t, "witnesses", visitor);
    await visitor.context.close();
  });
}

test(`witnesses that the service does not ask are an alarm, until they are let go, ${named(DESK)}`, async (t) => {
  const visitor = await atWitnesses(DESK);
  const { page, say } = visitor;
  await addHouses(visitor);
  assert.equal(await page.getByText(say("The service does not ask it")).count(), 3);
  await heldBack(visitor);
  await press(visitor, "Count on these");
  await press(visitor, "Count on them");
  await page.getByText(say(NOT_WITNESSED)).waitFor();
  await checkAbilities(page, "witnesses who have seen nothing");
  await section(visitor, "Journal");
  await page.getByText(say(NOT_WITNESSED)).waitFor();

  await section(visitor, "Settings");
  await follow(visitor, "Choose witnesses");
  await takeAllOff(visitor);
  await press(visitor, "Leave it as it was");
  assert.equal(await page.getByRole("heading", { level: 3, name: /^House/ }).count(), 3);
  await takeAllOff(visitor);
  await press(visitor, "Count on nobody");
  await checkAbilities(page, "asked whether to count on nobody");
  await press(visitor, "On nobody");
  await page
    .getByText(
      say(
        "Nobody. If others are shown another journal than you, you may learn it when you meet them, or never.",
      ),
    )
    .waitFor();
  await section(visitor, "Journal");
  await page.getByText(say("How it was checked")).first().waitFor();
  assert.deepEqual(visitor.wrong, []);
  walked(t, "witnesses", visitor);
  await visitor.context.close();
});
