import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkAbilities } from "./abilities.ts";
import { follow, heading, press, section } from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { activate } from "./hand.ts";
import { backUp, comeAgain, lose, takeCopy } from "./losing.ts";
import { type Owner, owner } from "./owner.ts";
import type { Visitor } from "./visitor.ts";
import {
  addText,
  allSaved,
  keepHere,
  openText,
  otherDevice,
  unlock,
  wrongBeside,
} from "./waiting-room.ts";
import { walked } from "./walked.ts";
import { WALKS } from "./walks.ts";

// A service whose database was put back to an earlier day, and whose operator ended the log: what
// people see who come back, and how they go on.

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(async () => {
  await ground?.stop();
});

const [PHONE, DESK, MOUSE] = WALKS.loss;

const lostTitle = "Warning: lines of the journal are lost.";

/** The alarm is read, the dialog told what follows, and the loss accepted. */
async function accept(visitor: Visitor, name: string): Promise<void> {
  const { page, say } = visitor;
  await page.getByText(say(lostTitle)).waitFor({ timeout: 60_000 });
  await checkAbilities(page, `lost, ${name}`);
  await press(visitor, "Go on with what is left");
  await page
    .getByRole("alertdialog", { name: say("Go on with what is left?"), exact: true })
    .waitFor();
  await checkAbilities(page, `accepting, ${name}`);
  await press(visitor, "Accept the loss");
}

test("lines that are lost are told, accepted once, and what follows is done", async (t) => {
  const people: (readonly [string, Owner])[] = [];
  for (const walk of [PHONE, DESK]) {
    const visitor = await owner(ground, walk.language, walk);
    await addText(visitor, "before.txt", "before");
    await takeCopy(visitor);
    people.push([`${walk.language}-${walk.width}`, visitor]);
  }
  // Somebody of whom nothing is lost.
  const other = await owner(ground, MOUSE.language, MOUSE);
  await addText(other, "mine.txt", "mine");
  await takeCopy(other);
  await backUp(ground);
  for (const [, visitor] of people) {
    await comeAgain(ground, visitor);
    await addText(visitor, "meanwhile.txt", "meanwhile");
    await takeCopy(visitor);
    await openText(visitor, "meanwhile.txt", "meanwhile");
  }
  // So that the last openings are signed for, and the devices hold their receipts.
  await takeCopy(await otherDevice(ground, "en", people[0]?.[1] ?? assert.fail()));
  await lose(ground);

  for (const [name, visitor] of people) {
    const { page, say } = visitor;
    await comeAgain(ground, visitor);
    await accept(visitor, name);
    await heading(page, say("My documents"));
    await page.getByText(say("That is done"), { exact: true }).waitFor();
    await page.getByRole("link", { name: "before" }).waitFor();
    assert.equal(await page.getByRole("link", { name: "meanwhile" }).count(), 0);
    await checkAbilities(page, `accepted, ${name}`);
    await press(visitor, "That is done");
    await page.getByText(say("That is done"), { exact: true }).waitFor({ state: "detached" });

    // Its proofs stay, and a copy says what is lost.
    await takeCopy(visitor);
    await page.getByText(/in no journal any more|plus dans aucun journal/).waitFor();
    await page
      .getByText(say("Lines of the journal of this service were lost before this copy was made."))
      .waitFor();
    await checkAbilities(page, `journal after a loss, ${name}`);
  }

  // Who lost nothing gets in as ever, is told where they look at the journal, and accepts there.
  const { page, say } = other;
  await comeAgain(ground, other);
  await openText(other, "mine.txt", "mine");
  await section(other, "Journal");
  await accept(other, "inside");
  await page
    .getByText(say("Accepted, for all your devices. Open your record again with your password."))
    .waitFor();
  await unlock(other);
  await heading(page, say("My documents"));
  await follow(other, "Who can see what");
  await heading(page, say("Who can see what"));
  await section(other, "Journal");
  await page.getByText(say("How it was checked")).first().waitFor();
  assert.equal(await page.getByText(say(lostTitle)).count(), 0);
  // A device that is new gets in with nothing to accept.
  const fresh = await otherDevice(ground, MOUSE.language, other);
  await takeCopy(fresh);
  walked(t, "loss", ...people.map(([, each]) => each), other);
  for (const { context, wrong } of [...people.map(([, each]) => each), other, fresh]) {
    assert.deepEqual(wrong, []);
    await context.close();
  }
});

test("where this device keeps the record, the loss is told beside the list, and accepted there", async () => {
  const visitor = await owner(ground, PHONE.language, { ...PHONE, width: 320 });
  const { page, say, context } = visitor;
  await keepHere(visitor);
  await addText(visitor, "before.txt", "before");
  await takeCopy(visitor);
  await backUp(ground);
  await comeAgain(ground, visitor);
  await addText(visitor, "meanwhile.txt", "meanwhile");
  await allSaved(visitor);
  await takeCopy(visitor);
  await lose(ground);

  // The list is this device's, as it was; what the service said of it stands above.
  await comeAgain(ground, visitor);
  await page.getByText(say(lostTitle)).waitFor({ timeout: 60_000 });
  await page.getByRole("link", { name: "meanwhile" }).first().waitFor();
  assert.equal(
    await page.getByText(say("Everything is saved at the service.")).count(),
    0,
    "nothing is called saved that is lost",
  );
  await accept(visitor, "kept");
  await page.getByText(say("That is done"), { exact: true }).waitFor({ timeout: 60_000 });
  await allSaved(visitor);
  assert.equal(await page.getByText(say(lostTitle)).count(), 0);
  await openText(visitor, "before.txt", "before");
  await section(visitor, "Journal");
  await page.getByText(say("How it was checked")).first().waitFor();
  assert.deepEqual(wrongBeside(visitor), []);

  // What the words mean stands on the page of help.
  await follow(visitor, "Help and words explained");
  await activate(visitor, page.getByText(say("It says that lines of the journal are lost")));
  await page.getByText(/^The service lost part of|^Le service a perdu une partie/).waitFor();
  await context.close();
});
