import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkAbilities } from "./abilities.ts";
import { giveAuthenticator, goToWays, setUpCodes } from "./factors.ts";
import { close, fill, follow, heading, PASSWORD, press, section } from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { activate, write } from "./hand.ts";
import { owner } from "./owner.ts";
import { newVisitor, type Visitor } from "./visitor.ts";
import { walked } from "./walked.ts";
import { named, WALKS } from "./walks.ts";

// What is asked for beside the password, a second device let in, and one that is lost: on the page.

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(async () => {
  await ground?.stop();
});

for (const [i, walk] of WALKS.codes.entries()) {
  test(`codes of an app at the door, a device let in by codes, and lost, ${named(walk)}`, async (t) => {
    const { language } = walk;
    const alice = await owner(ground, language, walk);
    const { page, say } = alice;
    await goToWays(alice);
    await checkAbilities(page, "ways back, nothing set up");
    const app = await setUpCodes(alice);
    await checkAbilities(page, "ways back, codes asked for");
    await close(alice);
    await fill(alice, "Password", PASSWORD);
    await press(alice, "Open");
    const code = page.getByLabel(say("Code of your app"), { exact: true });
    await code.waitFor();
    await checkAbilities(page, "a code asked for at the door");
    await write(alice, code, "000000");
    await press(alice, "Open");
    await page.getByRole("alert").waitFor();
    await write(alice, code, app(0));
    await press(alice, "Open");
    await heading(page, say("My documents"));

    // The new device is worked as the next walk's is.
    const other = WALKS.codes[(i + 1) % WALKS.codes.length] ?? walk;
    const tablet = await newVisitor(ground, language, other);
    await follow(tablet, "I have one: open it here with my kit");
    await activate(
      tablet,
      tablet.page.getByText(say("Another device on which my record is open, and my password")),
    );
    await press(tablet, "Show a number");
    const number = await digits(tablet, "Number of this device");
    await goToWays(alice);
    const typed = page.getByLabel(say("Number that the new device shows"), { exact: true });
    await write(alice, typed, "000000000");
    const letIn = page.locator("section").filter({ has: typed });
    await activate(alice, letIn.getByRole("button", { name: say("Continue"), exact: true }));
    await letIn.getByRole("alert").waitFor();
    await write(alice, typed, number);
    await activate(alice, letIn.getByRole("button", { name: say("Continue"), exact: true }));
    const compared = page.getByLabel(say("Code that the new device shows"), { exact: true });
    await compared.waitFor();
    await write(alice, compared, await digits(tablet, "Code of this device"));
    await activate(
      alice,
      page
        .locator("section")
        .filter({ has: compared })
        .getByRole("button", { name: say("Continue"), exact: true }),
    );
    const reply = await digits(alice, "Code of this device");
    await checkAbilities(page, "a device let in: the code to type there");
    await checkAbilities(tablet.page, "in by another device: the code to type");
    await fill(
      tablet,
      "Code that the other device shows",
      reply === "111111" ? "222222" : "111111",
    );
    await fill(tablet, "Password", PASSWORD);
    await press(tablet, "Open");
    await tablet.page.getByRole("alert").waitFor();
    await fill(tablet, "Code that the other device shows", reply);
    await press(tablet, "Open");
    const factor = tablet.page.getByLabel(say("Code of your app"), { exact: true });
    await factor.waitFor();
    await write(tablet, factor, app(1));
    await press(tablet, "Open");
    await heading(tablet.page, say("My documents"));

    await section(alice, "Settings");
    await follow(alice, "A device is lost");
    await heading(page, say("A device is lost"));
    await checkAbilities(page, "a device is lost");
    await activate(alice, page.getByRole("button", { name: say("It is lost") }));
    await checkAbilities(page, "a device is lost, asked about");
    await press(alice, "Sign it out");
    await page.getByText(say("It is signed out.")).waitFor();
    await page.getByText(say("Your record is open on this device only.")).waitFor();
    await checkAbilities(page, "a device was lost");
    await section(tablet, "Journal", "Open my record");
    walked(t, "codes", alice, tablet);
    for (const { wrong, context } of [alice, tablet]) {
      assert.deepEqual(wrong, []);
      await context.close();
    }
  });
}

for (const walk of WALKS.passkey) {
  test(`a passkey asked for at the door, and a way back after the browser forgot everything, ${named(walk)}`, async (t) => {
    const { language } = walk;
    const alice = await owner(ground, language, walk);
    const { page, say } = alice;
    const sayNo = await giveAuthenticator(alice);
    await goToWays(alice);
    await press(alice, "Add one and ask for it at each opening");
    await page.getByText(say("Asked for at each opening"), { exact: true }).waitFor();
    await page.getByText(say("A way back"), { exact: true }).waitFor();
    await checkAbilities(page, "ways back, a passkey asked for");
    const before = alice.sent.length;
    await close(alice);
    await fill(alice, "Password", PASSWORD);
    await press(alice, "Open");
    await heading(page, say("My documents"));
    const shown = alice.sent.slice(before).find(({ url }) => url.endsWith("/v1/sign-in/factor"));
    assert.ok(shown?.body.includes("authenticatorData"), "the passkey signed");

    await forgetEverything(alice);
    await page.goto(`${ground.url}/enter`);
    await heading(page, say("Open my record on this device"));
    await activate(alice, page.getByText(say("A passkey and my password"), { exact: true }));
    await fill(alice, "E-mail address", alice.address);
    await fill(alice, "Password", PASSWORD);
    await press(alice, "Open with my passkey");
    await heading(page, say("My documents"));
    const bodies = alice.sent.map(({ body }) => body.toString("utf8")).join("\n");
    assert.ok(!bodies.includes("clientExtensionResults"), "extension results stay here");

    // Where it says no the password is not enough.
    await close(alice);
    await sayNo();
    await fill(alice, "Password", PASSWORD);
    await press(alice, "Open");
    await page
      .getByText(say("No passkey was used. Nothing has changed; try again when you are ready."))
      .waitFor();
    await checkAbilities(page, "no passkey at the door");
    await heading(page, say("Open my record"));
    assert.deepEqual(alice.wrong, []);
    walked(t, "passkey", alice);
    await alice.context.close();
  });
}

test("a passkey that opens nothing is taken where it is asked for, and not as a way back", async () => {
  const alice = await owner(ground, "en");
  const { page, say } = alice;
  await giveAuthenticator(alice, false);
  await goToWays(alice);
  await press(alice, "Add a passkey");
  await page
    .getByText(
      say(
        "This passkey cannot open a record: what holds it lacks a function for that. Use your kit, or another phone or security key.",
      ),
    )
    .waitFor();
  await press(alice, "Add one and ask for it at each opening");
  await page.getByText(say("Asked for at each opening"), { exact: true }).waitFor();
  assert.equal(await page.getByText(say("A way back"), { exact: true }).count(), 0);
  await close(alice);
  await fill(alice, "Password", PASSWORD);
  await press(alice, "Open");
  await heading(page, say("My documents"));
  await goToWays(alice);
  await activate(alice, page.getByRole("button", { name: say("Remove") }).first());
  await press(alice, "Remove it");
  await page
    .getByText(say("Asked for at each opening"), { exact: true })
    .waitFor({ state: "detached" });
  await alice.context.close();
});

/** What Safari does after a week, at once. */
async function forgetEverything({ page }: Visitor): Promise<void> {
  await page.goto(`${ground.url}/help`);
  await page.evaluate(async () => {
    for (const { name = "" } of await indexedDB.databases())
      await new Promise((done) => {
        const asked = indexedDB.deleteDatabase(name);
        asked.onsuccess = done;
        asked.onblocked = done;
      });
    localStorage.clear();
  });
}

/** The figures that a device shows under this label. */
async function digits({ page, say }: Visitor, label: string): Promise<string> {
  const shown = page
    .locator(".figures-shown")
    .filter({ hasText: say(label) })
    .locator(".code");
  await shown.waitFor({ timeout: 60_000 });
  return ((await shown.textContent()) ?? "").replace(/\D/g, "");
}
