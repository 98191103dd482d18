import { bytesOf, HealthRecord } from "@ecrin/client";
import {
  contentKeyOf,
  metadataKeyOf,
  newSecret,
  sealBox,
  sealContentBytes,
  sealMetadata,
} from "@ecrin/crypto";
import {
  canonicalJson,
  concat,
  fromBase64url,
  type ItemId,
  parseRevision,
  revisionContext,
  sameBytes,
  secretContext,
  toBase64url,
  utf8,
} from "@ecrin/protocol";
import { type AttackCase, holds, stops } from "./case.ts";
import { asMember, listing, REFUSED, victimLists } from "./cases-record.ts";
import { type Forgery, forgeRevision } from "./forge.ts";
import type { UploadPart } from "./network.ts";
import { cloneOf, type Stage } from "./stage.ts";

const MIB = 1 << 20;
/** Bytes in a row that two ciphertexts could have in common only by repeating a key with its nonce. */
const WINDOW = 16;

export const sealCases: readonly AttackCase[] = [
  {
    number: 4,
    title: "an item's secret chosen by the server, with a reader's help",
    promise: "P",
    countermeasure:
      "the author's signature over the wrap and the name's ciphertext, and the commitment to the secret",
    mutation: [
      {
        file: "packages/protocol/src/revision.ts",
        find: 'if (fact.op !== "delete" && fact.wrap !== undefined && fact.wrap !== acceptance.wrap)',
        replace: "if (false)",
      },
      {
        file: "packages/client/src/listing.ts",
        find: "if (signed !== undefined && wrapped.hash !== signed) throw notSigned();",
        replace: "",
      },
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
    ],
    async run(stage) {
      const item = await stage.add("quatre, objet");
      const forged = await asMember(stage, "reader", async (hers) => {
        const revision = (await hers.history(item))[0] ?? nothing();
        const ctx = revisionContext(revision.fact);
        const { n } = hers.view.epoch.epoch;
        const secret = newSecret();
        const place = secretContext(revision.fact, n);
        const wrap = await sealBox(
          await hers.view.secret("space", n),
          "revision secret",
          place,
          secret,
        );
        const name = utf8(canonicalJson({ ...revision.opened?.metadata, title: "chosen" }));
        const metadata = await sealMetadata(metadataKeyOf(secret, ctx), ctx, name);
        return { wrap: toBase64url(wrap), metadata: toBase64url(metadata) };
      });
      listing(stage, (revisions) =>
        revisions.map((each) =>
          parseRevision(each.statement).fact.item === item ? { ...each, ...forged } : each,
        ),
      );
      await stops(REFUSED, () => victimLists(stage));
    },
  },
  {
    number: 4,
    title: "a release and a content chosen by the server, with a reader's help",
    promise: "P",
    countermeasure:
      "the author's commitment to the content key, and the signed root of the content",
    mutation: [
      {
        file: "packages/client/src/release.ts",
        find: "if (!equalSecret(commitment, fromBase64url(fact.commit.content))) {",
        replace: "if (false) {",
      },
      {
        file: "packages/crypto/src/stream.ts",
        find: "const layout = await checkedLayout(facts);\n  const rooms",
        replace: "const layout = layoutOfStream(facts.length, facts.segment);\n  const rooms",
      },
    ],
    async run(stage) {
      const { doctor, network } = stage;
      const item = await stage.add("quatre, accès");
      const release = newSecret();
      const forged = await asMember(stage, "reader", (hers) => contentFor(hers, item, release));
      const meets = async () => {
        const his = await stage.victimRecord(doctor);
        await his.sync();
        network.answer("reads", (answer) => ({ ...answer, releases: [toBase64url(release)] }));
        await stops(["cannot-open"], () => his.open(item), "a release");
        network.bytes("content", () => forged);
        await stops(["cannot-open"], () => his.open(item), "a release with its content");
      };
      await asMember(stage, "reader", meets, doctor);
    },
  },
  {
    number: 27,
    title: "a key used twice with its nonce: the same bytes again, a clone, a changed file resumed",
    promise: "P",
    countermeasure:
      "a fresh secret for each revision; what is resumed comes out as recorded or not at all",
    mutation: [
      {
        file: "packages/crypto/src/stream.ts",
        find: "if (recorded === undefined || !sameBytes(segment.digest, recorded)) sourceChanged();",
        replace: "",
      },
    ],
    async run(stage) {
      const { alice, record } = stage;
      const clone = { password: alice.password, store: await cloneOf(alice.store) };
      const cloned = new HealthRecord(await stage.victim(clone), record.space);
      const device = await stage.victimRecord();
      const content = utf8("vingt-sept ".repeat(300));
      const file = { title: "27", mediaType: "text/plain", content, date: "2026-01-01" };
      const sealed: Uint8Array[] = [];
      for (const each of [device, cloned, device])
        sealed.push(await ciphertextOf(stage, await each.add(file)));
      checkNothingShared(sealed);
      await refusesChangedFile(stage);
    },
  },
  {
    number: 27,
    title: "a clone made in the middle of an upload, and a server that lies about how far it is",
    promise: "P",
    countermeasure: "the digests of all segments are written down before the first one leaves",
    mutation: [
      {
        file: "packages/crypto/src/stream.ts",
        find: "if (resume !== undefined && resume.digests.length !== layout.count) sourceChanged();",
        replace: "",
      },
      {
        file: "packages/crypto/src/stream.ts",
        find: "if (recorded === undefined || !sameBytes(segment.digest, recorded)) sourceChanged();",
        replace:
          "if (recorded !== undefined && !sameBytes(segment.digest, recorded)) sourceChanged();",
      },
      {
        // As it was: what a part holds, before that part leaves.
        file: "packages/client/src/seal.ts",
        find: "await begun?.begin({ ...place, resource, size, location, metadata, ...resume });",
        replace:
          "await begun?.begin({ ...place, resource, size, location, metadata, ...resume, digests: resume.digests.slice(0, 9) });",
      },
    ],
    async run(stage) {
      const { alice, network } = stage;
      const content = scan(20 * MIB);
      const changed = changedAt(content, 13 * MIB);
      const device = await stage.victimRecord();
      await breaks(() => addScan(device, content, 14 * MIB));
      const clone = { password: alice.password, store: await cloneOf(alice.store) };
      const restored = { password: alice.password, store: await cloneOf(alice.store) };
      const server = lyingUploads(8 * MIB);
      network.uploads(server.answer);
      await breaks(() => addScan(device, content));
      holds(server.sent.size > 0, "nothing left the device");
      for (const [who, actor] of Object.entries({ clone, restored })) {
        const cloned = new HealthRecord(await stage.victim(actor), stage.record.space);
        try {
          await stops(["source-changed"], () => addScan(cloned, changed), who);
        } finally {
          holds(!server.differed(), "a segment left twice under one key and nonce, of two files");
        }
      }
    },
  },
  {
    number: 29,
    title: "errors as an oracle: bytes flipped in content, name, wrap and release",
    promise: "P",
    countermeasure: "one error, and nothing is tried again by itself",
    mutation: [
      {
        file: "packages/client/src/record.ts",
        find: "? await openThrough(this.#u.http, this.space, key)",
        replace:
          "? await openThrough(this.#u.http, this.space, key).catch(() => openThrough(this.#u.http, this.space, key))",
      },
    ],
    async run(stage) {
      const item = await stage.add("vingt-neuf");
      const unread = await stage.add("vingt-neuf, pas lu");
      const releases = () => flipsOfRelease(stage, unread);
      const tried = [
        ...(await flipsOfContent(stage, item)),
        ...(await flipsOfName(stage)),
        ...(await asMember(stage, "reader", releases, stage.doctor)),
      ];
      return `${tried.length} bytes flipped: cannot-open each time, and nothing asked again`;
    },
  },
  {
    number: 29,
    title: "a name sealed to another secret than its wrap holds, by somebody who may write",
    promise: "D",
    countermeasure:
      "what its author signed and sealed wrongly is set apart with its author, and keeps nobody from the rest",
    mutation: [
      {
        file: "packages/client/src/listing.ts",
        find: 'if (!isSigned || !isRefusedFor(asClientError(error), "cannot-open")) throw error;',
        replace: "throw error;",
      },
    ],
    async run(stage) {
      const hers = await stage.add("vingt-neuf, à elle");
      const planted = await asMember(stage, "writer", async (his) => {
        const wrongs = [{ wrapped: newSecret() }, { named: newSecret() }];
        return await Promise.all(wrongs.map(async (wrong) => await plantWrong(stage, his, wrong)));
      });
      const record = await victimLists(stage);
      const names = await record.list();
      holds(
        names.some(({ item }) => item === hers),
        "what is sealed rightly is not listed",
      );
      const apart = await record.unreadable();
      for (const { item, revision } of planted) {
        const row = apart.find((each) => each.revision === revision);
        holds(
          row?.author === stage.mallory.u.account && row.turnedBy === undefined,
          "it is not told who sealed it wrongly",
        );
        holds(!names.some((each) => each.item === item), "what does not open has a name");
        await stops(["not-found"], () => record.open(item));
      }
      return `${planted.length} names that do not open, each set apart with its author`;
    },
  },
];

/** A revision by Mallory, signed as it is and sealed wrongly; the honest server takes it. */
async function plantWrong(
  { mallory }: Stage,
  his: HealthRecord,
  wrong: Pick<Forgery, "wrapped" | "named">,
) {
  const { n } = his.view.epoch.epoch;
  const post = await forgeRevision(mallory.u, {
    space: his.space,
    epoch: n,
    spaceHead: his.view.head,
    spaceKey: await his.view.secret("space", n),
    release: newSecret(),
    title: "sealed wrongly",
    ...wrong,
  });
  await mallory.u.http.call("revisionsPost", {
    params: { space: his.space },
    body: { revisions: [post] },
  });
  return parseRevision(post.statement).fact;
}

/** Another content of the same form, under the item's secret, which every reader has, and another release. */
async function contentFor(hers: HealthRecord, item: ItemId, release: Uint8Array) {
  const [revision] = await hers.history(item);
  if (revision?.opened === undefined || revision.fact.op === "delete") return nothing();
  const opened = await hers.open(item);
  const { resourceBytes } = opened;
  const other = (await bytesOf(opened)).fill(0x20);
  const ctx = revisionContext(revision.fact);
  const key = contentKeyOf(revision.opened.secret, release, ctx);
  return (await sealContentBytes(key, ctx, concat(resourceBytes, other))).bytes;
}

/** Everything of an item's first revision that the server stores. */
async function ciphertextOf({ alice, record }: Stage, item: ItemId): Promise<Uint8Array> {
  const [revision] = await record.history(item);
  if (revision === undefined || revision.fact.op === "delete") return nothing();
  const { wrap = "", metadata = "" } = await record.listing.row(item);
  const params = { space: record.space, revision: revision.fact.revision };
  const content = await alice.u.http.whole("content", params, revision.fact.content.length);
  return concat(fromBase64url(wrap), fromBase64url(metadata), content);
}

/** No two of them have 16 bytes in a row in common. */
function checkNothingShared(sealed: readonly Uint8Array[]): void {
  const seen = new Map<string, number>();
  for (const [i, bytes] of sealed.entries()) {
    const text = new TextDecoder("latin1").decode(bytes);
    for (let at = 0; at + WINDOW <= text.length; at++) {
      const window = text.slice(at, at + WINDOW);
      holds(
        (seen.get(window) ?? i) === i,
        "two ciphertexts of the same bytes have bytes in common",
      );
      seen.set(window, i);
    }
  }
}

/**
 * An upload breaks off, and the device and its clone each go on with a file
 * that was changed meanwhile; then with the right one.
 */
async function refusesChangedFile(stage: Stage): Promise<void> {
  const { alice, record, network } = stage;
  const content = scan(15 * MIB);
  const changed = changedAt(content, 5 * MIB);
  const device = await stage.victimRecord();
  await breaks(() => addScan(device, content, 14 * MIB));
  const clone = { password: alice.password, store: await cloneOf(alice.store) };
  const cloned = new HealthRecord(await stage.victim(clone), record.space);
  const before = network.sent.length;
  await stops(["source-changed"], () => addScan(cloned, changed), "the clone");
  const left = network.sent.slice(before).some(({ method }) => method === "PATCH");
  holds(!left, "part of the changed file left");
  const item = await addScan(device, content);
  const opened = await bytesOf(await record.open(item));
  holds(sameBytes(opened, content), "what was resumed is not the file");
}

function scan(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length).map((_, i) => (i >> 8) ^ i);
}

function changedAt(bytes: Uint8Array<ArrayBuffer>, at: number): Uint8Array<ArrayBuffer> {
  const changed = bytes.slice();
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}

/** Adds a file that can be read again; from the second reading on it breaks off at `end`. */
async function addScan(to: HealthRecord, bytes: Uint8Array<ArrayBuffer>, end = bytes.length) {
  let read = 0;
  const open = () => untilItBreaks(bytes, read++ === 0 ? bytes.length : end);
  const file = { title: "scanner", mediaType: "application/dicom" };
  return await to.add(
    { ...file, content: { open, size: bytes.length } },
    { resume: "scanner.dcm" },
  );
}

/** What is done must not come to its end. */
async function breaks(work: () => Promise<unknown>): Promise<void> {
  const ended = await work().then(
    () => true,
    () => false,
  );
  if (ended) nothing();
}

/**
 * A server that says of every upload that it stands at `offset`, takes whatever
 * comes from there on, and compares it with what came there before.
 */
function lyingUploads(offset: number) {
  const sent = new Map<number, Uint8Array>();
  let isOther = false;
  const answer = ({ method, ...part }: UploadPart): Response => {
    const at = method === "HEAD" ? offset : part.offset + part.bytes.length;
    if (method === "PATCH") {
      isOther ||= !sameBytes(sent.get(part.offset) ?? part.bytes, part.bytes);
      sent.set(part.offset, part.bytes);
    }
    return new Response(null, { status: 204, headers: { "Upload-Offset": String(at) } });
  };
  return { answer, sent, differed: () => isOther };
}

async function* untilItBreaks(bytes: Uint8Array<ArrayBuffer>, end: number) {
  for (let at = 0; at < end; at += MIB) yield await Promise.resolve(bytes.slice(at, at + MIB));
  if (end < bytes.length) throw new Error("power cut");
}

const PLACES = [0, 1, 16, 33, 40, 71, 200, 300, 511, 1000, 2000, 4095];

/** Runs what opens something changed. @returns what it stopped with and what it asked for meanwhile */
async function failsOnce(stage: Stage, work: () => Promise<unknown>): Promise<string> {
  const before = stage.network.sent.length;
  const error = await stops(["cannot-open"], work);
  const asked = stage.network.sent.slice(before).map(({ method, route }) => route ?? method);
  return `${error} after ${asked.join(", ")}`;
}

function allTheSame(outcomes: readonly string[], what: string): readonly string[] {
  const different = [...new Set(outcomes)];
  holds(
    different.length === 1,
    `${what} fails in ${different.length} ways: ${different.join("; ")}`,
  );
  return outcomes;
}

async function flipsOfContent(stage: Stage, item: ItemId): Promise<readonly string[]> {
  const record = await stage.victimRecord();
  await record.open(item);
  const outcomes: string[] = [];
  for (const place of PLACES) {
    stage.network.bytes("content", (bytes) => flippedAt(bytes, place));
    outcomes.push(await failsOnce(stage, () => record.open(item)));
  }
  stage.network.calm();
  holds(
    outcomes.every((each) => each.endsWith("after content")),
    outcomes[0] ?? "",
  );
  return allTheSame(outcomes, "a content");
}

async function flipsOfName(stage: Stage): Promise<readonly string[]> {
  const u = await stage.victim();
  const byField: string[] = [];
  for (const field of ["wrap", "metadata"] as const) {
    const outcomes: string[] = [];
    for (const place of PLACES) {
      listing(stage, (revisions) => {
        const last = revisions.at(-1) ?? nothing();
        const bytes = fromBase64url(last[field] ?? "");
        return [
          ...revisions.slice(0, -1),
          { ...last, [field]: toBase64url(flippedAt(bytes, place)) },
        ];
      });
      const record = new HealthRecord(u, stage.record.space);
      outcomes.push(await failsOnce(stage, () => record.list()));
    }
    byField.push(...allTheSame(outcomes, `a ${field}`));
  }
  stage.network.calm();
  return byField;
}

async function flipsOfRelease(stage: Stage, item: ItemId): Promise<readonly string[]> {
  const record = await stage.victimRecord(stage.doctor);
  await record.sync();
  const outcomes: string[] = [];
  for (const place of PLACES) {
    stage.network.answer("reads", (answer) => {
      const [release = ""] = answer.releases as string[];
      return { ...answer, releases: [toBase64url(flippedAt(fromBase64url(release), place))] };
    });
    outcomes.push(await failsOnce(stage, () => record.open(item)));
  }
  stage.network.calm();
  return allTheSame(outcomes, "a release");
}

function flippedAt(bytes: Uint8Array<ArrayBuffer>, place: number): Uint8Array<ArrayBuffer> {
  const flipped = bytes.slice();
  const at = place % bytes.length;
  flipped[at] = (flipped[at] ?? 0) ^ 1;
  return flipped;
}

function nothing(): never {
  throw new Error("the stage lacks something");
}
