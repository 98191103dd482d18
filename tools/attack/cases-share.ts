import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { bytesOf, SharedView } from "@ecrin/client";
import { newSecret, signerFrom, signStatement } from "@ecrin/crypto";
import {
  type Entry,
  encodeEntry,
  entryCommitment,
  fromBase64url,
  hashOf,
  type ItemId,
  leafHash,
  newId,
  parseRead,
  type RouteAnswer,
  SUITE,
  toBase64url,
} from "@ecrin/protocol";
import { type AttackCase, holds, stops } from "./case.ts";
import type { Stage } from "./stage.ts";

const HOUR = 3_600_000;
const SHUT = ["not-allowed", "closed", "not-found"];

/** Shares a fresh document with the doctor until in an hour. */
async function shareOne(stage: Stage, title: string) {
  const item = await stage.add(title);
  const share = await stage.record.share({
    with: stage.doctor.u.account,
    items: [item],
    until: stage.now() + HOUR,
  });
  const view = new SharedView(stage.doctor.u, share);
  await view.sync();
  const [shared] = view.items;
  if (shared === undefined) throw new Error("nothing is shared");
  return { item, share, view, revision: shared.fact.revision };
}

export const shareCases: readonly AttackCase[] = [
  {
    number: 17,
    title: "a share stretched beyond its date",
    promise: "H",
    countermeasure:
      "an honest server refuses after the signed date; a dishonest one can stretch what was linked, and nothing else",
    mutation: [
      {
        file: "apps/server/src/access.ts",
        find: "if (share.closed || life === undefined || life.ended !== undefined || isPast(life, now)) {",
        replace: "if (share.closed || life === undefined || life.ended !== undefined) {",
      },
      {
        file: "apps/server/src/reads.ts",
        find: "if (member === undefined || isPast(member, now) || space.closed) return false;",
        replace: "if (member === undefined || space.closed) return false;",
      },
    ],
    async run(stage) {
      const { clock, record, doctor } = stage;
      const honest = await shareOne(stage, "dix-sept, honnête");
      const stretched = await shareOne(stage, "dix-sept, étiré");
      clock.ahead += 2 * HOUR;
      await stops(SHUT, () => honest.view.open(honest.revision));
      // The server turns its clock back: what was linked opens still, as the threat model says.
      clock.serverBehind = 2 * HOUR;
      try {
        await bytesOf(await stretched.view.open(stretched.revision));
      } finally {
        clock.serverBehind = 0;
      }
      // What is sealed later is in no link, under no key he has.
      await stage.add("scellé après");
      const fresh = new SharedView(doctor.u, stretched.share);
      await stops(SHUT, () => fresh.sync());
      holds(
        (await record.shares()).every((life) => life.links.count === 1),
        "a share grew",
      );
    },
  },
  {
    number: 35,
    title: "a read invented",
    promise: "P",
    countermeasure: "the reader's signature under each read",
    mutation: [
      {
        file: "packages/client/src/journal.ts",
        find: "await checkSignature(read, deviceKeyAt(reader, by.device, by.head));",
        replace: "deviceKeyAt(reader, by.device, by.head);",
      },
    ],
    async run(stage) {
      const { record, network } = stage;
      const item = await stage.add("trente-cinq");
      await record.sync();
      const victim = await stage.victimRecord();
      await victim.journal();
      network.answer("journal", (answer) =>
        inventRead(stage, answer as RouteAnswer<"journal">, item),
      );
      await stops(["signature-refused", "fork", "statement-refused"], () => victim.journal());
    },
  },
  {
    number: 37,
    title: "a hoarded ciphertext opened after the end, with an honest server",
    promise: "P",
    countermeasure: "a release for each revision, refused after the end",
    mutation: [
      {
        file: "apps/server/src/reads.ts",
        find: 'if (!mayRead(view, fact, at)) refuse("not-allowed");',
        replace: "",
      },
      {
        file: "apps/server/src/access.ts",
        find: 'if (ended && !makes) refuse("closed");',
        replace: "",
      },
    ],
    async run(stage) {
      const { record, doctor } = stage;
      const { share, view, revision } = await shareOne(stage, "trente-sept");
      const fact = view.items[0]?.fact;
      await doctor.u.http.whole("content", { space: share, revision }, fact?.content.length ?? 0);
      await record.endShare(share);
      await stops(SHUT, () => view.open(revision));
    },
  },
];

/** An entry that says the doctor read, with a statement signed by a key of the server's, and a head over it. */
async function inventRead(stage: Stage, answer: RouteAnswer<"journal">, item: ItemId) {
  const { doctor, record } = stage;
  const chain = await doctor.u.accounts.get(doctor.u.account);
  const logSigner = await signerFrom(
    new Uint8Array(await readFile(join(stage.dataDir, "keys", "log"))),
  );
  const last = answer.entries.at(-1);
  const n = (last?.n ?? -1) + 1;
  const { revision } = [...record.listing.revisions.values()].at(-1)?.fact ?? {
    revision: newId<"revision">(),
  };
  const forger = await signerFrom(newSecret());
  const by = { account: doctor.u.account, device: doctor.u.device, head: { ...chain.head } };
  const facts = {
    suite: SUITE,
    space: record.space,
    revisions: [{ space: record.space, item, revision }],
    reason: "care",
    by,
    at: stage.now(),
    nonce: "A".repeat(22),
  };
  const statement = await signStatement("read", facts, forger);
  const salt = newSecret();
  const entry: Entry = {
    v: 1,
    subject: record.space,
    n,
    ...(last === undefined
      ? {}
      : {
          prev: hashOf(
            entryCommitment(fromBase64url(last.salt), new TextEncoder().encode(last.entry)),
          ),
        }),
    at: stage.now(),
    kind: "opening",
    actor: { account: doctor.u.account, device: doctor.u.device },
    about: { revisions: [{ item, revision }], statement: parseRead(statement).hash },
  };
  const bytes = encodeEntry(entry);
  const c = entryCommitment(salt, bytes);
  const head = { suite: SUITE, subject: record.space, n, hash: hashOf(c), at: stage.now() };
  const invented = {
    n,
    index: 9_999,
    salt: toBase64url(salt),
    entry: new TextDecoder().decode(bytes),
    tag: hashOf(leafHash(c)),
    statement,
  };
  return {
    entries: [...answer.entries, invented],
    head: await signStatement("head", head, logSigner),
  };
}
