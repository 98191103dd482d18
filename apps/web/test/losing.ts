import assert from "node:assert/strict";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { operate } from "../../server/test/operator-command.ts";
import { press, section } from "./flows.ts";
import type { Ground } from "./ground.ts";
import type { Visitor } from "./visitor.ts";
import { unlock } from "./waiting-room.ts";

// A service whose database is put back to an earlier day, and whose operator ends the log.

const dataOf = (ground: Ground) => join(ground.folder, "data");
const backupOf = (ground: Ground) => join(ground.folder, "backup");

/** Keeps the database as it is now, in the place of what was kept before. */
export async function backUp(ground: Ground): Promise<void> {
  await ground.goAway();
  await rm(backupOf(ground), { recursive: true, force: true });
  await cp(join(dataOf(ground), "postgres"), backupOf(ground), { recursive: true });
  await ground.comeBack();
}

/** Puts the database back, and begins the log that follows. */
export async function lose(ground: Ground): Promise<void> {
  await ground.goAway();
  await rm(join(dataOf(ground), "postgres"), { recursive: true });
  await cp(backupOf(ground), join(dataOf(ground), "postgres"), { recursive: true });
  const done = await operate({ ECRIN_DATA: dataOf(ground) }, "succeed", "--yes");
  assert.equal(done.status, 0, done.stderr);
  await ground.comeBack();
}

/** Opens the page anew: the session ended with the server. */
export async function comeAgain(ground: Ground, visitor: Visitor): Promise<void> {
  await visitor.page.goto(`${ground.url}/documents`);
  await unlock(visitor);
}

/** Takes the journal along, so that all of it is signed for. */
export async function takeCopy(visitor: Visitor): Promise<void> {
  const { page, say } = visitor;
  await section(visitor, "Journal");
  await press(visitor, "Copy of my record’s journal");
  await page
    .getByRole("link", { name: say("Save the copy"), exact: true })
    .waitFor({ timeout: 60_000 });
}
