import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { SAMPLES_FOLDER } from "../src/samples/files.ts";
import { ecrin, json, refused } from "./command.ts";
import { type Journal, type Listed, type Pair, startPair } from "./ground.ts";

const REPORT = join(SAMPLES_FOLDER, "echographie-2026-09-22.txt");
const LAB = join(SAMPLES_FOLDER, "analyses-2026-11-03.pdf");
const BUNDLE = join(SAMPLES_FOLDER, "suivi-2025-2026.fhir.json");

/** The whole way as people go it: each command a process. */
const ALONE = { alone: true };

let ground: Pair["ground"];
let camille: Pair["camille"];
let roche: Pair["roche"];

before(async () => {
  ({ ground, camille, roche } = await startPair("camille.pdf", ALONE));
});

after(async () => await ground.end());

test("two people meet, one shares until tomorrow, sees it opened, and takes it back", async () => {
  const { folder } = ground;
  assert.equal((await stat(join(folder, "camille.pdf"))).mode & 0o777, 0o600);
  assert.equal((await readFile(join(folder, "camille.pdf"))).subarray(0, 5).toString(), "%PDF-");

  const { invitation } = await json<{ invitation: string }>(
    camille,
    "invite",
    "dr-roche@exemple.fr",
    "--name",
    "Dr Roche",
  );
  const { received } = await json<{ received: { invitation: string; from: string }[] }>(
    roche,
    "invitations",
  );
  assert.deepEqual(
    received.map((each) => [each.invitation, each.from]),
    [[invitation, camille.account]],
  );
  await json(roche, "accept", invitation, "--name", "Camille");

  const added = await json<{ added: { items: string[] }[] }>(camille, "add", LAB, REPORT, BUNDLE);
  assert.deepEqual(
    added.added.map(({ items }) => items.length),
    [1, 1, 30],
  );
  const { items } = await json<Listed>(camille, "list");
  assert.equal(items.length, 32);
  const numberOf = (title: string) => `${1 + items.findIndex((each) => each.title === title)}`;
  const report = numberOf("echographie-2026-09-22.txt");
  const lab = numberOf("analyses-2026-11-03.pdf");

  const { share } = await json<{ share: string }>(
    camille,
    ...["share", report, lab, "--with", "roche", "--until", "tomorrow", "--yes"],
  );
  const { shared } = await json<{ shared: { share: string; items: { title: string }[] }[] }>(
    roche,
    "shared",
  );
  assert.deepEqual(
    shared.map((each) => [each.share, each.items.map(({ title }) => title)]),
    [[share, ["echographie-2026-09-22.txt", "analyses-2026-11-03.pdf"]]],
  );

  const opened = await ecrin(roche, "open", "1");
  assert.equal(opened.code, 0, opened.err);
  assert.deepEqual(opened.out, await readFile(REPORT));

  const { entries } = await json<Journal>(camille, "journal", "--by", "roche");
  const openings = entries.filter(({ kind }) => kind === "opening");
  assert.deepEqual(
    openings.map(({ check, actor }) => [check, actor.account]),
    [["signed-by-reader", roche.account]],
  );

  const { shares } = await json<{ shares: string[] }>(camille, "revoke", "Dr Roche", "--yes");
  assert.deepEqual(shares, [share]);
  assert.equal(await refused(roche, 4, "open", "2"), "list-moved-on");
  assert.deepEqual((await json<{ shared: unknown[] }>(roche, "shared")).shared, []);
  assert.equal(await refused(camille, 1, "revoke", "Dr Roche", "--yes"), "nothing-with-contact");
});
