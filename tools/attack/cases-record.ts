import { bytesOf, HealthRecord } from "@ecrin/client";
import { metadataKeyOf, newSecret, SEGMENT, sealMetadata } from "@ecrin/crypto";
import {
  appendLeaf,
  canonicalJson,
  EMPTY_FRONTIER,
  fromBase64url,
  frontierRoot,
  hashOf,
  type ListedRevision,
  parseRevision,
  type RouteAnswer,
  revisionContext,
  toBase64url,
  utf8,
} from "@ecrin/protocol";
import { type AttackCase, stops } from "./case.ts";
import { forgeRevision, listed } from "./forge.ts";
import type { Loose } from "./network.ts";
import type { Actor, Stage } from "./stage.ts";

type Revisions = RouteAnswer<"revisions">;
export const REFUSED = [
  "cannot-open",
  "fork",
  "rollback",
  "statement-refused",
  "signature-refused",
  "malformed",
  "bad-answer",
];

/** Changes the listing that the victim gets, page by page; the tree is made to fit, as a server can. */
export function listing(
  stage: Stage,
  change: (revisions: ListedRevision[]) => ListedRevision[] | Promise<ListedRevision[]>,
): void {
  stage.network.answer("revisions", async (answer) => {
    const { head, journal } = answer as Revisions;
    const revisions = await change(await everyRevision(stage));
    const from = (answer as Revisions).tree.size - (answer as Revisions).revisions.length;
    let frontier = EMPTY_FRONTIER;
    for (const { statement } of revisions)
      frontier = appendLeaf(frontier, fromBase64url(parseRevision(statement).hash));
    const tree = { size: frontier.size, root: hashOf(frontierRoot(frontier)) };
    return { revisions: revisions.slice(from), tree, head, journal } as Loose;
  });
}

async function everyRevision({ alice, record }: Stage): Promise<ListedRevision[]> {
  const { revisions } = await alice.u.http.call("revisions", {
    params: { space: record.space },
    query: { from: 0, limit: 1000 },
  });
  return revisions;
}

/** The victim lists the record with nothing in memory but what her device remembers of heads. */
export async function victimLists(stage: Stage): Promise<HealthRecord> {
  const record = await stage.victimRecord();
  await record.list();
  return record;
}

/** Mallory, or somebody else, as a member of Alice's record while it lasts. */
export async function asMember<T>(
  stage: Stage,
  role: "reader" | "writer" | "manager",
  work: (hers: HealthRecord) => Promise<T>,
  actor: Actor = stage.mallory,
): Promise<T> {
  await stage.record.addMember(actor.u.account, { role });
  try {
    const hers = new HealthRecord(actor.u, stage.record.space);
    await hers.sync();
    return await work(hers);
  } finally {
    await stage.record.endMember(actor.u.account);
  }
}

export const recordCases: readonly AttackCase[] = [
  {
    number: 5,
    title: "ciphertexts swapped between items, fields, spaces",
    promise: "P",
    countermeasure: "context everywhere, and the author's signature over hashes",
    mutation: [
      {
        file: "packages/client/src/listing.ts",
        find: "if (!equalSecret(commitment, fromBase64url(fact.commit.secret))) throw notSigned();",
        replace: "",
      },
      {
        file: "packages/client/src/listing.ts",
        find: "if (digestOf(name) !== fact.metadata) throw notSigned();",
        replace: "",
      },
      {
        file: "packages/client/src/listing.ts",
        find: "if (digestOf(metadata) !== fact.metadata) throw notSigned();",
        replace: "",
      },
      {
        file: "packages/protocol/src/context.ts",
        find: "for (const part of parts) at = writeField(room, at, partOf(part));",
        replace: "",
      },
    ],
    async run(stage) {
      await stage.add("cinq a");
      await stage.add("cinq b");
      type Field = "metadata" | "wrap";
      const swaps: readonly (readonly Field[])[] = [["metadata"], ["wrap"], ["metadata", "wrap"]];
      for (const fields of swaps) {
        listing(stage, (revisions) => {
          const [a, b] = revisions.slice(-2);
          if (a === undefined || b === undefined) return revisions;
          const given = fields.map((field) => [field, b[field]] as const);
          return [...revisions.slice(0, -2), { ...a, ...Object.fromEntries(given) }, b];
        });
        await stops(REFUSED, () => victimLists(stage));
      }
      stage.network.calm();
      const record = await stage.victimRecord();
      const [a, b] = (await record.list()).slice(-2);
      if (a === undefined || b === undefined) throw new Error("nothing to swap");
      const other = await stage.alice.u.http.whole(
        "content",
        { space: record.space, revision: b.revision },
        4096 + 56,
      );
      stage.network.bytes("content", () => other);
      await stops(REFUSED, () => record.open(a.item));
    },
  },
  {
    number: 6,
    title: "an old revision as the newest",
    promise: "D",
    countermeasure: "the tree's head, kept on the device and in the keyring",
    mutation: [
      {
        file: "packages/client/src/listing.ts",
        find: "if (seen !== undefined && this.#frontier.size < seen.seq) {",
        replace: "if (false) {",
      },
    ],
    async run(stage) {
      const item = await stage.add("six, version 1");
      await stage.record.correct(item, {
        title: "six, version 2",
        mediaType: "text/plain",
        content: utf8("2"),
      });
      await victimLists(stage);
      listing(stage, (revisions) => revisions.slice(0, -1));
      await stops(["rollback", "fork"], () => victimLists(stage));
    },
  },
  {
    number: 10,
    title: "segments reordered, dropped, doubled, truncated",
    promise: "P",
    countermeasure: "counter and last bit in the nonce, and the signed root over the segments",
    mutation: [
      {
        file: "packages/crypto/src/stream.ts",
        find: "const layout = await checkedLayout(facts);\n  const rooms",
        replace: "const layout = layoutOfStream(facts.length, facts.segment);\n  const rooms",
      },
      {
        file: "packages/crypto/src/stream.ts",
        find: "checkDigest(segment, facts); return plain;",
        replace: "return plain;",
      },
      {
        file: "packages/crypto/src/stream.ts",
        find: "return concat(header.subarray(SALT_END), u32(index), Uint8Array.of(last ? 1 : 0));",
        replace:
          "return concat(header.subarray(SALT_END), u32(index * 0), Uint8Array.of(last ? 0 : 0));",
      },
    ],
    async run(stage) {
      const content = new Uint8Array(3 * SEGMENT + 99).map((_, i) => i & 255);
      const item = await stage.record.add({
        title: "dix",
        mediaType: "application/dicom",
        content,
      });
      const record = await victimLists(stage);
      const part = (bytes: Uint8Array<ArrayBuffer>, i: number) =>
        bytes.subarray(i * SEGMENT, (i + 1) * SEGMENT);
      const build = (order: readonly number[]) => (bytes: Uint8Array<ArrayBuffer>) => {
        const whole = new Uint8Array(order.reduce((sum, i) => sum + part(bytes, i).length, 0));
        let at = 0;
        for (const i of order) {
          whole.set(part(bytes, i), at);
          at += part(bytes, i).length;
        }
        return whole;
      };
      for (const order of [
        [0, 2, 1, 3],
        [0, 1, 3],
        [0, 1, 1, 2, 3],
        [0, 1, 2],
        [0, 1, 1, 3],
      ]) {
        stage.network.bytes("content", build(order));
        await stops(REFUSED, async () => bytesOf(await record.open(item)));
      }
    },
  },
  {
    number: 11,
    title: "names or metadata edited, by a reader who knows their key",
    promise: "P",
    countermeasure: "the author's signature over the hash of the name's ciphertext",
    mutation: [
      {
        file: "packages/client/src/listing.ts",
        find: "if (digestOf(name) !== fact.metadata) throw notSigned();",
        replace: "",
      },
      {
        file: "packages/client/src/listing.ts",
        find: "if (digestOf(metadata) !== fact.metadata) throw notSigned();",
        replace: "",
      },
    ],
    async run(stage) {
      const item = await stage.add("onze");
      const forged = await asMember(stage, "reader", async (hers) => {
        const [revision] = await hers.history(item);
        if (revision?.opened === undefined || revision.fact.op === "delete")
          throw new Error("nothing to edit");
        const ctx = revisionContext(revision.fact);
        const json = utf8(canonicalJson({ ...revision.opened.metadata, title: "edited" }));
        return toBase64url(
          await sealMetadata(metadataKeyOf(revision.opened.secret, ctx), ctx, json),
        );
      });
      listing(stage, (revisions) =>
        revisions.map((each) =>
          parseRevision(each.statement).fact.item === item ? { ...each, metadata: forged } : each,
        ),
      );
      await stops(REFUSED, () => victimLists(stage));
    },
  },
  {
    number: 12,
    title: "a document planted by an ex-writer under an old date",
    promise: "P",
    countermeasure: "an epoch holds exactly the revisions that its end signed",
    mutation: [
      {
        file: "packages/protocol/src/revision.ts",
        find: "if (index < life.from || (next !== undefined && index >= next.from)) {",
        replace: "if (false) {",
      },
    ],
    async run(stage) {
      const planted = await asMember(stage, "writer", async (hers) => {
        const { n } = hers.view.epoch.epoch;
        return await forgeRevision(stage.mallory.u, {
          space: hers.space,
          epoch: n,
          spaceHead: hers.view.head,
          spaceKey: await hers.view.secret("space", n),
          release: newSecret(),
          title: "planted",
        });
      });
      listing(stage, (revisions) => [...revisions, listed(planted, revisions.length)]);
      await stops(REFUSED, () => victimLists(stage));
    },
  },
  {
    number: 14,
    title: "a reader turned writer",
    promise: "P",
    countermeasure: "the role in the signed statement",
    mutation: [
      {
        file: "packages/protocol/src/member.ts",
        find: 'export function mayWrite(member: Member): boolean {\n  return atLeast(member.role, "writer");',
        replace: "export function mayWrite(_: Member): boolean {\n  return true;",
      },
    ],
    async run(stage) {
      await asMember(stage, "reader", async (hers) => {
        const { n } = hers.view.epoch.epoch;
        const forged = await forgeRevision(stage.mallory.u, {
          space: hers.space,
          epoch: n,
          spaceHead: hers.view.head,
          spaceKey: await hers.view.secret("space", n),
          release: newSecret(),
          title: "not hers to write",
        });
        listing(stage, (revisions) => [...revisions, listed(forged, revisions.length)]);
        await stops(REFUSED, () => victimLists(stage));
      });
    },
  },
  {
    number: 26,
    title:
      "one ciphertext, two keys: an author who seals for one reader otherwise than for another",
    promise: "P",
    countermeasure: "the header commits to the content key",
    mutation: [
      {
        file: "packages/client/src/release.ts",
        find: "if (!equalSecret(commitment, fromBase64url(fact.commit.content))) {",
        replace: "if (false) {",
      },
    ],
    async run(stage) {
      const { doctor, mallory, network } = stage;
      const other = newSecret();
      const revision = await asMember(stage, "writer", async (hers) => {
        const { n } = hers.view.epoch.epoch;
        const post = await forgeRevision(mallory.u, {
          space: hers.space,
          epoch: n,
          spaceHead: hers.view.head,
          spaceKey: await hers.view.secret("space", n),
          release: other,
          committed: newSecret(),
          title: "two keys",
        });
        await mallory.u.http.call("revisionsPost", {
          params: { space: hers.space },
          body: { revisions: [post] },
        });
        return parseRevision(post.statement).fact.revision;
      });
      const meets = async () => {
        const his = await stage.victimRecord(doctor);
        await his.sync();
        network.answer("reads", (answer) => ({ ...answer, releases: [toBase64url(other)] }));
        await stops(["cannot-open"], () => his.open(revision));
      };
      await asMember(stage, "reader", meets, doctor);
    },
  },
];
