import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkAbilities } from "./abilities.ts";
import { addPasskey, giveAuthenticator, goToWays, setUpCodes } from "./factors.ts";
import {
  add,
  close,
  copyWords,
  fill,
  follow,
  heading,
  kitShown,
  PASSWORD,
  press,
  section,
} from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { activate } from "./hand.ts";
import { type Owner, owner } from "./owner.ts";
import { note } from "./samples.ts";
import { newVisitor, type Visitor } from "./visitor.ts";
import { walked } from "./walked.ts";
import { named, WALKS, type Walk } from "./walks.ts";

// Everything made anew after a compromise, as a person does it on the page.

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(async () => {
  await ground?.stop();
});

const FRESH = "cinq autres mots tout neufs";

/** Somebody with one document. */
async function somebody(walk: Walk): Promise<Owner> {
  const visitor = await owner(ground, walk.language, walk);
  await add(visitor, [{ name: "Bilan.txt", mimeType: "text/plain", buffer: note("-") }]);
  return visitor;
}

async function goToRenewal(visitor: Visitor): Promise<void> {
  const { page, say } = visitor;
  await section(visitor, "Settings");
  await follow(visitor, "Somebody may have my password and kit");
  await heading(page, say("Make everything new"));
}

async function confirm(visitor: Visitor): Promise<void> {
  const { page, say } = visitor;
  await activate(
    visitor,
    page
      .getByRole("alertdialog")
      .getByRole("button", { name: say("Make it all new"), exact: true }),
  );
}

const [PHONE, DESK, MOUSE] = WALKS.renewal;

for (const walk of [PHONE, DESK]) {
  test(`everything made anew, and nothing of before opens, ${named(walk)}`, async (t) => {
    const { language } = walk;
    const alice = await somebody(walk);
    const { page, say } = alice;
    await giveAuthenticator(alice);
    const second = await newVisitor(ground, language);
    await follow(second, "I have one: open it here with my kit");
    await fill(second, "E-mail address", alice.address);
    await fill(second, "Your kit: the 24 words, or the same as letters", alice.kit);
    await fill(second, "Password", PASSWORD);
    await press(second, "Open");
    await heading(second.page, say("My documents"));
    await close(second);
    await goToWays(alice);
    await addPasskey(alice);
    const app = await setUpCodes(alice);

    await goToRenewal(alice);
    await checkAbilities(page, "before everything is made new");
    await fill(alice, "Current password", "certainly wrong");
    await fill(alice, "New password", FRESH);
    await fill(alice, "Code of your app", app(0));
    await press(alice, "Make everything new");
    await checkAbilities(page, "asked whether to make everything new");
    await confirm(alice);
    await page
      .getByText(say("This password does not open the record. Check the keyboard and try again."))
      .waitFor();
    await press(alice, "No, go back");
    // Nothing has changed: the record is open as before, and what was typed is still there.
    assert.equal(await page.getByLabel(say("New password"), { exact: true }).inputValue(), FRESH);
    await fill(alice, "Current password", PASSWORD);
    await fill(alice, "Code of your app", app(0));
    await press(alice, "Make everything new");
    await confirm(alice);
    await page
      .getByText(say("Everything is new. Print the new kit now: it is shown this once."))
      .waitFor();
    const kit = await kitShown(alice);
    assert.notEqual(kit.text, alice.kit);
    await page.getByText(say("What is left to do")).waitFor();
    const left = await page.locator("main").innerText();
    const [codes = ""] = say(
      "The codes of your app were removed. Set them up again under <0>Ways back</0>, and delete the old entry in the app.",
    ).split("<0>");
    assert.ok(left.includes(codes.trim()), left);
    assert.match(left, language === "fr" ? /1 clé d’accès a été retirée/ : /1 passkey was removed/);
    await checkAbilities(page, "everything is new");
    await copyWords(alice, kit.words);
    await page.getByText(say("Everything is new, and your kit is in force.")).waitFor();
    assert.equal(await page.locator(".kit").count(), 0);

    await goToWays(alice);
    await page.getByRole("button", { name: say("Ask for codes") }).waitFor();
    assert.equal(await page.getByRole("heading", { level: 3 }).count(), 0, "no passkey is left");
    await close(alice);
    await fill(alice, "Password", PASSWORD);
    await press(alice, "Open");
    await page
      .getByText(say("This password does not open the record. Check the keyboard and try again."))
      .waitFor();
    await fill(alice, "Password", FRESH);
    await press(alice, "Open");
    await page.getByRole("link", { name: "Bilan" }).waitFor();

    await fill(second, "Password", FRESH);
    await press(second, "Open");
    await fill(second, "The password before", PASSWORD);
    await press(second, "Open");
    await second.page
      .getByText(
        say(
          "This device is not, or no longer, signed in to the record. Open it again with your kit and your password.",
        ),
      )
      .waitFor();
    walked(t, "renewal", alice);
    for (const { wrong, context } of [alice, second]) {
      assert.deepEqual(wrong, []);
      await context.close();
    }
  });
}

for (const walk of [MOUSE, DESK]) {
  test(`broken off after the service had taken it: the door says so, and the kit is made again, ${named(walk)}`, async (t) => {
    const alice = await somebody(walk);
    const { page, say, context } = alice;
    await goToWays(alice);
    const app = await setUpCodes(alice);
    let taken = 0;
    await context.route("**/v1/account/renewal", async (route) => {
      taken = (await route.fetch()).status();
      await route.abort();
    });
    await goToRenewal(alice);
    await fill(alice, "Current password", PASSWORD);
    await fill(alice, "New password", FRESH);
    await fill(alice, "Code of your app", app(0));
    await press(alice, "Make everything new");
    await confirm(alice);
    await page
      .getByText(
        say(
          "The service cannot be reached. Check your connection and try again; nothing you typed is lost.",
        ),
      )
      .waitFor();
    assert.equal(taken, 200);
    await press(alice, "No, go back");
    await activate(
      alice,
      page
        .getByRole("navigation", { name: say("Sections") })
        .getByRole("link", { name: say("Journal"), exact: true }),
    );
    await heading(page, say("Open my record"));
    await page
      .getByText(
        say(
          "Everything of this record was being made new, and it broke off. Try your new password first. If it does not open, take the one before.",
        ),
      )
      .waitFor();
    await checkAbilities(page, "the door after a renewal that broke off");
    await fill(alice, "Password", FRESH);
    await press(alice, "Open");
    await page.getByRole("link", { name: "Bilan" }).waitFor();
    const unfinished = page.getByText(
      say(
        "Everything of your record was made new on this device, and it broke off before the end. Your new password holds. Nobody has the new kit: make one now.",
      ),
    );
    await unfinished.waitFor();
    await checkAbilities(page, "documents after a renewal that broke off");
    await follow(alice, "Make a new kit");
    await heading(page, say("Settings"));
    await unfinished.waitFor();
    const [codes = ""] = say(
      "The codes of your app were removed. Set them up again under <0>Ways back</0>, and delete the old entry in the app.",
    ).split("<0>");
    assert.ok((await page.locator("main").innerText()).includes(codes.trim()));
    await press(alice, "Make a new kit");
    await press(alice, "Make it");
    const kit = await kitShown(alice);
    await checkAbilities(page, "a new kit in settings");
    await copyWords(alice, kit.words);
    await page.getByText(say("Your new kit is in force.")).waitFor();
    await section(alice, "My documents");
    await page.getByRole("link", { name: "Bilan" }).waitFor();
    assert.equal(await unfinished.count(), 0);
    await close(alice);
    const said =
      "Everything of this record was being made new, and it broke off. Try your new password first. If it does not open, take the one before.";
    assert.equal(await page.getByText(say(said)).count(), 0);
    walked(t, "renewal", alice);
    await context.close();
  });
}
