// An export made by hand, of any size: the journal of one subject among others in one log.

import { createHmac } from "node:crypto";
import {
  type Bytes,
  canonicalJson,
  cosignatureLine,
  cosignedText,
  detachStatement,
  type Entry,
  EXPORT_FILES,
  type ExportedEntry,
  encodeEntry,
  entryCommitment,
  formatCheckpoint,
  formatExported,
  formatNote,
  fromBase64url,
  GrowingTree,
  type Hash,
  hashOf,
  inclusionSpans,
  type Json,
  journalLines,
  leafHash,
  logIdOf,
  type NoteSignature,
  nodeHash,
  noteKeyId,
  originOf,
  parseNote,
  parseSigningKey,
  perfectSubtrees,
  type ReadHashes,
  type SigningKey,
  type Statement,
  sha256,
  spanRoots,
  startZip,
  type ToldEndedLog,
  utf8,
  type WrittenFile,
} from "../src/index.ts";
import { by, person } from "./people.ts";
import {
  b64,
  type Fields,
  idOf,
  keyPair,
  pattern,
  statement,
  statementHash,
  unb64,
} from "./reference.ts";

export const AT = 1_790_000_000_000;
const logPair = keyPair(pattern("log key", 32));
const FIRST = logPair.key as SigningKey;

/** What to make. */
export interface Wanted {
  readonly entries: number;
  /** Every so many entries one is an upload and not a read; 2 makes every other one a read. */
  readonly uploadsEvery?: number;
  /** Whose journal it is; absent: a record's. */
  readonly subject?: string;
  /** Chains of further readers, under what they are called. */
  readonly readers?: Readonly<Record<string, readonly string[]>>;
  /** Foreign leaves before each entry; the same at each but the first. */
  readonly between?: number;
  /** Sizes of the tree at which a checkpoint stands in the export, beside the last. */
  readonly anchored?: readonly number[];
  readonly since?: number;
  /** Files of each anchored checkpoint. */
  readonly evidence?: (
    size: number,
    text: string,
  ) => Promise<readonly (readonly [string, Uint8Array])[]>;
  readonly roots?: readonly Uint8Array[];
  /** Says that its anchors come from a demonstration. */
  readonly demonstration?: true;
  readonly cosign?: (text: string) => readonly NoteSignature[];
  /** The log followed one that ended with so many leaves signed, of which these are left; its own entry says this otherwise. */
  readonly ended?: {
    readonly size: number;
    readonly kept: number;
    readonly entry?: Readonly<Record<string, Json>>;
  };
  readonly told?: (ended: ToldEndedLog) => ToldEndedLog;
  readonly witnesses?: readonly { name: string; key: SigningKey; operator: string }[];
  /** Numbers of entries whose openings are erased; the last entry then says so. */
  readonly erased?: readonly number[];
  readonly saysErased?: boolean;
  /** Changes an entry before it is committed to, or a line before it is written. */
  readonly entry?: (entry: Entry) => Entry;
  readonly line?: (line: ExportedEntry) => ExportedEntry;
  readonly readme?: Uint8Array;
  readonly verifier?: Uint8Array;
  readonly report?: Uint8Array;
}

const alice = person("alice");
const SUBJECT = idOf("space record");
const KEYS = [0, 1].map((epoch) => pattern(`epoch ${epoch}`, 32));

/** Roots of full subtrees, remembered: a tree that tiles would give. */
class Nodes {
  readonly #levels: Bytes[][] = [[]];

  get size(): number {
    return this.#levels[0]?.length ?? 0;
  }

  push(leaf: Bytes): void {
    let node = leaf;
    for (let height = 0; ; height++) {
      const level = this.#levels[height] ?? [];
      this.#levels[height] = level;
      level.push(node);
      if (level.length % 2 === 1) return;
      node = nodeHash(level.at(-2) ?? node, node);
    }
  }

  at(height: number, index: number): Bytes {
    const node = this.#levels[height]?.[index];
    if (node === undefined) throw new RangeError("no such node");
    return node;
  }

  root(size: number): Bytes {
    const tree = new GrowingTree();
    for (const { height, index } of perfectSubtrees(0, size))
      tree.append(height, this.at(height, index));
    return tree.root();
  }
}

/** The roots between two places, stopping at every milestone. */
function pathOf(nodes: Nodes, from: number, to: number, stops: readonly number[]): Hash[] {
  const places = [from, ...stops.filter((stop) => stop > from && stop < to), to];
  return places
    .slice(1)
    .flatMap((end, i) =>
      perfectSubtrees(places[i] ?? 0, end).map(({ height, index }) =>
        hashOf(nodes.at(height, index)),
      ),
    );
}

interface Leaf {
  readonly line: Omit<ExportedEntry, "path">;
}

/** Makes an export; small ones in memory, large ones part by part. */
export async function* makeExport(wanted: Wanted): AsyncGenerator<Uint8Array> {
  const { entries, between = 3 } = wanted;
  const nodes = new Nodes();
  const lines: Leaf[] = [];
  let prev: Hash | undefined;
  let tag = b64(new Uint8Array(32));
  const half = Math.floor((entries * (between + 1)) / 2);
  const tagged = (leaf: Uint8Array): string => {
    const key = KEYS[nodes.size < half ? 0 : 1] ?? Buffer.alloc(0);
    tag = b64(createHmac("sha256", key).update(unb64(tag)).update(leaf).digest());
    return tag;
  };
  for (let n = 0; n < entries; n++) {
    for (let i = 0; i < between; i++) {
      const leaf =
        nodes.size === wanted.ended?.kept
          ? firstOf(wanted.ended, nodes).leaf
          : leafHash(pattern(`foreign ${nodes.size}`, 32));
      tagged(leaf);
      nodes.push(leaf);
    }
    const made = entryAt(n, prev, wanted);
    const text = encodeEntry(wanted.entry?.(made.entry) ?? made.entry);
    const salt = hashOf(pattern(`salt ${n}`, 32));
    const commitment = entryCommitment(fromBase64url(salt), text);
    const leaf = leafHash(commitment);
    const before = tag;
    const line = {
      n,
      index: nodes.size,
      salt,
      entry: new TextDecoder().decode(text),
      before: before as Hash,
      tag: tagged(leaf) as Hash,
      ...(made.statement === undefined ? {} : { statement: made.statement as Statement }),
    };
    nodes.push(leaf);
    prev = hashOf(commitment);
    lines.push({ line });
  }
  for (let i = 0; i < between; i++) nodes.push(leafHash(pattern(`foreign ${nodes.size}`, 32)));
  yield* pack(wanted, nodes, lines, prev, half);
}

const before = keyPair(pattern("ended log key", 32));

/** The log before this one, and the entry by which this one begins. */
function firstOf({ size, kept, entry: over }: NonNullable<Wanted["ended"]>, nodes: Nodes) {
  const log = logIdOf(before.key as SigningKey);
  const root = hashOf(pattern("root of the ended log", 32));
  const made = statement(
    "succession",
    { log, size, root, kept: { size: kept, root: hashOf(nodes.root(kept)) }, next: FIRST, at: AT },
    before,
  );
  const about = { statement: statementHash(made), count: size - kept, from: kept, root };
  const entry = canonicalJson({
    v: 1,
    subject: logIdOf(FIRST),
    n: 0,
    at: AT,
    kind: "succession",
    actor: {},
    about,
    ...over,
  });
  const salt = hashOf(pattern("salt of the succession", 32));
  const leaf = leafHash(entryCommitment(fromBase64url(salt), entry));
  const zero = hashOf(new Uint8Array(32));
  const origin = originOf(log);
  const text = formatCheckpoint({ origin, size, root });
  const signature = new Uint8Array(before.sign(utf8(text)));
  const line = { name: origin, id: noteKeyId(origin, before.key as SigningKey), signature };
  const told: ToldEndedLog = {
    first: before.key as SigningKey,
    keys: [],
    statement: made as Statement,
    checkpoint: formatNote({ text, signatures: [line] }),
    entry: { n: 0, index: kept, salt, entry, before: zero, tag: zero },
  };
  return { leaf, told };
}

/** The same, with the place of that entry in the whole tree. */
async function endedOf({ ended, told }: Wanted, nodes: Nodes): Promise<ToldEndedLog[]> {
  if (ended === undefined) return [];
  const read: ReadHashes = (level, from, to) =>
    Promise.resolve(Array.from({ length: to - from }, (_, i) => nodes.at(level * 8, from + i)));
  const spans = inclusionSpans(ended.kept, nodes.size);
  const place = (await spanRoots(spans, read)).map(hashOf);
  const whole = { ...firstOf(ended, nodes).told, place };
  return [told?.(whole) ?? whole];
}

function entryAt(n: number, prev: Hash | undefined, wanted: Wanted) {
  const { uploadsEvery = 5, erased = [], saysErased = true, entries, subject = SUBJECT } = wanted;
  const common = {
    v: 1,
    subject,
    n,
    at: AT + n * 1000,
    ...(prev === undefined ? {} : { prev }),
  };
  if (n === entries - 1 && erased.length > 0 && saysErased) {
    const from = Math.min(...erased);
    const about = { from, count: Math.max(...erased) - from + 1, code: "asked" };
    return { entry: { ...common, kind: "erasure", actor: {}, about } as Entry };
  }
  const place = { item: idOf(`item ${n}`), revision: idOf(`revision ${n}`) };
  const actor = { account: alice.account, device: alice.device.device };
  if (n % uploadsEvery === 0) {
    const text = statement("revision", { n }, alice.device.pair);
    const about = { ...place, statement: statementHash(text), index: n };
    return { entry: { ...common, kind: "upload", actor, about } as Entry, statement: text };
  }
  const read: Fields = {
    space: SUBJECT,
    revisions: [{ space: SUBJECT, ...place }],
    reason: "care",
    by: by(alice),
    at: AT + n * 1000,
    nonce: b64(pattern(`nonce ${n}`, 16)),
  };
  const text = statement("read", read, alice.device.pair);
  const about = { revisions: [place], statement: statementHash(text) };
  return { entry: { ...common, kind: "opening", actor, about } as Entry, statement: text };
}

async function* pack(
  wanted: Wanted,
  nodes: Nodes,
  lines: readonly Leaf[],
  last: Hash | undefined,
  half: number,
): AsyncGenerator<Uint8Array> {
  const { anchored = [], since, erased = [], evidence, roots = [], witnesses = [] } = wanted;
  const log = logIdOf(FIRST);
  const checkpointAt = (size: number, cosignatures: readonly NoteSignature[] = []) => {
    // What is no larger than what the ended log left was that log's.
    const signer = size <= (wanted.ended?.kept ?? -1) ? before : logPair;
    const origin = originOf(logIdOf(signer.key as SigningKey));
    const text = formatCheckpoint({ origin, size, root: hashOf(nodes.root(size)) });
    const line = {
      name: origin,
      id: noteKeyId(origin, signer.key as SigningKey),
      signature: signer.sign(utf8(text)),
    };
    return formatNote({
      text,
      signatures: [{ ...line, signature: new Uint8Array(line.signature) }, ...cosignatures],
    });
  };
  const plain = parseNote(checkpointAt(nodes.size)).text;
  const checkpoint = checkpointAt(nodes.size, wanted.cosign?.(plain));
  const ended = await endedOf(wanted, nodes);
  const stops = [
    ...anchored,
    ...(since === undefined ? [] : [since]),
    ...(wanted.ended === undefined ? [] : [wanted.ended.kept]),
  ].sort((a, b) => a - b);
  const zip = startZip();
  const files: WrittenFile[] = [];
  async function* add(name: string, content: Uint8Array | string | AsyncIterable<Uint8Array>) {
    const chunks =
      typeof content === "string"
        ? [utf8(content)]
        : content instanceof Uint8Array
          ? [content]
          : content;
    files.push(yield* zip.file(name, chunks));
  }
  yield* add(EXPORT_FILES.readme, wanted.readme ?? "How to verify.\n");
  yield* add(EXPORT_FILES.verifier, wanted.verifier ?? "print('verify')\n");
  yield* add(EXPORT_FILES.keys, formatExported({ first: FIRST, keys: [] }));
  yield* add(EXPORT_FILES.checkpoint, checkpoint);
  if (since !== undefined) yield* add(EXPORT_FILES.since, checkpointAt(since));
  if (ended.length > 0) yield* add(EXPORT_FILES.ended, formatExported({ ended }));
  const epochs = [
    { epoch: 1, from: 0, to: half, key: hashOf(KEYS[0] ?? Buffer.alloc(0)) },
    { epoch: 2, from: half },
  ];
  yield* add(EXPORT_FILES.epochs, formatExported({ epochs }));
  yield* add(EXPORT_FILES.witnesses, formatExported({ witnesses: [...witnesses] }));
  for (const [i, root] of roots.entries()) yield* add(`roots/${i}.der`, root);
  for (const size of anchored) {
    const note = checkpointAt(size);
    yield* add(`anchors/${size}/checkpoint`, note);
    for (const [name, bytes] of (await evidence?.(size, parseNote(note).text)) ?? [])
      yield* add(`anchors/${size}/${name}`, bytes);
  }
  const chain = alice.chain.map((each) => each as Statement);
  const accounts = { ...wanted.readers, [alice.account]: chain };
  yield* add(
    EXPORT_FILES.accounts,
    formatExported({ accounts } as Parameters<typeof formatExported>[0]),
  );
  const kept = lines.filter(({ line }) => !erased.includes(line.n));
  let at = 0;
  function* exported(): Generator<ExportedEntry> {
    for (const { line } of kept) {
      const path = pathOf(nodes, at, line.index, stops);
      at = line.index + 1;
      const whole = { ...line, ...(path.length === 0 ? {} : { path }) };
      yield wanted.line?.(whole) ?? whole;
    }
  }
  const end = () => Promise.resolve(pathOf(nodes, at, nodes.size, stops));
  yield* add(EXPORT_FILES.journal, journalLines(exported(), end));
  yield* add(EXPORT_FILES.report, wanted.report ?? "%PDF-1.7\n");
  const at0 = AT + 9_000_000_000;
  const manifest: Fields = {
    suite: "ecrin-1",
    subject: wanted.subject ?? SUBJECT,
    log,
    size: nodes.size,
    entries: kept.length,
    ...(last === undefined
      ? {}
      : {
          head: statement(
            "head",
            { subject: wanted.subject ?? SUBJECT, n: lines.length - 1, hash: last, at: at0 },
            logPair,
          ),
        }),
    ...(since === undefined ? {} : { since }),
    ...(wanted.demonstration === undefined ? {} : { demonstration: true }),
    at: at0,
    files: files.map(({ name, length, sha256 }) => ({ name, length, sha256 })),
  };
  const { suite, ...payload } = manifest;
  if (suite !== "ecrin-1") throw new Error("another suite");
  yield* zip.file(EXPORT_FILES.manifest, [utf8(canonicalJson(manifest))]);
  yield* zip.file(EXPORT_FILES.signature, [
    utf8(detachStatement(statement("export", payload, logPair))),
  ]);
  yield zip.end();
}

/** A small export, whole. */
export async function exportOf(wanted: Wanted): Promise<Bytes> {
  const parts: Uint8Array[] = [];
  for await (const part of makeExport(wanted)) parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
}

/** Witnesses of as many operators, of which the first few cosign. */
export function someWitnesses(known: number, cosigned: number) {
  const pairs = Array.from({ length: known }, (_, i) => keyPair(pattern(`witness ${i}`, 32)));
  const witnesses = pairs.map(({ key }, i) => ({
    name: `w${i}.example`,
    key: parseSigningKey(key, "key"),
    operator: `operator ${i}`,
  }));
  const cosign = (text: string) =>
    witnesses.slice(0, cosigned).map((each, i) => {
      const signature = pairs[i]?.sign(utf8(cosignedText(text, 1_790_000_100)));
      return cosignatureLine(each, 1_790_000_100, new Uint8Array(signature ?? []));
    });
  return { witnesses, cosign };
}

/** A block whose target is the easiest there is. */
export function easyHeader(root: Uint8Array): Uint8Array {
  const header = new Uint8Array(80);
  header.set(root, 36);
  header.set([0xff, 0xff, 0x7f, 0x20], 72);
  for (let nonce = 0; nonce < 256; nonce++) {
    header[76] = nonce;
    if ((sha256(sha256(header))[31] ?? 255) < 0x7f) return header;
  }
  throw new RangeError("no such block");
}
