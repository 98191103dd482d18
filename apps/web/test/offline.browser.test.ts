import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkAbilities } from "./abilities.ts";
import { checkKit, heading, PASSWORD, press, section, signUp } from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { newVisitor, type Visitor } from "./visitor.ts";
import type { Language } from "./words.ts";

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(async () => {
  await ground.stop();
});

const OFFLINE = /No network|Pas de réseau|Failed to fetch|ERR_INTERNET_DISCONNECTED/;

async function add({ page, say }: Visitor, name: string, text: string): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  await page
    .getByRole("button", { name: say("Add documents"), exact: true })
    .first()
    .click();
  await (await chooser).setFiles([{ name, mimeType: "text/plain", buffer: Buffer.from(text) }]);
  await page
    .getByRole("link", { name: titleOf(name) })
    .first()
    .waitFor();
}

/** A document goes by its file's name without the ending. */
const titleOf = (name: string) => name.replace(/\.txt$/, "");

async function openDocument({ page }: Visitor, name: string, text: string): Promise<void> {
  await page
    .getByRole("link", { name: titleOf(name) })
    .first()
    .click();
  await page.getByText(text).waitFor();
}

const walks: readonly (readonly [Language, number])[] = [
  ["fr", 320],
  ["en", 1280],
];
for (const [language, width] of walks) {
  test(`a waiting room without network, ${language}, ${width} px wide`, async () => {
    const visitor = await newVisitor(ground, language, { width });
    const { page, say, context, wrong } = visitor;
    const kit = await signUp(visitor, { name: "Jeanne Roux", address: `${language}@example.org` });
    await checkKit(visitor, kit.words);
    await add(visitor, "bilan.txt", "le bilan");
    await add(visitor, "courrier.txt", "le courrier");
    await add(visitor, "jamais.txt", "jamais");

    // It is asked in words, and kept only after the yes.
    await section(visitor, "Settings");
    await page
      .getByText(
        say(
          "The price: whoever has this device and your password can read what is kept here, and the service does not notice. Do it on your own device only.",
        ),
      )
      .waitFor();
    await press(visitor, "Keep my record on this device");
    await page.getByRole("button", { name: say("Stop keeping"), exact: true }).waitFor();
    await page.getByText(say("Everything is saved at the service.")).waitFor();
    await checkAbilities(page, "keeping");

    // One is opened, another pinned, the third neither.
    await section(visitor, "My documents");
    await openDocument(visitor, "bilan.txt", "le bilan");
    await section(visitor, "My documents");
    await page.getByRole("link", { name: "courrier" }).first().click();
    await page.getByText("le courrier").waitFor();
    // The list says which open without network, while there is one and after.
    const opens = page.locator(".entry", { hasText: say("Opens without network") });
    await section(visitor, "My documents");
    await opens.nth(1).waitFor();
    for (const [title, marks] of [
      ["bilan", 1],
      ["courrier", 1],
      ["jamais", 0],
    ] as const)
      assert.equal(await opens.filter({ hasText: title }).count(), marks, title);
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));

    // The program ends, and starts again without network.
    await context.setOffline(true);
    await page.goto(`${ground.url}/documents`);
    await heading(page, say("Open my record"));
    await page.getByLabel(say("Password"), { exact: true }).fill(PASSWORD);
    await press(visitor, "Open");
    await heading(page, say("My documents"));
    await page
      .getByText(say("Nothing is waiting: what you wrote is saved at the service."))
      .waitFor();
    await openDocument(visitor, "bilan.txt", "le bilan");
    await checkAbilities(page, "opened without network");
    await section(visitor, "My documents");
    await page.getByRole("link", { name: "jamais" }).first().click();
    await page
      .getByText(
        say(
          "There is no network, and this is not kept on this device. It opens when the device is connected again.",
        ),
      )
      .waitFor();
    await section(visitor, "My documents");
    await add(visitor, "photo.txt", "la photo");
    await page
      .getByText(
        language === "fr"
          ? /Un changement n’est enregistré/
          : /One change is saved on this device only/,
      )
      .waitFor();
    const photo = page.locator(".entry", { hasText: "photo" });
    await photo.getByText(say("On this device only"), { exact: true }).waitFor();
    await opens.nth(1).waitFor();
    await checkAbilities(page, "documents, kept and waiting");
    await openDocument(visitor, "photo.txt", "la photo");
    await checkAbilities(page, "written without network");

    // The network is back: it goes out by itself, and the journal tells of the reading.
    await context.setOffline(false);
    await page.getByText(say("Everything is saved at the service.")).waitFor({ timeout: 60_000 });
    await section(visitor, "Journal");
    await page.getByText(say("Without network; told afterwards.")).first().waitFor();
    assert.equal(await page.getByText(say("Without network; told afterwards.")).count(), 1);
    await section(visitor, "My documents");
    await page.getByRole("link", { name: "photo" }).first().waitFor();
    await opens.filter({ hasText: "photo" }).waitFor();
    assert.deepEqual(
      wrong.filter((each) => !OFFLINE.test(each)),
      [],
    );
    await context.close();
  });
}
