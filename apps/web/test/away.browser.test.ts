import assert from "node:assert/strict";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { checkAbilities } from "./abilities.ts";
import { doctorFor } from "./doctor.ts";
import { heading, press, section, share } from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { activate } from "./hand.ts";
import { MOVED_CLOCK, moveClock } from "./moved-clock.ts";
import { owner } from "./owner.ts";
import { textsElsewhere } from "./people.ts";
import type { Visitor } from "./visitor.ts";
import {
  addText,
  allSaved,
  enterByKit,
  keepHere,
  openAway,
  openText,
  replaceWith,
  shellKept,
  text,
  titleOf,
  unlock,
  waits,
  wrongBeside,
} from "./waiting-room.ts";
import { walked } from "./walked.ts";
import { named, WALKS } from "./walks.ts";

// Without network, and with everything that goes wrong around it: nothing that was called saved is
// lost, and the person is told what to do.

const DAY = 86_400_000;

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

for (const walk of WALKS.changedWithoutNetwork) {
  test(`corrected, deleted, kept and released, and an access ended, ${named(walk)}`, async (t) => {
    const { language } = walk;
    const visitor = await owner(ground, language, walk);
    const { page, say, context } = visitor;
    await keepHere(visitor);
    for (const name of ["bilan", "courrier", "vieux"]) await addText(visitor, `${name}.txt`, name);
    const { doctor } = await doctorFor(ground, visitor, `dr-${walk.hand}`);
    await share(visitor, ["bilan"], "Dr Roche");
    assert.equal((await doctor.sharedWithMe()).length, 1);

    // What one does not want here is kept no more, and then again.
    await openText(visitor, "courrier.txt", "courrier");
    await press(visitor, "Stop keeping on this device");
    await page.getByRole("button", { name: say("Keep on this device"), exact: true }).waitFor();
    await press(visitor, "Keep on this device");
    await page
      .getByRole("button", { name: say("Stop keeping on this device"), exact: true })
      .waitFor();
    await openText(visitor, "bilan.txt", "bilan");

    await shellKept(visitor);
    await context.setOffline(true);
    await openText(visitor, "bilan.txt", "bilan");
    await replaceWith(visitor, "bilan corrigé");
    await section(visitor, "My documents");
    await activate(visitor, page.getByRole("link", { name: "vieux" }));
    await press(visitor, "Delete");
    await press(visitor, "Delete it");
    await heading(page, say("My documents"));
    await waits(visitor, 2);
    assert.equal(await page.getByRole("link", { name: "vieux" }).count(), 0);
    await openText(visitor, "courrier.txt", "courrier");

    // Opened anew without network, the page still knows whom one met.
    await openAway(visitor, ground.url);
    await section(visitor, "Who can see what");
    const doctorHere = page.getByRole("heading", { level: 2, name: "Dr Roche", exact: true });
    await doctorHere.waitFor();
    await page.getByText(say("Code checked face to face"), { exact: true }).waitFor();
    await page
      .getByText(say("Their titles show again once this device has reached the service."))
      .waitFor();

    // The end of an access waits too, and says that it has not happened yet.
    await checkAbilities(page, "who can see what, without network");
    await activate(visitor, page.getByRole("button", { name: say("End this access") }).first());
    await press(visitor, "End it now");
    await waits(visitor, 3);
    await checkAbilities(page, "an end that waits");
    assert.equal((await doctor.sharedWithMe()).length, 1);

    // On return everything goes out by itself.
    await context.setOffline(false);
    await allSaved(visitor);
    assert.equal((await doctor.sharedWithMe()).length, 0);
    assert.deepEqual(await textsElsewhere(ground, visitor), {
      bilan: "bilan corrigé",
      courrier: "courrier",
    });
    assert.deepEqual(wrongBeside(visitor), []);
    walked(t, "changedWithoutNetwork", visitor);
    await context.close();
  });
}

test("two pages of one browser write side by side; each change arrives once", async () => {
  const first = await owner(ground, "fr");
  await keepHere(first);
  await addText(first, "gamma.txt", "gamma");
  await shellKept(first);
  const second: Visitor = { ...first, page: await first.context.newPage() };
  await second.page.goto(`${ground.url}/documents`);
  await unlock(second);
  await heading(second.page, second.say("My documents"));

  await first.context.setOffline(true);
  await addText(first, "alpha.txt", "alpha");
  await addText(second, "beta.txt", "beta");
  await waits(second, 2);
  // What one page wrote, the other sees, and goes on from.
  await openText(second, "alpha.txt", "alpha");
  await replaceWith(second, "alpha, corrigé");
  await first.context.setOffline(false);
  await Promise.all([allSaved(first), allSaved(second)]);
  for (const each of [first, second]) {
    await section(each, "My documents");
    await each.page.getByRole("link", { name: "beta" }).waitFor();
    for (const name of ["alpha", "beta", "gamma"]) {
      const link = each.page.getByRole("link", { name });
      assert.equal(await link.count(), 1, name);
    }
    await openText(each, "alpha.txt", "alpha, corrigé");
  }
  assert.deepEqual(wrongBeside(first), []);
  await first.context.close();
});

test("a full device refuses a change before it calls it saved, and says what to do", async () => {
  const visitor = await owner(ground, "fr");
  const { page, say, context } = visitor;
  await keepHere(visitor);
  await addText(visitor, "avant.txt", "avant");
  await context.setOffline(true);
  const devtools = await context.newCDPSession(page);
  const { usage } = await devtools.send("Storage.getUsageAndQuota", { origin: ground.url });
  const quotaSize = usage + 64 * 1024;
  await devtools.send("Storage.overrideQuotaForOrigin", { origin: ground.url, quotaSize });
  // Chromium goes by what it last knew of the room for up to 30 seconds.
  await sleep(31_000);
  const chooser = page.waitForEvent("filechooser");
  await press(visitor, "Add documents");
  const large = { ...text("grand.txt", ""), buffer: Buffer.alloc(12 * 1024 * 1024, "grand ") };
  await (await chooser).setFiles([large]);
  await page
    .getByText(say("This device has no room left for Écrin’s own notes. Free some space first."))
    .first()
    .waitFor();
  await checkAbilities(page, "a full device");
  assert.equal(await page.getByRole("link", { name: "grand" }).count(), 0);
  // What was there before is still there and opens; and with room again it can be added.
  await openText(visitor, "avant.txt", "avant");
  await devtools.send("Storage.overrideQuotaForOrigin", { origin: ground.url });
  await section(visitor, "My documents");
  await addText(visitor, "petit.txt", "petit");
  await waits(visitor, 1);
  await context.setOffline(false);
  await allSaved(visitor);
  assert.deepEqual(wrongBeside(visitor), []);
  await context.close();
});

test("storage that was wiped costs nobody what had reached the service", async () => {
  const visitor = await owner(ground, "en");
  const { page, say, context } = visitor;
  await keepHere(visitor);
  await addText(visitor, "reached.txt", "reached");
  await context.setOffline(true);
  await addText(visitor, "only here.txt", "only here");
  // It says so while it is the only copy.
  await waits(visitor, 1);
  await context.setOffline(false);
  await allSaved(visitor);
  const devtools = await context.newCDPSession(page);
  await devtools.send("Storage.clearDataForOrigin", { origin: ground.url, storageTypes: "all" });
  await page.goto(ground.url);
  await page.getByRole("link", { name: say("Create my record") }).waitFor();
  await enterByKit(visitor, visitor);
  await openText(visitor, "reached.txt", "reached");
  await openText(visitor, "only here.txt", "only here");
  await context.close();
});

test("an update of the program in the middle of an upload: nothing is lost, nothing is sent twice", async () => {
  const visitor = await owner(ground, "fr");
  const { page, say, context } = visitor;
  await keepHere(visitor);
  await shellKept(visitor);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  // The service goes away while a file is being sealed and sent, and comes back with another program.
  const chooser = page.waitForEvent("filechooser");
  await press(visitor, "Add documents");
  const large = { ...text("radio.txt", ""), buffer: Buffer.alloc(9 * 1024 * 1024, "radio ") };
  await (await chooser).setFiles([large]);
  await page.getByRole("progressbar").first().waitFor();
  await ground.goAway();
  await newProgram();
  // A part of a file is tried again for 25 seconds before it waits (packages/client/src/upload.ts).
  await waits(visitor, 1, { timeout: 60_000 });
  await ground.comeBack();
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    await registration?.update();
  });
  // The page that runs stays the page it is, and goes on.
  await page.getByRole("link", { name: "radio" }).first().waitFor();
  await allSaved(visitor);
  assert.equal(await page.locator('meta[name="ecrin-test"]').count(), 0);
  await section(visitor, "Journal");
  await section(visitor, "My documents");
  await page.getByRole("link", { name: "radio" }).first().waitFor();
  assert.equal(await page.getByRole("link", { name: "radio" }).count(), 1);
  // The next start is the new one, also without network.
  const { takesOver } = await watchPrograms(visitor);
  await page.goto("about:blank");
  await takesOver;
  await page.goto(`${ground.url}/documents`);
  const kept = await page.evaluate(async () => await caches.keys());
  assert.deepEqual(
    kept.filter((name) => name.startsWith("shell-")),
    [`shell-${NEW_VERSION}`],
  );
  await page.goto("about:blank");
  await context.setOffline(true);
  await openAway(visitor, ground.url);
  assert.equal(await page.locator('meta[name="ecrin-test"]').count(), 1);
  await page.getByRole("link", { name: "radio" }).first().waitFor();
  await context.setOffline(false);
  assert.equal(say("My documents"), "Mes documents");
  await context.close();
});

test("the service gone for a day and back: what waited goes out after the password", async () => {
  const visitor = await owner(ground, "fr");
  const { page, say, context } = visitor;
  await keepHere(visitor);
  await addText(visitor, "avant.txt", "avant");
  await ground.goAway();
  await addText(visitor, "pendant.txt", "pendant");
  await waits(visitor, 1);
  await openText(visitor, "avant.txt", "avant");
  await checkAbilities(page, "the service is gone");
  assert.equal(await page.getByRole("alert").count(), 0, "nobody misses a chart");
  // A day later, by everybody's clock.
  ground.ahead = DAY;
  await moveClock(visitor, DAY);
  await ground.comeBack();
  // The session has ended meanwhile: it is said, and nothing that is being typed is thrown away.
  await page
    .getByText(say("Your session has ended. Once you have typed your password again, it goes out."))
    .waitFor({ timeout: 60_000 });
  await checkAbilities(page, "the session has ended");
  await press(visitor, "Type my password");
  await unlock(visitor);
  await allSaved(visitor);
  ground.ahead = 0;
  await moveClock(visitor, 0);
  assert.deepEqual(await textsElsewhere(ground, visitor), { avant: "avant", pendant: "pendant" });
  assert.deepEqual(wrongBeside(visitor), []);
  await context.close();
});

test("a wrong clock is named, and what was written under it goes out once it is right", async () => {
  const visitor = await owner(ground, "en");
  const { page, say, context } = visitor;
  await keepHere(visitor);
  await context.setOffline(true);
  await moveClock(visitor, 2 * DAY);
  await addText(visitor, "ahead.txt", "ahead");
  await waits(visitor, 1);
  await context.setOffline(false);
  await page
    .getByText(say("The clock of this device seems to be wrong. Set date and time right."))
    .waitFor({ timeout: 60_000 });
  await checkAbilities(page, "a wrong clock");
  await section(visitor, "Journal");
  await page
    .getByText(say("This device’s clock is wrong. Set its date and time right, then try again."))
    .waitFor();
  await moveClock(visitor, 0);
  await allSaved(visitor);
  await section(visitor, "My documents");
  const written = page.getByRole("link", { name: titleOf("ahead.txt") });
  await written.first().waitFor();
  assert.equal(await written.count(), 1);
  assert.deepEqual(wrongBeside(visitor), []);
  await context.close();
});

/**
 * `takesOver` once another program than the one at work now does the work, which it does when no page
 * of this one is open. Chromium never answers a page that is opened in that very moment, whatever
 * the worker is.
 */
async function watchPrograms({
  context,
  page,
}: Visitor): Promise<{ readonly takesOver: Promise<void> }> {
  const devtools = await context.newCDPSession(page);
  const { promise: takesOver, resolve } = Promise.withResolvers<void>();
  let first: string | undefined;
  devtools.on("ServiceWorker.workerVersionUpdated", ({ versions }) => {
    for (const { status, versionId } of versions) {
      if (status !== "activated") continue;
      first ??= versionId;
      if (versionId !== first) resolve();
    }
  });
  await devtools.send("ServiceWorker.enable");
  return { takesOver };
}

const NEW_VERSION = "another-version";

/** Puts another program where the server finds it. */
async function newProgram(): Promise<void> {
  const [index, worker] = ["index.html", "service-worker.js"].map((name) =>
    join(ground.pages, name),
  );
  if (index === undefined || worker === undefined) throw new Error("there is no page");
  const html = await readFile(index, "utf8");
  await writeFile(index, html.replace("<head>", '<head><meta name="ecrin-test" content="new">'));
  const code = await readFile(worker, "utf8");
  const version = /SHELL_VERSION="([^"]+)"/.exec(code)?.[1] ?? assert.fail("no version");
  await writeFile(worker, code.replace(version, NEW_VERSION));
  await appendFile(worker, "\n");
}
