// The whole path: seal, share until tomorrow, open, see it in the journal, revoke.
import { type Account, bytesOf, type FileInput, memoryStore, signUp } from "@ecrin/client";
import type { Promised, Step } from "./report.ts";
import { count, outcome, sameBytes } from "./report.ts";

const DAY = 24 * 3600 * 1000;

/** Runs the path against a server, on these files and FHIR bundles. */
export async function journey(
  server: string,
  files: readonly (FileInput & { content: Uint8Array<ArrayBuffer> })[],
  bundles: readonly unknown[],
  { step, promise }: { step: Step; promise: Promised },
) {
  // Two people sign up. Each gets a kit to print: with the password it enrols the next device.
  const camille = await step("Camille signs up", () => someone(server, "Camille Moreau"));
  const roche = await step("Dr Roche signs up", () => someone(server, "Dr Roche"));

  // They scan one another's code, face to face: nobody can swap a key between them any more.
  await camille.contacts().verify(await roche.contacts().code(), "Dr Roche");
  await roche.contacts().verify(await camille.contacts().code(), "Camille Moreau");

  // Her documents are sealed on her device, names included.
  const record = await camille.record();
  const sealing = `${files.length} files and ${bundles.length} bundles are sealed`;
  const items = await step(sealing, async () => {
    for (const bundle of bundles) await record.importBundle(bundle);
    return await Promise.all(files.map((file) => record.add(file)));
  });
  const listed = await step("she lists her record", () => record.list());
  const own = await step("she takes everything along", () => count(record.openAll()));
  promise("everything she sealed opens", own === listed.length);

  // She shares the files until tomorrow.
  const until = Date.now() + DAY;
  const share = await step("she shares the files until tomorrow", () =>
    record.share({ with: roche.id, items, until, note: "Voici mes résultats." }),
  );

  // Dr Roche opens all but the first. Each opening is a read that his device signs.
  const [shared] = await roche.sharedWithMe();
  const [hoarded, ...others] = shared?.items ?? [];
  if (shared === undefined || hoarded === undefined) throw new Error("the share did not arrive");
  const opened = await step(`Dr Roche opens ${others.length} of them`, () =>
    Promise.all(others.map(async ({ fact }) => bytesOf(await shared.open(fact.revision)))),
  );
  const same = opened.every((bytes, i) => sameBytes(bytes, files[i + 1]?.content));
  promise("what he opens is byte for byte what she gave", same);

  // Camille sees each opening, checked against the signature of his device.
  const before = await step("she reads her journal", () => record.journal());
  const seen = before.filter((line) => line.kind === "opening" && line.actor.account === roche.id);
  const signed = seen.every((line) => line.statement === "signed-by-reader");
  promise("each opening is in it, signed by its reader", signed && seen.length === others.length);

  // One button. What he had not opened stays shut, though he has long fetched its ciphertext.
  await step("she ends the share", () => record.endShare(share));
  const refused = await outcome(() => shared.open(hoarded.fact.revision));
  promise("what he had not opened stays shut", refused === "not-allowed");

  // A membership shows him the whole record until a date; ending it changes the keys.
  await record.addMember(roche.id, { role: "reader", until });
  const his = await roche.recordOf(record.space);
  promise("as a member he lists what she lists", (await his.list()).length === listed.length);
  await step("she ends his membership", () => record.endMember(roche.id));
  const content = new TextEncoder().encode("sealed after the end");
  const later = await record.add({ title: "Après", mediaType: "text/plain", content });
  promise("what she seals now is not his", (await outcome(() => his.open(later))) !== "opened");
  const after = await step("she checks her journal again", () => record.journal());
  promise("its chain holds and only grew", after.length > before.length);
  return { camille, roche, record, his, later };
}

async function someone(server: string, name: string): Promise<Account> {
  const address = `${crypto.randomUUID()}@example.org`;
  const password = crypto.randomUUID();
  return (await signUp({ server, address, password, name, store: memoryStore() })).account;
}
