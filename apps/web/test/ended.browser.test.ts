import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { utf8 } from "@ecrin/protocol";
import { checkAbilities } from "./abilities.ts";
import { doctorFor } from "./doctor.ts";
import {
  add,
  checkKit,
  close,
  fill,
  follow,
  heading,
  press,
  section,
  signUp,
  towards,
} from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { activate, write } from "./hand.ts";
import { MOVED_CLOCK, moveClock } from "./moved-clock.ts";
import { type Owner, owner } from "./owner.ts";
import { elsewhere, somebody } from "./people.ts";
import { bundle } from "./samples.ts";
import type { Visitor } from "./visitor.ts";
import { addText, openText, says, text, unlock, wrongBeside } from "./waiting-room.ts";

// What somebody has begun when their session ends by itself, or when they close their record: it
// waits at the door, is asked about again where it no longer holds, and is lost by nobody unasked.

const DAY = 86_400_000;
/** Said at the door to whoever did not close their record. */
const CLOSED =
  "Your record has closed. Once it is open again you are where you were, with what you had begun.";

let ground: Ground;
afterEach(() => {
  ground.ahead = 0;
});
before(async () => {
  ground = await startGround({ before: MOVED_CLOCK });
});
after(async () => {
  await ground?.stop();
});

test("a session that ends by itself takes nothing that was begun along", async () => {
  const visitor = await owner(ground, "fr", { width: 390, hand: "touch" });
  const { page, say, context } = visitor;
  await addText(visitor, "bilan.txt", "bilan");
  await doctorFor(ground, visitor, "dr-ended");
  await section(visitor, "My documents");
  await press(visitor, "Write a note");
  await fill(visitor, "Title, if you like", "Pour lundi");
  await fill(visitor, "Text", "Demander si le traitement continue.");

  await sessionEnds(visitor, 1);
  await press(visitor, "Seal and keep");
  await page.getByText(say(CLOSED)).waitFor();
  await checkAbilities(page, "the door of a session that ended by itself");
  await unlock(visitor);
  // The same page, with the same words in it.
  const written = page.getByLabel(say("Text"), { exact: true });
  await written.waitFor();
  assert.equal(await written.inputValue(), "Demander si le traitement continue.");
  await press(visitor, "Seal and keep");
  await openText(visitor, "Pour lundi.txt", "Demander si le traitement continue.");

  // A share of which one step is missing.
  await section(visitor, "Share", "What do you want to share?");
  await activate(visitor, page.getByText("bilan", { exact: true }));
  await press(visitor, "Continue");
  await activate(visitor, page.getByText("Dr Roche"));
  await press(visitor, "Continue");
  await heading(page, say("Until when?"));
  await activate(visitor, page.getByText(say("In a month")));
  await fill(visitor, "A word beside it, if you like", "Avant la consultation");
  await press(visitor, "Continue");
  await heading(page, say("This is what will happen"));
  await sessionEnds(visitor, 2);
  await press(visitor, "Share now");
  await unlock(visitor);
  await heading(page, say("This is what will happen"));
  await page.getByText("Avant la consultation").waitFor();
  await press(visitor, "Share now");
  await heading(page, say("Shared"));

  // A file that was being sealed.
  await section(visitor, "My documents");
  await page.getByRole("link", { name: "bilan" }).first().waitFor();
  const choosing = page.waitForEvent("filechooser");
  await press(visitor, "Add documents");
  const chooser = await choosing;
  await sessionEnds(visitor, 3);
  await chooser.setFiles([text("courrier.txt", "courrier")]);
  await unlock(visitor);
  await page.getByRole("link", { name: "courrier" }).first().waitFor();
  await openText(visitor, "courrier.txt", "courrier");

  // Of a bundle a part may be in the record: it is added again by nobody but the person.
  await section(visitor, "My documents");
  // The list stands: no question of its own finds the session ended before the files do.
  await page.getByRole("link", { name: "courrier" }).first().waitFor();
  const bundled = page.waitForEvent("filechooser");
  await press(visitor, "Add documents");
  const chooserOfBundle = await bundled;
  await sessionEnds(visitor, 4);
  const dossier = { ...text("dossier.json", ""), buffer: bundle("à jeun") };
  await chooserOfBundle.setFiles([dossier, text("lettre.txt", "lettre")]);
  await unlock(visitor);
  await page.getByText(say("Not added: {name}", "dossier.json")).waitFor();
  await page
    .getByText(
      say(
        "Your session ended while this was being added. A part of it may be in your record. Look at your documents, then add it again if it is missing.",
      ),
    )
    .waitFor();
  await page.getByRole("link", { name: "lettre" }).first().waitFor();
  assert.equal(await page.getByRole("link", { name: "Glycémie" }).count(), 0);
  await checkAbilities(page, "a bundle that broke off");
  assert.deepEqual(wrongBeside(visitor), []);
  await context.close();
});

for (const language of ["fr", "en"] as const) {
  test(`a share that waited at the door is asked about again where it no longer holds, ${language}`, async () => {
    const visitor = await owner(ground, language);
    const { page, say, context } = visitor;
    for (const name of ["bilan", "courrier", "vieux"]) await addText(visitor, `${name}.txt`, name);
    await doctorFor(ground, visitor, `dr-again-${language}`);
    await section(visitor, "Share", "What do you want to share?");
    for (const title of ["bilan", "courrier"])
      await activate(visitor, page.getByText(title, { exact: true }));
    await press(visitor, "Continue");
    await activate(visitor, page.getByText("Dr Roche"));
    await press(visitor, "Continue");
    await activate(visitor, page.getByText(say("In a week")));
    await fill(visitor, "A word beside it, if you like", "Avant la consultation");
    await press(visitor, "Continue");
    await heading(page, say("This is what will happen"));
    const listed = page.getByRole("main").locator(".bullets li");
    assert.deepEqual(await listed.allTextContents(), ["courrier", "bilan"]);

    // One of the two was deleted elsewhere meanwhile: it is not shared, and that is said.
    await removeElsewhere(visitor, "bilan");
    await endedAt(visitor, "Share now");
    await unlock(visitor);
    await page
      .getByText(
        say("Part of what you had chosen is no longer among your documents, and is not shared."),
      )
      .waitFor();
    assert.deepEqual(await listed.allTextContents(), ["courrier"]);
    await checkAbilities(page, "a share of which a part is gone");

    // Nothing of it is left: another choice, with everything else as it was.
    await removeElsewhere(visitor, "courrier");
    await endedAt(visitor, "Share now");
    await unlock(visitor);
    await page.getByText(say("What you had chosen is no longer among your documents.")).waitFor();
    assert.equal(await page.getByRole("button", { name: say("Share now") }).count(), 0);
    await checkAbilities(page, "a share of which everything is gone");
    await press(visitor, "Choose documents");
    await heading(page, say("What do you want to share?"));
    assert.ok(await page.getByRole("button", { name: say("Continue"), exact: true }).isDisabled());
    await activate(visitor, page.getByText("vieux", { exact: true }));
    await press(visitor, "Continue");
    await press(visitor, "Continue");
    await press(visitor, "Continue");
    assert.deepEqual(await listed.allTextContents(), ["vieux"]);

    // By the end that was chosen, nobody could read it any more.
    await endedAt(visitor, "Share now");
    const later = Date.now() + 10 * DAY;
    await sessionEnds(visitor, 10);
    await page.clock.setFixedTime(later);
    await unlock(visitor);
    await page.getByText(say("The end you had chosen is past by now.")).waitFor();
    assert.equal(await page.getByRole("button", { name: say("Share now") }).count(), 0);
    await checkAbilities(page, "a share whose end is past");
    await press(visitor, "Choose another end");
    await heading(page, say("Until when?"));
    await press(visitor, "Continue");
    await heading(page, say("This is what will happen"));

    // Nor by the time somebody who stood here for long presses the button.
    await page.clock.setFixedTime(later + 8 * DAY);
    await press(visitor, "Share now");
    await page.getByText(say("The end you had chosen is past by now.")).waitFor();
    await page.clock.setFixedTime(later);
    await press(visitor, "Choose another end");
    await press(visitor, "Continue");
    await page.getByText("Avant la consultation").waitFor();
    await press(visitor, "Share now");
    await heading(page, say("Shared"));
    assert.deepEqual(wrongBeside(visitor), []);
    await context.close();
  });
}

for (const language of ["fr", "en"] as const) {
  test(`whoever closes their record while files are being sealed is asked first, ${language}`, async () => {
    const visitor = await owner(ground, language);
    const { page, say, context } = visitor;
    const asked = page.getByRole("alertdialog", { name: say("Close your record now?") });
    const first = await heldUp(visitor);
    await choose(visitor, "Add documents", [
      text("lettre.txt", "lettre"),
      text("radio.txt", "radio"),
    ]);
    await page.getByRole("progressbar").first().waitFor();
    await first.reached;
    assert.equal(await page.getByText(say("Nothing here yet")).count(), 0);
    // They go on while somebody looks at something else, and are asked about there too.
    await section(visitor, "Journal");
    await press(visitor, "Close my record");
    await asked.getByText(/^2 /).waitFor();
    await press(visitor, "Keep it open");
    await asked.waitFor({ state: "detached" });
    await heading(page, say("Journal"));
    const closing = page.waitForEvent("dialog");
    const reload = page.reload({ timeout: 5000 }).catch(() => undefined);
    const dialog = await closing;
    assert.equal(dialog.type(), "beforeunload");
    await dialog.dismiss();
    await reload;
    first.end("continue");
    await section(visitor, "My documents");
    for (const name of ["lettre", "radio"])
      await page.getByRole("link", { name }).first().waitFor();

    // What failed while somebody looked at something else is told once they come back, and stays
    // chosen until they say what is to become of it.
    const failing = await heldUp(visitor);
    await choose(visitor, "Add documents", [text("vaccin.txt", "vaccin")]);
    await page.getByRole("progressbar").first().waitFor();
    await failing.reached;
    await section(visitor, "Journal");
    failing.end("abort");
    await section(visitor, "My documents");
    const notAdded = page.getByText(say("Not added: {name}", "vaccin.txt"));
    await notAdded.waitFor();
    await section(visitor, "Journal");
    await press(visitor, "Close my record");
    await asked.getByText(/My documents|Mes documents/).waitFor();
    await press(visitor, "Keep it open");
    await section(visitor, "My documents");
    await notAdded.waitFor();
    await checkAbilities(page, "a file that was not added");
    await activate(visitor, page.getByRole("button", { name: `${say("Try again")} vaccin.txt` }));
    await page.getByRole("link", { name: "vaccin" }).first().waitFor();
    assert.equal(await notAdded.count(), 0);

    // What is not wanted any more is left out, and nobody is asked about it again.
    const unwanted = await heldUp(visitor);
    await choose(visitor, "Add documents", [text("vieux.txt", "vieux")]);
    await page.getByRole("progressbar").first().waitFor();
    await unwanted.reached;
    unwanted.end("abort");
    const leave = say("Leave out {name}", "vieux.txt");
    await activate(visitor, page.getByRole("button", { name: leave, exact: true }));
    await page.getByText(say("Not added: {name}", "vieux.txt")).waitFor({ state: "detached" });

    // Whoever closes it all the same loses what was not sealed by then.
    const second = await heldUp(visitor);
    await choose(visitor, "Add documents", [text("trois.txt", "trois"), text("quatre.txt", "x")]);
    await page.getByRole("progressbar").first().waitFor();
    await second.reached;
    await press(visitor, "Close my record");
    await asked.waitFor();
    await checkAbilities(page, "asked before the record is closed");
    // At once, while the service has not answered yet: the worker that held the keys is no more.
    const [keeper] = page.workers();
    assert.ok(keeper);
    const gone = keeper.waitForEvent("close");
    await press(visitor, "Close now");
    await Promise.all([gone, heading(page, say("Open my record"))]);
    second.end("abort");
    await unlock(visitor);
    await heading(page, say("My documents"));
    await addText(visitor, "cinq.txt", "cinq");
    for (const name of ["trois", "quatre"])
      assert.equal(await page.getByRole("link", { name }).count(), 0, name);
    // What was called sealed before is there.
    for (const name of ["lettre", "radio", "cinq"]) await openText(visitor, `${name}.txt`, name);
    // With nothing in hand, nobody is asked; a service that does not answer keeps nobody here.
    await context.route("**/v1/sign-out", () => undefined);
    await close(visitor);
    assert.deepEqual(
      wrongBeside(visitor).filter((each) => !/ERR_FAILED/.test(each)),
      [],
    );
    await context.close();
  });
}

test("a correction and the words looked for wait at the door too", async () => {
  const visitor = await owner(ground, "fr");
  const { page, say, context } = visitor;
  const names = ["bilan", "courrier", "radio", "ordonnance", "lettre", "vaccin", "suivi"];
  await add(
    visitor,
    names.map((name) => text(`${name}.txt`, name)),
  );
  const words = page.getByLabel(say("Look for"), { exact: true });
  await fill(visitor, "Look for", "vacc");
  await page.getByRole("link", { name: "radio" }).waitFor({ state: "detached" });
  await sessionEnds(visitor, 1);
  await choose(visitor, "Add documents", [text("vaccination.txt", "vaccination")]);
  await unlock(visitor);
  await words.waitFor();
  assert.equal(await words.inputValue(), "vacc");
  await page.getByRole("link", { name: "vaccination" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "radio" }).count(), 0);

  // The corrected version that was chosen is sealed once somebody says so again.
  const waiting = page.getByText(
    say("The corrected version that you chose is not sealed yet: {name}", "corrected.txt"),
  );
  const correct = async (days: number) => {
    await sessionEnds(visitor, days);
    await choose(visitor, "Replace with a corrected version", [text("corrected.txt", "corrigé")]);
    await unlock(visitor);
    await waiting.waitFor();
  };
  await press(visitor, "Show everything again");
  await openText(visitor, "bilan.txt", "bilan");
  await correct(2);
  await says(visitor, "bilan");
  await checkAbilities(page, "a correction that waits");
  await press(visitor, "Seal it now");
  await says(visitor, "corrigé");
  await waiting.waitFor({ state: "detached" });

  await openText(visitor, "courrier.txt", "courrier");
  await correct(3);
  const leave = say("Leave out {name}", "corrected.txt");
  await activate(visitor, page.getByRole("button", { name: leave, exact: true }));
  await waiting.waitFor({ state: "detached" });
  await correct(4);
  await close(visitor);
  await unlock(visitor);
  await openText(visitor, "courrier.txt", "courrier");
  assert.equal(await waiting.count(), 0);
  assert.deepEqual(wrongBeside(visitor), []);
  await context.close();
});

test("the hour until which a code is shown waits too, and is asked for again once it is past", async () => {
  const visitor = await owner(ground, "fr");
  const { page, say, context } = visitor;
  await addText(visitor, "bilan.txt", "bilan");
  await section(visitor, "Show a code", "What may they read?");
  await activate(visitor, page.getByText("bilan", { exact: true }));
  await press(visitor, "Continue");
  await activate(visitor, page.getByText(say("In an hour")));
  await press(visitor, "Continue");
  await heading(page, say("This is what will happen"));
  const said = page.locator(".sentence");
  const before = await said.textContent();
  await press(visitor, "Show the code");
  await page.locator("[data-code]").waitFor();

  // The code is over with the session; what was chosen for it is not.
  await sessionEnds(visitor, 1);
  await heading(page, say("Open my record"));
  await sessionEnds(visitor, 0);
  await unlock(visitor);
  await heading(page, say("This is what will happen"));
  assert.equal(await said.textContent(), before);
  assert.deepEqual(await page.locator("main .bullets li").allTextContents(), ["bilan"]);
  await press(visitor, "Show the code");
  await page.locator("[data-code]").waitFor();

  await sessionEnds(visitor, 1);
  await heading(page, say("Open my record"));
  await page.clock.setFixedTime(Date.now() + DAY);
  await unlock(visitor);
  await page.getByText(say("The end you had chosen is past by now.")).waitFor();
  assert.equal(await page.locator("[data-code]").count(), 0);
  await press(visitor, "Choose another end");
  await heading(page, say("Until what hour?"));
  assert.ok(await page.getByRole("radio", { name: say("In an hour") }).isChecked());
  assert.deepEqual(wrongBeside(visitor), []);
  await context.close();
});

test("a share waits while a contact is made, and while their code is checked", async () => {
  const visitor = await owner(ground, "fr", { width: 390, hand: "touch" });
  const { page, say, context } = visitor;
  for (const name of ["bilan", "courrier"]) await addText(visitor, `${name}.txt`, name);
  const roche = await somebody(ground, "Dr Roche");
  await section(visitor, "Share", "What do you want to share?");
  await activate(visitor, page.getByText("bilan", { exact: true }));
  await press(visitor, "Continue");
  await follow(visitor, "Add a contact");
  const aside = page.getByText(say("What you were about to share waits."));
  await aside.waitFor();
  await checkAbilities(page, "contacts, while a share waits");

  // They are invited, and the session ends by itself over it.
  await fill(visitor, "Their e-mail address", roche.address);
  const called = page.getByLabel(say("What do you call them?"), { exact: true });
  await write(visitor, called.last(), "Dr Roche");
  await endedAt(visitor, "Invite");
  await unlock(visitor);
  await press(visitor, "Invite");
  await page.getByText(say("Invited, no answer yet.")).waitFor();
  const theirs = roche.account.contacts();
  const [invitation] = (await theirs.invitations()).received;
  await theirs.accept(invitation?.invitation ?? assert.fail(), "Alice");
  await section(visitor, "My documents");
  await section(visitor, "Contacts");
  await page.getByText(say("{name} has accepted.", "Dr Roche")).waitFor();
  await follow(visitor, "Go on sharing");
  await heading(page, say("With whom?"));
  await activate(visitor, page.getByText("Dr Roche"));
  await press(visitor, "Continue");
  await activate(visitor, page.getByText(say("In a week")));
  await fill(visitor, "A word beside it, if you like", "Avant la consultation");
  await press(visitor, "Continue");
  await heading(page, say("This is what will happen"));

  // Their code is checked, and all of it stands there as before, but for the warning.
  const unchecked = page.getByRole("link", { name: say("Check the code first") });
  await follow(visitor, "Check the code first");
  await aside.waitFor();
  await fill(visitor, "Their code", await theirs.code());
  await write(visitor, called.first(), "Dr Roche");
  await press(visitor, "Check and keep");
  await page
    .getByText(say("{done} is now a contact whose code you have checked.", "Dr Roche"))
    .waitFor();
  await section(visitor, "Share", "This is what will happen");
  await page.getByText("Avant la consultation").waitFor();
  assert.deepEqual(await page.locator("main .bullets li").allTextContents(), ["bilan"]);
  assert.equal(await unchecked.count(), 0);
  await press(visitor, "Back");
  assert.ok(await page.getByRole("radio", { name: say("In a week") }).isChecked());

  // Led back, nothing waits any more: whoever leaves is asked, and begins anew afterwards.
  const asked = page.getByRole("alertdialog", { name: say("Leave without keeping this?") });
  await towards(visitor, "Contacts");
  await asked.waitFor();
  await checkAbilities(page, "asked whether to leave a share");
  await press(visitor, "Stay here");
  await asked.waitFor({ state: "detached" });
  const words = page.getByLabel(say("A word beside it, if you like"));
  assert.equal(await words.inputValue(), "Avant la consultation");
  await towards(visitor, "Contacts");
  await press(visitor, "Leave");
  await heading(page, say("Contacts"));
  assert.equal(await aside.count(), 0);
  await section(visitor, "Share", "What do you want to share?");
  assert.equal(await page.getByRole("checkbox", { name: "bilan" }).isChecked(), false);
  assert.deepEqual(wrongBeside(visitor), []);
  await context.close();
});

test("of two answers that were begun each is asked about before it is lost", async () => {
  const visitor = await owner(ground, "en");
  const { page, say, context } = visitor;
  const { doctor, patient } = await doctorFor(ground, visitor, "dr-two");
  const record = await doctor.record();
  const until = Date.now() + DAY;
  for (const title of ["bilan", "courrier"]) {
    const item = await record.add({ title, mediaType: "text/plain", content: utf8(title) });
    await record.share({ with: patient, items: [item], until, note: "" });
  }
  await section(visitor, "Shared with me");
  const answers = page.getByLabel(say("Your answer"), { exact: true });
  for (const [i, words] of ["One.", "Two."].entries()) {
    await activate(visitor, page.getByRole("button", { name: say("Write back") }).first());
    await write(visitor, answers.nth(i), words);
  }
  const asked = page.getByRole("alertdialog", { name: say("Leave without keeping this?") });

  // Whoever would leave one and not the other stays with both.
  await press(visitor, "Close my record");
  await press(visitor, "Leave");
  await asked.waitFor();
  await press(visitor, "Stay here");
  await asked.waitFor({ state: "detached" });
  await heading(page, say("Shared with me"));
  assert.deepEqual(await answers.evaluateAll(valuesOf), ["One.", "Two."]);

  await follow(visitor, "Journal");
  await press(visitor, "Leave");
  await asked.waitFor();
  await press(visitor, "Leave");
  await heading(page, say("Journal"));

  // What became of two that were sent: one joins the record, and of the other's refusal nobody is told.
  await section(visitor, "Shared with me");
  const told = page.locator(".bullets").getByText(/^Your answer of/);
  for (const words of ["One.", "Two."]) {
    await activate(visitor, page.getByRole("button", { name: say("Write back") }).first());
    await write(visitor, answers.first(), words);
    await press(visitor, "Seal and send");
    await answers.first().waitFor({ state: "detached" });
  }
  await told.nth(1).waitFor();
  const ends = async () =>
    (await told.allTextContents()).map((each) => / is (.*)$/.exec(each)?.[1]);
  const open = "not part of their record, or not yet.";
  assert.deepEqual(await ends(), [open, open]);
  const inbox = doctor.inbox(record);
  const [first, second] = await inbox.list();
  await inbox.accept(first?.deposit ?? assert.fail(), "Alice");
  await inbox.refuse(second?.deposit ?? assert.fail());
  await section(visitor, "My documents");
  await section(visitor, "Shared with me");
  await page.getByText(/is part of their record/).waitFor();
  assert.deepEqual(await ends(), [open, "part of their record."]);
  await checkAbilities(page, "what became of answers");
  assert.deepEqual(wrongBeside(visitor), []);
  await context.close();
});

test("what was begun is gone for another account, and once the record is closed by hand", async () => {
  const visitor = await owner(ground, "en", { hand: "keyboard" });
  const { page, say, context } = visitor;
  const begun = "Ask about the dose.";
  await press(visitor, "Write a note");
  await fill(visitor, "Text", begun);
  await sessionEnds(visitor, 1);
  await press(visitor, "Seal and keep");
  await unlock(visitor);
  await page.getByLabel(say("Text"), { exact: true }).waitFor();

  await close(visitor, "Leave");
  assert.equal(await page.getByText(say(CLOSED)).count(), 0);
  await unlock(visitor);
  await press(visitor, "Write a note");
  const written = page.getByLabel(say("Text"), { exact: true });
  assert.equal(await written.inputValue(), "");

  await fill(visitor, "Text", begun);
  await sessionEnds(visitor, 2);
  await press(visitor, "Seal and keep");
  await heading(page, say("Open my record"));
  assert.equal(await page.getByText(begun).count(), 0);
  await activate(visitor, page.getByText(say("Password forgotten?"), { exact: true }));
  await press(visitor, "Remove the record from this device");
  await press(visitor, "Remove it here");
  const kit = await signUp(visitor, { name: "Bob Martin", address: "bob-ended@example.org" });
  await checkKit(visitor, kit.words);
  await press(visitor, "Write a note");
  assert.equal(await written.inputValue(), "");
  assert.deepEqual(wrongBeside(visitor), []);
  await context.close();
});

/** By everybody's clock it is so many days later: the service knows the session no more. */
async function sessionEnds(visitor: Visitor, days: number): Promise<void> {
  ground.ahead = days * DAY;
  await moveClock(visitor, days * DAY);
}

/** Runs in the page: what stands in lines of text. */
function valuesOf(lines: Element[]): string[] {
  return lines.map((each) => (each instanceof HTMLTextAreaElement ? each.value : ""));
}

/** Chooses files, by a button. */
async function choose(
  visitor: Visitor,
  button: string,
  files: ReturnType<typeof text>[],
): Promise<void> {
  const chooser = visitor.page.waitForEvent("filechooser");
  await press(visitor, button);
  await (await chooser).setFiles(files);
}

/** What is sealed, on its way to the service. */
interface Held {
  /** Something is. */
  readonly reached: Promise<void>;
  /** What becomes of it. */
  readonly end: (how: "continue" | "abort") => void;
}

/** From now on nothing that is sealed gets through to the service, until it is said what becomes of it. */
async function heldUp({ context }: Visitor): Promise<Held> {
  const { promise: decided, resolve: decide } = Promise.withResolvers<"continue" | "abort">();
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  let isOver = false;
  await context.route(/\/v1\/spaces\/[^/]+\/revisions$/, async (route) => {
    if (isOver || route.request().method() !== "POST") return await route.fallback();
    reach();
    const how = await decided;
    await (how === "abort" ? route.abort() : route.fallback());
  });
  return {
    reached,
    end: (how) => {
      isOver = true;
      decide(how);
    },
  };
}

/** The session has ended when this is pressed; the door stands, and everybody's clock is right again. */
async function endedAt(visitor: Visitor, button: string): Promise<void> {
  await sessionEnds(visitor, 1);
  await press(visitor, button);
  await heading(visitor.page, visitor.say("Open my record"));
  await sessionEnds(visitor, 0);
}

/** Deletes a document on another device of theirs. */
async function removeElsewhere(person: Owner, title: string): Promise<void> {
  const account = await elsewhere(ground, person);
  const record = await account.record();
  const found = (await record.list()).find(({ metadata }) => metadata.title === title);
  await record.delete(found?.item ?? assert.fail(title));
  await account.lock();
}
