// Journals that are followed: a line is printed when something happens, and Ctrl-C ends it in order.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Call, json, refused, sitting } from "./command.ts";
import { type Ground, type Listed, signUp, startGround } from "./ground.ts";

let ground: Ground;
let camille: Call & { readonly account: string };
let roche: Call & { readonly account: string };
/** What the doctor was given to read. */
let share: string;

before(async () => {
  ground = await startGround();
  [camille, roche] = await Promise.all([
    signUp(ground, "Camille Moreau", "chaise-fleuve-orange", "camille.txt"),
    signUp(ground, "Dr Roche", "lampe-renard-violet", "roche.txt"),
  ]);
  const codeOf = (whose: Call) => json<{ code: string }>(whose, "verify-contact");
  const [hers, his] = [await codeOf(camille), await codeOf(roche)];
  await json(camille, "verify-contact", his.code, "--name", "Dr Roche");
  await json(roche, "verify-contact", hers.code, "--name", "Camille");
  const file = join(ground.folder, "bilan.txt");
  await writeFile(file, "Bilan du jour");
  await json(camille, "add", file);
  await json(camille, "list");
  const shared = await json<{ share: string }>(
    camille,
    ...["share", "1", "--with", "roche", "--until", "tomorrow", "--yes"],
  );
  share = shared.share;
});
after(async () => await ground.end());

interface Line {
  readonly kind: string;
  readonly actor: { readonly account?: string };
  readonly statement: string;
}

test("what another does is printed as it happens, and Ctrl-C ends it", async () => {
  const following = sitting(camille, "journal", "--follow");
  following.answer("chaise-fleuve-orange");
  // What is there already comes first, so what comes then comes by itself.
  await following.printed<Line>(({ kind }) => kind === "share");
  await json(roche, "shared");
  await json(roche, "open", "1", "-o", join(ground.folder, "first.txt"));
  const first = await following.printed<Line>(({ kind }) => kind === "opening");
  assert.equal(first.actor.account, roche.account);
  assert.equal(first.statement, "signed-by-reader");
  assert.equal(await following.interrupt(), 0);
  // The home is free again, and the session has ended in order.
  await json<Listed>(camille, "list");
});

test("what one did oneself: listed, and printed as it happens", async () => {
  const acts = await json<{ account: string; entries: readonly Line[] }>(
    roche,
    "journal",
    "--mine",
  );
  assert.equal(acts.account, roche.account);
  assert.ok(acts.entries.some(({ kind }) => kind === "opening"));
  assert.ok(acts.entries.every(({ actor }) => actor.account === roche.account));
  assert.deepEqual(
    (await json<{ entries: readonly Line[] }>(camille, "journal", "--mine")).entries,
    [],
  );

  const file = join(ground.folder, "reponse.txt");
  await writeFile(file, "Merci");
  const following = sitting(roche, "journal", "--mine", "--follow");
  following.answer("lampe-renard-violet");
  await following.printed<Line>(({ kind }) => kind === "opening");
  assert.equal(await refused(roche, 1, "deposit", share, file), "home-busy");
  assert.equal(await following.interrupt("SIGTERM"), 0);
  await json(roche, "deposit", share, file);
});

test("a journal is asked for in words that are known", async () => {
  assert.equal(await refused(camille, 2, "journal", "--kind", "gossip"), "usage");
  assert.equal(await refused(camille, 2, "journal", "--since", "soon"), "usage");
  assert.equal(await refused(camille, 2, "journal", "--limit", "0"), "usage");
  assert.equal(await refused(camille, 4, "journal", "--by", "nobody"), "contact-unknown");
  assert.equal(await refused(camille, 4, "journal", "--record", "nobody"), "record-unknown");
  assert.equal(
    await refused({ home: join(ground.folder, "nobody") }, 3, "journal", "--mine"),
    "not-signed-in",
  );
});
