import { bytesOf, HealthRecord, SharedView } from "@ecrin/client";
import {
  contentKeyOf,
  newSecret,
  openBox,
  openContentBytes,
  signerFrom,
  signStatement,
} from "@ecrin/crypto";
import {
  fromBase64url,
  type ItemId,
  parseRevision,
  type RevisionId,
  type RouteAnswer,
  revisionContext,
  type SpaceId,
  type Statement,
  SUITE,
  secretContext,
  sha256,
} from "@ecrin/protocol";
import { createRecord } from "../../packages/client/src/record.ts";
import { askReleases } from "../../packages/client/src/release.ts";
import { type AttackCase, holds, stops } from "./case.ts";
import { withRead } from "./forge.ts";
import type { Actor, Stage } from "./stage.ts";

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
  const [shared = nothing()] = view.items;
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
      const { record, doctor } = stage;
      const honest = await shareOne(stage, "dix-sept, honnête");
      const stretched = await shareOne(stage, "dix-sept, étiré");
      await stage.later(2 * HOUR, () => stops(SHUT, () => honest.view.open(honest.revision)));
      // Server and recipient agree on another time: what was linked opens still, as the threat model says.
      const theirs = await stage.later(
        2 * HOUR,
        async () => {
          const view = new SharedView(await stage.accomplice(doctor), stretched.share);
          await view.sync();
          await bytesOf(await view.open(stretched.revision));
          return view;
        },
        "lying",
      );
      // What is sealed later is in no link, and under no key that the share gave.
      const item = await stage.add("scellé après");
      await record.sync();
      const { wrap, wrapEpoch, statement } = await record.listing.row(item);
      const ctx = secretContext(parseRevision(statement).fact, wrapEpoch);
      for (const name of ["space", "release"] as const) {
        const key = await theirs.view.secret(name).catch(() => newSecret());
        const box = fromBase64url(wrap ?? "");
        await stops(["cannot-open"], () => openBox(key, "revision secret", ctx, box));
      }
      await stops(SHUT, () => new HealthRecord(doctor.u, record.space).sync());
      const ours = [honest.share, stretched.share];
      const shares = (await record.shares()).filter((life) => ours.includes(life.share));
      holds(shares.length === 2 && shares.every((life) => life.links.count === 1), "a share grew");
    },
  },
  {
    number: 35,
    title: "a read invented, with a statement that the server signed",
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
      const { doctor, record } = stage;
      const revisions = await onlyRevision(stage, "trente-cinq");
      const { head } = await doctor.u.accounts.get(doctor.u.account);
      const by = { account: doctor.u.account, device: doctor.u.device, head: { ...head } };
      const facts = { suite: SUITE, space: record.space, revisions, reason: "care", by };
      const invented = { ...facts, at: stage.now(), nonce: "A".repeat(22) };
      const statement = await signStatement("read", invented, await signerFrom(newSecret()));
      await journalRefused(stage, { statement, revisions });
    },
  },
  {
    number: 35,
    title: "a read of another record shown as one of this",
    promise: "P",
    countermeasure: "an entry says of a read what its statement says",
    mutation: [
      {
        file: "packages/protocol/src/entry-read.ts",
        find: "by.device !== entry.actor.device || !isSaidBy(entry, read.fact)",
        replace: "by.device !== entry.actor.device",
      },
    ],
    async run(stage) {
      const { doctor } = stage;
      const revisions = await onlyRevision(stage, "trente-cinq, ailleurs");
      const his = await createRecord(doctor.u);
      const content = new Uint8Array(9);
      await his.open(await his.add({ title: "à lui", mediaType: "text/plain", content }));
      await journalRefused(stage, { statement: await lastRead(doctor, his.space), revisions });
    },
  },
  {
    number: 35,
    title: "one read shown twice",
    promise: "P",
    countermeasure: "one statement stands for one entry",
    mutation: [
      {
        file: "packages/client/src/journal.ts",
        find: "if (reads.has(read)) fork();",
        replace: "",
      },
    ],
    async run(stage) {
      const { alice, record } = stage;
      const revisions = await onlyRevision(stage, "trente-cinq, encore");
      const [{ revision } = nothing()] = revisions;
      await record.open(revision);
      const statement = await lastRead(alice, record.space);
      await journalRefused(stage, { statement, revisions, actor: alice });
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
      const { fact } = view.items[0] ?? nothing();
      const place = { space: share, revision };
      const hoarded = await doctor.u.http.whole("content", place, fact.content.length);
      await record.endShare(share);
      await stops(SHUT, () => view.open(revision));
      // His program asks for the release alone: the ciphertext he has.
      await stops(SHUT, () => askReleases(doctor.u, share, [fact], "care"));
      await stops(["cannot-open"], () => {
        const { secret } = view.items[0] ?? nothing();
        const ctx = revisionContext(fact);
        const facts = { length: hoarded.length, root: fromBase64url(fact.content.root) };
        const digests = [new Uint8Array(sha256(hoarded))];
        return openContentBytes(contentKeyOf(secret, newSecret(), ctx), ctx, hoarded, {
          ...facts,
          digests,
        });
      });
    },
  },
];

/** Adds a document. @returns what a read of its only revision names */
async function onlyRevision({ add, record }: Stage, title: string) {
  const item = await add(title);
  const [{ fact } = nothing()] = await record.history(item);
  return [{ space: record.space, item, revision: fact.revision }];
}

/** The newest read statement that a journal carries. */
async function lastRead({ u }: Actor, subject: SpaceId): Promise<Statement> {
  const { entries } = await u.http.call("journal", { params: { subject } });
  return entries.findLast((each) => each.statement !== undefined)?.statement ?? nothing();
}

interface Invented {
  readonly statement: Statement;
  readonly revisions: readonly { readonly item: ItemId; readonly revision: RevisionId }[];
  /** Who is said to have read; the doctor, unless somebody else. */
  readonly actor?: Actor;
}

/** Alice looks at her journal, at the end of which the server has put a read. */
async function journalRefused(stage: Stage, invented: Invented): Promise<void> {
  const victim = await stage.victimRecord();
  await victim.journal();
  const { actor, ...read } = { actor: stage.doctor, ...invented };
  stage.network.answer("journal", (answer) =>
    withRead(stage, answer as RouteAnswer<"journal">, actor.u, read),
  );
  await stops(["signature-refused", "fork", "statement-refused"], () => victim.journal());
}

function nothing(): never {
  throw new Error("the stage lacks something");
}
