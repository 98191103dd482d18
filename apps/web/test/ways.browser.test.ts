import assert from "node:assert/strict";
import { after, before, type TestContext, test } from "node:test";
import { memoryStore, signInWithKit } from "@ecrin/client";
import { checkAbilities } from "./abilities.ts";
import { fill, follow, heading, ownCode, PASSWORD, press, section, verify } from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { activate, write } from "./hand.ts";
import { startAhead } from "./moved-clock.ts";
import { owner } from "./owner.ts";
import { atPage, type Somebody, somebody } from "./people.ts";
import { newVisitor, type Visitor } from "./visitor.ts";
import {
  allSaved,
  keepHere,
  openAway,
  openText,
  shellKept,
  waits,
  wrongBeside,
} from "./waiting-room.ts";
import { walked } from "./walked.ts";
import { named, WALKS, type Walk } from "./walks.ts";

// Whom one has not met, a password that changes here and elsewhere, and a way back by the kit alone.

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(async () => {
  await ground?.stop();
});

type Walker = Somebody & Visitor;

// One person walks them one after the other: signing up is no part of any of them.
for (const walk of WALKS.invitation) {
  test(`people not met, a new password and the kit alone, ${named(walk)}`, async (t) => {
    const alice = await atPage(ground, walk.language, walk, ["Letter"]);
    await t.test("invited, and inviting", (each) => invited(each, alice));
    await t.test("a stranger's share", (each) => offered(each, alice));
    await t.test("a password changed elsewhere, and here", (each) => renewed(each, alice));
    await t.test("the kit alone", (each) => byKitAlone(each, alice, walk));
    assert.deepEqual(wrongBeside(alice), []);
    await alice.context.close();
  });
}

/** Invites Paul, is invited by Zoé, and shares with Paul although nobody has compared codes. */
async function invited(t: TestContext, alice: Walker): Promise<void> {
  const { page, say } = alice;
  const [paul, zoe] = [await somebody(ground, "Paul Roche"), await somebody(ground, "Zoé")];
  await zoe.account.contacts().invite(alice.address, "Alice");
  await section(alice, "Contacts");
  await fill(alice, "Who invites you?", "Zoé");
  await checkAbilities(page, "an invitation received");
  await press(alice, "Accept");
  await page.getByRole("heading", { level: 2, name: "Zoé", exact: true }).waitFor();
  await fill(alice, "Their e-mail address", paul.address);
  const called = page.getByLabel(say("What do you call them?"), { exact: true }).last();
  await write(alice, called, "Uncle Paul");
  await withTooManyOpen(alice);
  await press(alice, "Invite");
  await page.getByText(say("Invited, no answer yet.")).waitFor();
  await checkAbilities(page, "an invitation made");

  const theirs = paul.account.contacts();
  const [invitation] = (await theirs.invitations()).received;
  await theirs.accept(invitation?.invitation ?? assert.fail(), "Alice");
  const { sent } = await zoe.account.contacts().invitations();
  assert.deepEqual(
    sent.map(({ state }) => state),
    ["accepted"],
  );
  await section(alice, "My documents");
  await section(alice, "Contacts");
  await page.getByText(say("{name} has accepted.", "Uncle Paul")).waitFor();
  await section(alice, "Share", "What do you want to share?");
  await activate(alice, page.getByText("Letter", { exact: true }));
  await press(alice, "Continue");
  await activate(alice, page.getByText("Uncle Paul"));
  await press(alice, "Continue");
  await press(alice, "Continue");
  await page.getByRole("link", { name: say("Check the code first") }).waitFor();
  await checkAbilities(page, "before sharing with somebody not verified");
  await press(alice, "Share now");
  await heading(page, say("Shared"));
  assert.equal((await paul.account.sharedWithMe()).length, 1);
  walked(t, "invitation", alice);
}

/** Where too many invitations wait for an answer, that is said, and what was typed stays. */
async function withTooManyOpen(alice: Walker): Promise<void> {
  const { page, context, say } = alice;
  const problem = {
    type: "/problems/quota-reached",
    title: "",
    status: 422,
    code: "quota-reached",
  };
  await context.route("**/v1/invitations", async (route) => {
    if (route.request().method() !== "POST") return await route.fallback();
    const contentType = "application/problem+json";
    await route.fulfill({ status: 422, contentType, body: JSON.stringify(problem) });
  });
  await press(alice, "Invite");
  const said =
    "Too many of your invitations wait for an answer. You can invite again once one is accepted, or a year old.";
  await page.getByText(say(said)).waitFor();
  await context.unroute("**/v1/invitations");
}

/** What Mallory offers waits for a tap; what does not open is told, and hides nothing. */
async function offered(t: TestContext, alice: Walker): Promise<void> {
  const { page, say } = alice;
  // A program that puts something else beside what it seals.
  let lies = false;
  const { account } = await somebody(ground, "Mallory", (input, init) => {
    if (!lies || !String(input).endsWith("/v1/shares")) return fetch(input, init);
    const body = { ...JSON.parse(String(init?.body)), about: "A".repeat(200) };
    return fetch(input, { ...init, body: JSON.stringify(body) });
  });
  const contact = await account.contacts().verify(await ownCode(alice), "Alice");
  const record = await account.record();
  const content = new TextEncoder().encode("from Mallory");
  const items = [await record.add({ title: "x", mediaType: "text/plain", content })];
  const until = Date.now() + 3_600_000;
  const share = async () => await record.share({ with: contact.account, items, until });
  const offer = page.getByText(say("“{name}” (not verified) offers you documents.", "Mallory"), {
    exact: true,
  });
  const nothing = page.getByText(say("Nothing is shared with you"));
  const notYet = page.getByText(say("Nothing is open to you yet"));

  const declined = await share();
  await section(alice, "Shared with me");
  await offer.waitFor();
  await notYet.waitFor();
  assert.equal(await nothing.count(), 0);
  await checkAbilities(page, "an offer");
  await press(alice, "Decline");
  await offer.waitFor({ state: "detached" });
  await nothing.waitFor();
  assert.equal(await notYet.count(), 0);
  await record.endShare(declined);

  const accepted = await share();
  await section(alice, "My documents");
  await section(alice, "Shared with me");
  await press(alice, "Accept");
  await activate(alice, page.getByRole("link", { name: "x", exact: true }));
  await page.getByText("from Mallory").waitFor();
  await checkAbilities(page, "a stranger's document");
  await record.endShare(accepted);
  lies = true;
  await share();
  await verify(alice, await account.contacts().code(), "Mallory");
  await section(alice, "Shared with me");
  await page
    .getByText(
      say(
        "Something from {name} does not open. Nothing of it is shown. Ask them to share it again.",
        "Mallory",
      ),
    )
    .waitFor();
  await page.getByText(say("Nothing else is shared with you")).waitFor();
  assert.equal(await nothing.count(), 0);
  await checkAbilities(page, "a share that does not open");
  walked(t, "strangersShare", alice);
}

const [NEXT, FRESH] = ["cinq mots tout à fait neufs", "encore cinq autres mots neufs"];

/** The old password goes on opening this device, without network; then the new one is learnt, and another one set. */
async function renewed(t: TestContext, alice: Walker): Promise<void> {
  const { page, say, context } = alice;
  await keepHere(alice);
  await openText(alice, "Letter.txt", "Letter");
  await shellKept(alice);
  await alice.account.changePassword(PASSWORD, NEXT);
  await context.setOffline(true);
  await openAway(alice, ground.url);
  await openText(alice, "Letter.txt", "Letter");
  await section(alice, "My documents");
  await press(alice, "Write a note");
  await fill(alice, "Title, if you like", "Question");
  await fill(alice, "Text", "?");
  await press(alice, "Seal and keep");
  await waits(alice, 1);

  await context.setOffline(false);
  const elsewhere =
    "Your password was changed on another device. The one you typed opens this device only. Type the new one to sign in.";
  await page.getByText(say(elsewhere)).waitFor({ timeout: 60_000 });
  await checkAbilities(page, "a password changed elsewhere, behind the list");
  await press(alice, "Type my password");
  await heading(page, say("Open my record"));
  await fill(alice, "Password", NEXT);
  await press(alice, "Open");
  await page.getByLabel(say("The password before"), { exact: true }).waitFor();
  await checkAbilities(page, "a password changed elsewhere, at the door");
  await fill(alice, "The password before", PASSWORD);
  await press(alice, "Open");
  await allSaved(alice);

  await section(alice, "Settings");
  await page.getByRole("heading", { level: 3 }).nth(1).waitFor();
  await fill(alice, "Current password", NEXT);
  await fill(alice, "New password", FRESH);
  await press(alice, "Change my password");
  await page.getByText(say("Your password is changed.")).waitFor();
  await checkAbilities(page, "settings, a password changed");
  const { address, kit } = alice;
  const place = { server: ground.url, store: memoryStore() };
  const other = await signInWithKit({ ...place, kit, address, password: FRESH });
  const titles = (await (await other.record()).list()).map(({ metadata }) => metadata.title);
  assert.deepEqual(titles.sort(), ["Letter", "Question"]);
  await other.lock();
  walked(t, "newPassword", alice);
}

/** Somebody holds the sheet: whose it is sees it and stops it; asked for again, it opens after three days. */
async function byKitAlone(t: TestContext, alice: Walker, walk: Walk): Promise<void> {
  const { page, say } = alice;
  const newcomer = await newVisitor(ground, walk.language, walk);
  await askByKit(newcomer, alice.kit);
  await newcomer.page.getByRole("status").filter({ hasText: /\d{4}/ }).waitFor();
  await checkAbilities(newcomer.page, "a recovery begun");

  await section(alice, "Journal");
  await section(alice, "Settings");
  const stop = page.getByRole("button", { name: say("Stop it") });
  await stop.waitFor();
  await checkAbilities(page, "settings, with a warning");
  await activate(alice, stop);
  await stop.waitFor({ state: "detached" });
  const stopped =
    "Stopped: that request opens nothing now. Whoever made it has your kit. Make a new one, further down on this page.";
  await page.getByText(say(stopped)).waitFor();
  await checkAbilities(page, "settings, a recovery stopped");

  await newcomer.page.goto(ground.url);
  await askByKit(newcomer, alice.kit);
  await newcomer.page.getByRole("status").filter({ hasText: /\d{4}/ }).waitFor();
  try {
    ground.ahead = 73 * 3_600_000;
    await startAhead(newcomer.context, ground.ahead);
    await newcomer.page.goto(ground.url);
    await askByKit(newcomer, alice.kit);
    await heading(newcomer.page, say("My documents"));
    await newcomer.page.getByRole("link", { name: "Letter" }).waitFor();
  } finally {
    ground.ahead = 0;
  }
  assert.deepEqual(newcomer.wrong, []);
  walked(t, "kitAlone", newcomer, alice);
  await newcomer.context.close();
}

/** Asks for a new password with the kit and nothing else. */
async function askByKit(visitor: Visitor, kit: string): Promise<void> {
  const { page, say } = visitor;
  await follow(visitor, "I have one: open it here with my kit");
  const alone = say("My kit alone: a new password, after three days");
  await activate(visitor, page.getByText(alone));
  await fill(visitor, "Your kit: the 24 words, or the same as letters", kit);
  await fill(visitor, "New password", "un mot de passe pour revenir");
  await press(visitor, "Set a new password");
}

test("the watch sees what it is there for", async () => {
  const { page, wrong, context } = await newVisitor(ground, "en");
  assert.equal(wrong.length, 0);
  await page.evaluate(() => {
    const style = document.createElement("style");
    style.textContent = "p { color: red }";
    document.head.append(style);
  });
  await page.waitForTimeout(100);
  assert.ok(wrong.some((text) => text.includes("style-src")));
  const other = await page.evaluate(() =>
    fetch("http://other.invalid/").then(
      () => "sent",
      () => "refused",
    ),
  );
  assert.equal(other, "refused");
  assert.ok(wrong.some((text) => text.includes("connect-src")));
  const started = await page.evaluate(() => {
    try {
      new Worker("/assets/other.js");
      return "started";
    } catch {
      return "refused";
    }
  });
  assert.equal(started, "refused");
  await context.close();
});

test("mistakes and bad times are said in words", async () => {
  const { page, say, context, ...rest } = await owner(ground, "fr");
  const visitor = { page, say, context, ...rest };
  await section(visitor, "Contacts");
  await fill(visitor, "Their code", "no code");
  await write(
    visitor,
    page.getByLabel(say("What do you call them?"), { exact: true }).first(),
    "X",
  );
  await press(visitor, "Check and keep");
  await page
    .getByText(
      say("This is not a contact code. It begins with “ecrin-1:contact:” and is copied whole."),
    )
    .waitFor();

  await section(visitor, "My documents");
  const chooser = page.waitForEvent("filechooser");
  await press(visitor, "Add documents");
  const broken = Buffer.from(JSON.stringify({ resourceType: "Bundle", entry: [{}] }));
  await (await chooser).setFiles([
    { name: "broken.json", mimeType: "application/json", buffer: broken },
  ]);
  await page
    .getByText(say("This FHIR bundle cannot be read: look at {place}.", "entry[0].resource"))
    .waitFor();
  await checkAbilities(page, "a bundle refused");

  await context.setOffline(true);
  await section(visitor, "Journal");
  const cut = say(
    "The service cannot be reached. Check your connection and try again; nothing you typed is lost.",
  );
  await page.getByText(cut).waitFor();
  await checkAbilities(page, "offline");
  await context.setOffline(false);
  await press(visitor, "Try again");
  await page.getByText(say("You created your account.")).waitFor();
  await page.goto(`${ground.url}/nowhere/at/all`);
  await heading(page, say("There is nothing here"));
  await checkAbilities(page, "nowhere");
  await context.close();
});
