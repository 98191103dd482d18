import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { levelStore, signIn } from "@ecrin/client";
import { type Call, ecrin, json, refused } from "./command.ts";
import { type Pair, startPair } from "./ground.ts";

let ground: Pair["ground"];
let camille: Pair["camille"];
let roche: Pair["roche"];

before(async () => {
  ({ ground, camille, roche } = await startPair());
});
after(async () => await ground.end());

test("a recipient answers a share; the owner looks, accepts one and refuses another", async () => {
  const codeOf = (whose: Call) => json<{ code: string }>(whose, "verify-contact");
  const [hers, his] = [await codeOf(camille), await codeOf(roche)];
  await json(camille, "verify-contact", his.code, "--name", "Dr Roche");
  await json(roche, "verify-contact", hers.code, "--name", "Camille");
  const file = join(ground.folder, "question.txt");
  await writeFile(file, "Faut-il continuer ?");
  await json(camille, "add", file);
  await json(camille, "list");
  const { share } = await json<{ share: string }>(
    camille,
    ...["share", "1", "--with", "roche", "--until", "tomorrow", "--yes"],
  );
  const answer = join(ground.folder, "reponse.txt");
  await writeFile(answer, "Oui, un mois encore.");
  const { deposit } = await json<{ deposit: string }>(roche, "deposit", share, answer);
  const [seen] = (await json<{ shared: { share: string }[] }>(roche, "shared")).shared;
  assert.equal(seen?.share, share);
  // The beginning of what --json says, unless it looks like an option.
  const beginning = share.startsWith("-") ? share : share.slice(0, 8);
  const other = await json<{ deposit: string }>(
    roche,
    ...["deposit", beginning, answer, "--title", "Bis"],
  );

  const { waiting } = await json<{ waiting: { deposit: string; author: string }[] }>(
    camille,
    "inbox",
  );
  assert.deepEqual(
    waiting.map((each) => [each.deposit, each.author]),
    [deposit, other.deposit].map((each) => [each, roche.account]),
  );
  const shown = await ecrin(camille, "inbox", "--show", deposit);
  assert.equal(shown.out.toString(), "Oui, un mois encore.");
  const given = async () =>
    (await json<{ given: { deposit: string; accepted: boolean }[] }>(roche, "deposits")).given.map(
      (each) => [each.deposit, each.accepted],
    );
  assert.deepEqual(await given(), [
    [other.deposit, false],
    [deposit, false],
  ]);
  await json(camille, "inbox", "--accept", deposit);
  await json(camille, "inbox", `--refuse=${other.deposit.slice(0, 9)}`);
  // That one was refused is told to nobody.
  assert.deepEqual(await given(), [
    [other.deposit, false],
    [deposit, true],
  ]);
  const said = (await ecrin(roche, "deposits")).out.toString();
  assert.match(said, /Camille {2}.* {2}not part of the record, or not yet\n/);
  assert.match(said, /Camille {2}.* {2}part of the record\n/);
  assert.match(said, /So says the service\./);
  assert.match((await ecrin(camille, "deposits")).out.toString(), /Nothing/);
  assert.deepEqual((await json<{ waiting: unknown[] }>(camille, "inbox")).waiting, []);
  const { items } = await json<{ items: { title: string }[] }>(camille, "list");
  assert.deepEqual(items.map(({ title }) => title).sort(), ["question.txt", "reponse.txt"]);
  await refused(camille, 4, "inbox", "--accept", deposit);
});

test("what another program gives and is no file is printed as it is, before it is decided about", async () => {
  const store = await levelStore(join(roche.home, "store"));
  const [password = ""] = roche.secrets ?? [];
  const account = await signIn({ server: ground.server.url, password, store });
  const [view] = await account.sharedWithMe();
  const resource = { resourceType: "Observation", status: "final", code: { text: "HbA1c" } };
  const { deposit } = await account.deposit(view ?? assert.fail("no share"), { resource });
  await account.lock();
  await store.close();
  const shown = await ecrin(camille, "inbox", "--show", deposit);
  assert.deepEqual(JSON.parse(shown.out.toString()), resource);
  await json(camille, "inbox", "--accept", deposit);
  const { items } = await json<{ items: { title: string }[] }>(camille, "list");
  assert.ok(items.some(({ title }) => title === "HbA1c"));
});
