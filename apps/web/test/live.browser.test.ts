// The journal's page by itself: a line that comes while it is open, what is narrowed down, and an alarm.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkAbilities } from "./abilities.ts";
import { add, checkKit, heading, section, signUp } from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { activate } from "./hand.ts";
import { elsewhere } from "./people.ts";
import { note } from "./samples.ts";
import { newVisitor } from "./visitor.ts";

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(async () => {
  await ground?.stop();
});

test("a line comes by itself, is said politely, narrowed down, and an older log is an alarm", async () => {
  const visitor = await newVisitor(ground, "fr", { width: 1440 });
  const { page, say, context, wrong } = visitor;
  const address = "alice@example.org";
  const kit = await signUp(visitor, { name: "Alice Martin", address });
  await checkKit(visitor, kit.words);
  await add(visitor, [{ name: "Bilan.txt", mimeType: "text/plain", buffer: note("bilan") }]);
  await section(visitor, "Journal");
  await page.getByText(say("You created your account.")).waitFor();
  const early = await (await fetch(`${ground.url}/v1/log`)).text();

  // The same person opens it on another device.
  const device = await elsewhere(ground, { address, kit: kit.text });
  const record = await device.record();
  const [item] = await record.list();
  await record.open(item?.item ?? assert.fail());
  const row = page.getByRole("listitem").filter({ hasText: "Bilan" });
  await row.nth(1).waitFor();
  await page.getByRole("status").filter({ hasText: "Nouvelles lignes" }).first().waitFor();
  await checkAbilities(page, "the journal, live");

  await activate(visitor, page.getByText(say("Narrow it down: who, what, when")));
  await page.getByLabel(say("What"), { exact: true }).selectOption("reading");
  await page.getByText(say("You created your account.")).waitFor({ state: "detached" });
  await row.first().waitFor();
  await activate(visitor, page.getByText(say("What I did in other people’s records")));
  await checkAbilities(page, "what one did elsewhere");
  assert.deepEqual(wrong, []);

  // Until every entry is under a checkpoint that this device has seen, an older one is none.
  for (let tried = 0; ; tried++) {
    const told = (await (await fetch(`${ground.url}/v1/log`)).json()) as { size: number };
    if (told.size > (JSON.parse(early) as { size: number }).size) break;
    assert.ok(tried < 400, "the log is not signed");
    await page.waitForTimeout(250);
  }
  await section(visitor, "Settings");
  await section(visitor, "Journal");
  await page.getByText(say("You created your account.")).waitFor();
  await context.route("**/v1/log", (route) =>
    route.fulfill({ status: 200, contentType: "application/json", body: early }),
  );
  await section(visitor, "Settings");
  await section(visitor, "Journal");
  await page.getByText(say("Warning: something is not as it should be.")).waitFor();
  await page.getByText("rollback").waitFor();
  await checkAbilities(page, "an alarm");
  await heading(page, say("Journal"));
  await context.close();
});
