import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { signUp as clientSignUp, memoryStore } from "@ecrin/client";
import { checkAbilities } from "./abilities.ts";
import {
  add,
  close,
  fill,
  follow,
  heading,
  ownCode,
  PASSWORD,
  press,
  section,
  verify,
} from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { activate, write } from "./hand.ts";
import { owner } from "./owner.ts";
import { note } from "./samples.ts";
import { newVisitor, type Visitor } from "./visitor.ts";
import { WALKS } from "./walks.ts";

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(async () => {
  await ground?.stop();
});

const [PHONE, DESK, MOUSE] = WALKS.sharing;

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

test("an invitation, answered; the page says what it does not protect against", async () => {
  const alice = await owner(ground, MOUSE.language, MOUSE);
  const paul = await owner(ground, MOUSE.language, PHONE, "Paul Roche");
  const { page, say } = alice;
  await add(alice, [{ name: "Letter.txt", mimeType: "text/plain", buffer: note("-") }]);
  await section(alice, "Contacts");
  await fill(alice, "Their e-mail address", paul.address);
  await write(
    alice,
    page.getByLabel(say("What do you call them?"), { exact: true }).last(),
    "Uncle Paul",
  );
  await press(alice, "Invite");
  await page.getByText(say("Invited, no answer yet.")).waitFor();

  await section(paul, "Contacts");
  await fill(paul, "Who invites you?", "Alice");
  await checkAbilities(paul.page, "an invitation received");
  await press(paul, "Accept");
  await paul.page.getByRole("heading", { level: 2, name: "Alice", exact: true }).waitFor();

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
  for (const { wrong, context } of [alice, paul]) {
    assert.deepEqual(wrong, []);
    await context.close();
  }
});

test("a stranger's share waits for a tap, and a contact's that does not open is told", async () => {
  const doctor = await owner(ground, "fr", { width: 390, hand: "touch" }, "Dr Roche");
  const code = await ownCode(doctor);
  // Somebody whose program puts something else beside what it seals.
  let lies = false;
  const fetch: typeof globalThis.fetch = (input, init) => {
    if (!lies || !String(input).endsWith("/v1/shares")) return globalThis.fetch(input, init);
    const body = { ...JSON.parse(String(init?.body)), about: "A".repeat(200) };
    return globalThis.fetch(input, { ...init, body: JSON.stringify(body) });
  };
  const person = { address: "mallory@example.org", name: "Mallory", password: PASSWORD };
  const place = { server: ground.url, store: memoryStore(), fetch };
  const { account } = await clientSignUp({ ...person, ...place });
  const contact = await account.contacts().verify(code, "Dr Roche");
  const record = await account.record();
  const content = new Uint8Array(note("-"));
  const item = await record.add({ title: "x", mediaType: "text/plain", content });
  const until = Date.now() + 3_600_000;
  const share = async () => await record.share({ with: contact.account, items: [item], until });

  const { page, say } = doctor;
  const accepted = await share();
  await section(doctor, "Shared with me");
  await page
    .getByText(say("{name} (not verified) offers you documents.", "Mallory"), { exact: true })
    .waitFor();
  await checkAbilities(page, "an offer");
  await press(doctor, "Accept");
  await page.getByText("x", { exact: true }).waitFor();
  await record.endShare(accepted);
  lies = true;
  await share();
  const who = "Mallory";
  await verify(doctor, await account.contacts().code(), who);
  await section(doctor, "Shared with me");
  await page
    .getByText(
      say(
        "Something from {name} does not open. Nothing of it is shown. Ask them to share it again.",
        who,
      ),
    )
    .waitFor();
  await page.getByText(say("Nothing is shared with you")).waitFor();
  await checkAbilities(page, "a share that does not open");
  assert.deepEqual(doctor.wrong, []);
  await doctor.context.close();
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

/** Signs out the device that is not this one. */
async function signOutTheOther(visitor: Visitor): Promise<void> {
  const { page, say } = visitor;
  const other = page
    .getByRole("listitem")
    .filter({ has: page.getByRole("heading", { level: 3 }) })
    .filter({ hasNotText: say("This device") });
  await activate(visitor, other.getByRole("button"));
  await activate(
    visitor,
    page.getByRole("alertdialog").getByRole("button", { name: say("Sign out"), exact: true }),
  );
  await other.waitFor({ state: "detached" });
}

test("a new password reaches the other device; a recovery begun is seen and stopped", async () => {
  const fresh = "cinq mots tout à fait neufs";
  const first = await owner(ground, MOUSE.language, MOUSE);
  const second = await newVisitor(ground, MOUSE.language, DESK);
  await follow(second, "I have one: open it here with my kit");
  await fill(second, "E-mail address", first.address);
  await fill(second, "Your kit: the 24 words, or the same as letters", first.kit);
  await fill(second, "Password", PASSWORD);
  await press(second, "Open");
  await heading(second.page, second.say("My documents"));
  await close(second);

  await section(first, "Settings");
  await first.page.getByRole("heading", { level: 3 }).nth(1).waitFor();
  await fill(first, "Current password", PASSWORD);
  await fill(first, "New password", fresh);
  await press(first, "Change my password");
  await first.page.getByText(first.say("Your password is changed.")).waitFor();

  await fill(second, "Password", fresh);
  await press(second, "Open");
  await fill(second, "The password before", PASSWORD);
  await press(second, "Open");
  await heading(second.page, second.say("My documents"));

  // Signed out by the first device, the second stands before its door and is told why it stays shut.
  await section(first, "Journal");
  await section(first, "Settings");
  await signOutTheOther(first);
  const { page, say } = second;
  await activate(
    second,
    page
      .getByRole("navigation", { name: say("Sections") })
      .getByRole("link", { name: say("Journal"), exact: true }),
  );
  await heading(page, say("Open my record"));
  await fill(second, "Password", fresh);
  await press(second, "Open");
  await page
    .getByText(
      say(
        "This device is not, or no longer, signed in to the record. Open it again with your kit and your password.",
      ),
    )
    .waitFor();

  const stranger = await newVisitor(ground, MOUSE.language, PHONE);
  await follow(stranger, "I have one: open it here with my kit");
  await activate(
    stranger,
    stranger.page.getByText(stranger.say("My kit alone: a new password, after three days")),
  );
  await fill(stranger, "Your kit: the 24 words, or the same as letters", first.kit);
  await fill(stranger, "New password", "a password of a thief");
  await press(stranger, "Set a new password");
  await stranger.page.getByRole("status").filter({ hasText: /\d{4}/ }).waitFor();
  await checkAbilities(stranger.page, "a recovery begun");

  await section(first, "Journal");
  await section(first, "Settings");
  await checkAbilities(first.page, "settings, with a warning");
  await press(first, "Stop it");
  await first.page
    .getByRole("button", { name: first.say("Stop it") })
    .waitFor({ state: "detached" });
  for (const { wrong, context } of [first, second, stranger]) {
    assert.deepEqual(wrong, []);
    await context.close();
  }
});
