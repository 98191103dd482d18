import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { memoryStore, rotateIdentity } from "@ecrin/client";
import { checkAbilities } from "./abilities.ts";
import { goToWays, setUpCodes } from "./factors.ts";
import { fill, heading, PASSWORD, press, section } from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { activate, write } from "./hand.ts";
import { type Owner, owner } from "./owner.ts";
import { elsewhere } from "./people.ts";
import type { Look } from "./visitor.ts";
import { addText, allSaved, keepHere, openText, unlock, wrongBeside } from "./waiting-room.ts";
import { walked } from "./walked.ts";
import { named, WALKS } from "./walks.ts";
import type { Language } from "./words.ts";

// What this device keeps is shown as soon as the password has opened it, and the sign-in goes on
// behind: whatever comes of it is said, and nothing that is shown pretends to be new.

const NEXT = "quatre autres mots ensemble";
const SIGNING_IN = /^(Signing in\. Until then|Connexion en cours\. En attendant)/;
const NOT_SIGNED_IN = /^(You are not signed in\.|La connexion n’a pas eu lieu\.)/;

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(async () => {
  await ground?.stop();
});

/** Somebody who keeps a record with one document on this device, and has come back to the door. */
async function atTheDoor(language: Language, look: Look = {}): Promise<Owner> {
  const visitor = await owner(ground, language, look);
  await keepHere(visitor);
  await addText(visitor, "bilan.txt", "le bilan");
  await allSaved(visitor);
  await visitor.page.goto(`${ground.url}/documents`);
  await heading(visitor.page, visitor.say("Open my record"));
  return visitor;
}

for (const walk of WALKS.entering) {
  test(`the list stands while the service is still being asked, ${named(walk)}`, async (t) => {
    const { language } = walk;
    const visitor = await atTheDoor(language, walk);
    const { page, context } = visitor;
    const held = Promise.withResolvers<void>();
    let asked = 0;
    await context.route("**/v1/sign-in/start", async (route) => {
      asked += 1;
      await held.promise;
      await route.continue();
    });
    await unlock(visitor);
    await page.getByRole("link", { name: "bilan" }).first().waitFor();
    await page.getByText(SIGNING_IN).waitFor();
    assert.equal(
      await page.getByText(visitor.say("Everything is saved at the service.")).count(),
      0,
    );
    await checkAbilities(page, "signing in behind the list");
    // What is written meanwhile waits here, as without network.
    await addText(visitor, "photo.txt", "la photo");
    // What needs the service waits for it, and says nothing wrong.
    await activate(visitor, page.getByRole("link", { name: "bilan" }).first());
    await page.waitForTimeout(500);
    assert.equal(await page.getByText("le bilan", { exact: true }).count(), 0);
    assert.equal(await page.getByRole("alert").count(), 0);
    held.resolve();
    await page.locator("pre").getByText("le bilan", { exact: true }).waitFor();
    await allSaved(visitor);
    assert.equal(asked, 1);
    assert.equal(await page.getByText(SIGNING_IN).count(), 0);
    // What another device wrote stands in the list now.
    await openText(visitor, "photo.txt", "la photo");
    const other = await elsewhere(ground, visitor);
    assert.equal((await (await other.record()).list()).length, 2);
    await other.lock();
    assert.deepEqual(wrongBeside(visitor), []);
    walked(t, "entering", visitor);
    await context.close();
  });
}

test("a service that lets in and then answers nothing: the list of this device stands", async () => {
  const visitor = await atTheDoor("en");
  const { page, say, context } = visitor;
  await context.route("**/v1/spaces/**", (route) => route.abort("connectionrefused"));
  const letIn = page.waitForResponse("**/v1/account");
  await unlock(visitor);
  await letIn;
  await page.getByText(SIGNING_IN).waitFor({ state: "detached" });
  // Asked for anew by somebody who is signed in, and whose record was never reached.
  await section(visitor, "Contacts");
  await section(visitor, "My documents");
  await page.getByRole("link", { name: "bilan" }).first().waitFor();
  assert.equal(await page.getByRole("alert").count(), 0);
  assert.equal(await page.getByText(say("Nothing here yet")).count(), 0);
  await context.unroute("**/v1/spaces/**");
  await openText(visitor, "bilan.txt", "le bilan");
  await context.close();
});

test("what another device wrote is in the list once the sign-in has ended", async () => {
  const visitor = await atTheDoor("en");
  const other = await elsewhere(ground, visitor);
  const record = await other.record();
  await record.add({ title: "nouveau", mediaType: "text/plain", content: new Uint8Array([65]) });
  await unlock(visitor);
  await visitor.page.getByRole("link", { name: "nouveau" }).first().waitFor();
  await allSaved(visitor);
  await other.lock();
  await visitor.context.close();
});

test("a wrong password is told by this device, before anybody has answered", async () => {
  const visitor = await atTheDoor("fr");
  const { page, say, context } = visitor;
  await context.route("**/v1/**", () => new Promise(() => undefined));
  await fill(visitor, "Password", "cinq mots que personne ne connaît");
  await press(visitor, "Open");
  await page
    .getByText(say("This password does not open the record. Check the keyboard and try again."))
    .waitFor();
  await context.unrouteAll({ behavior: "ignoreErrors" });
  await fill(visitor, "Password", PASSWORD);
  await press(visitor, "Open");
  await allSaved(visitor);
  await context.close();
});

test("a password that was changed on another device: said behind the list, and at the door", async () => {
  const visitor = await atTheDoor("fr", { width: 1440 });
  const { page, say, context } = visitor;
  const other = await elsewhere(ground, visitor);
  await other.changePassword(PASSWORD, NEXT);
  await other.lock();
  const starts: string[] = [];
  context.on("request", (request) => {
    if (request.url().endsWith("/v1/sign-in/start")) starts.push(request.url());
  });
  await unlock(visitor);
  await page
    .getByText(
      say(
        "Your password was changed on another device. The one you typed opens this device only. Type the new one to sign in.",
      ),
    )
    .waitFor();
  await page.getByText(NOT_SIGNED_IN).waitFor();
  await page.getByRole("link", { name: "bilan" }).first().waitFor();
  await checkAbilities(page, "not let in");
  // It is not tried again by itself: each attempt counts.
  const tried = starts.length;
  await page.waitForTimeout(21_000);
  assert.equal(starts.length, tried);
  // What needs the service says the same, and not that there is no network.
  await section(visitor, "Who can see what");
  await press(visitor, "Type my password");
  await heading(page, say("Open my record"));
  await fill(visitor, "Password", NEXT);
  await press(visitor, "Open");
  await page
    .getByText(
      say(
        "Your password was changed on another device. Use the one this device knew before; it will then learn the new one.",
      ),
    )
    .waitFor();
  await fill(visitor, "The password before", PASSWORD);
  await press(visitor, "Open");
  await allSaved(visitor);
  // From now on this device knows the new one.
  await page.goto(`${ground.url}/documents`);
  await heading(page, say("Open my record"));
  await fill(visitor, "Password", NEXT);
  await press(visitor, "Open");
  await allSaved(visitor);
  assert.deepEqual(wrongBeside(visitor), []);
  await context.close();
});

type End = (visitor: Owner) => Promise<void>;
const ends: readonly (readonly [string, End])[] = [
  [
    "signed out",
    async (visitor) => {
      const other = await elsewhere(ground, visitor);
      for (const { device, here } of await other.devices())
        if (!here) await other.signOutDevice(device);
      await other.lock();
    },
  ],
  [
    "left behind by a renewal of everything",
    async (visitor) => {
      const store = memoryStore();
      await (await elsewhere(ground, visitor, store)).lock();
      const ask = { server: ground.url, store, password: PASSWORD, newPassword: PASSWORD };
      const { account } = await rotateIdentity(ask);
      await account.lock();
    },
  ],
];
for (const [what, end] of ends) {
  test(`a device that was ${what} meanwhile: said in words, what waits stays here`, async () => {
    const visitor = await atTheDoor("en");
    const { page, say, context } = visitor;
    await end(visitor);
    await unlock(visitor);
    await page
      .getByText(
        say(
          "This device is not, or no longer, signed in to the record. Open it again with your kit and your password.",
        ),
      )
      .waitFor();
    await page.getByText(NOT_SIGNED_IN).waitFor();
    await addText(visitor, "photo.txt", "la photo");
    assert.equal(await page.getByText(say("Everything is saved at the service.")).count(), 0);
    await context.close();
  });
}

test("a service that shows something older: an alarm above the list", async () => {
  const visitor = await atTheDoor("fr");
  const { page, say, context } = visitor;
  // An account as it was: its keyring before the last that this device has seen.
  const kept = new Map<string, string>();
  await context.route("**/v1/account", async (route) => {
    const answer = await route.fetch();
    const body = await answer.json();
    const old = kept.get("account");
    if (old === undefined) kept.set("account", JSON.stringify(body));
    await route.fulfill({ response: answer, body: old ?? JSON.stringify(body) });
  });
  await unlock(visitor);
  await allSaved(visitor);
  await section(visitor, "Settings");
  const other = await elsewhere(ground, visitor);
  await other.newKit();
  await other.lock();
  await context.unrouteAll({ behavior: "wait" });
  await page.goto(`${ground.url}/documents`);
  await unlock(visitor);
  await allSaved(visitor);
  const body = kept.get("account") ?? assert.fail("nothing was kept");
  await context.route("**/v1/account", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body });
  });
  await page.goto(`${ground.url}/documents`);
  await unlock(visitor);
  await page.getByText(say("Warning: something is not as it should be.")).waitFor();
  await page.getByRole("link", { name: "bilan" }).first().waitFor();
  await page.getByText(NOT_SIGNED_IN).waitFor();
  await checkAbilities(page, "an alarm above the list");
  await context.close();
});

test("an app's code is asked for above the list", async () => {
  const visitor = await owner(ground, "fr");
  const { page, say, context } = visitor;
  await goToWays(visitor);
  const app = await setUpCodes(visitor);
  await keepHere(visitor);
  await addText(visitor, "bilan.txt", "le bilan");
  await allSaved(visitor);
  await page.goto(`${ground.url}/documents`);
  await unlock(visitor);
  const code = page.getByLabel(say("Code of your app"), { exact: true });
  await code.waitFor();
  await page.getByRole("link", { name: "bilan" }).first().waitFor();
  await checkAbilities(page, "a code asked for above the list");
  await write(visitor, code, "000000");
  await press(visitor, "Sign in");
  await page
    .getByText(say("This code was not accepted. Wait until the app shows the next one."))
    .waitFor();
  await write(visitor, code, app(0));
  await press(visitor, "Sign in");
  await allSaved(visitor);
  await context.close();
});
