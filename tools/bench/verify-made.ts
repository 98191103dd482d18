// An export of any number of entries, written as it is made: what the bench of verification reads.

import { createHmac } from "node:crypto";
import { open } from "node:fs/promises";
import {
  canonicalJson,
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
  journalLines,
  leafHash,
  logIdOf,
  noteKeyId,
  originOf,
  type SigningKey,
  type Statement,
  startZip,
  utf8,
  type WrittenFile,
} from "@ecrin/protocol";
import { by, person } from "../../packages/protocol/test/people.ts";
import {
  b64,
  canonical,
  headerOf,
  idOf,
  keyPair,
  pattern,
  statement,
  statementHash,
} from "../../packages/protocol/test/reference.ts";

const AT = 1_790_000_000_000;
const EPOCH = 1000;
const AT_ONCE = 1 << 20;
const log = keyPair(pattern("log key", 32));
const LOG_KEY = log.key as SigningKey;
const alice = person("alice");
/** Of what was uploaded: an export names it and checks no signature of it, so one does for all. */
const UNCHECKED = statement("revision", { n: 0 }, alice.device.pair).split(".")[2] ?? "";
const SUBJECT = idOf("space record");

export interface MadeExport {
  readonly path: string;
  readonly bytes: number;
  readonly entries: number;
  readonly reads: number;
  /** Of one entry's text, on average. */
  readonly entryBytes: number;
}

/** Writes an export of `entries`, every other one a read, each after one foreign leaf. */
export async function writeExport(path: string, entries: number): Promise<MadeExport> {
  const file = await open(path, "w");
  const tree = new GrowingTree();
  const told = { reads: 0, text: 0, last: undefined as Hash | undefined };
  let bytes = 0;
  try {
    // By the mebibyte: a write for each line takes longer than all that is in it.
    let waiting: Uint8Array[] = [];
    let room = AT_ONCE;
    const write = async () => {
      await file.writeFile(Buffer.concat(waiting));
      [waiting, room] = [[], AT_ONCE];
    };
    for await (const part of archive(entries, tree, told)) {
      waiting.push(part);
      bytes += part.length;
      room -= part.length;
      if (room < 0) await write();
    }
    await write();
  } finally {
    await file.close();
  }
  const entryBytes = Math.round(told.text / Math.max(1, entries));
  return { path, bytes, entries, reads: told.reads, entryBytes };
}

interface Told {
  reads: number;
  text: number;
  last: Hash | undefined;
}

async function* archive(
  entries: number,
  tree: GrowingTree,
  told: Told,
): AsyncGenerator<Uint8Array> {
  const zip = startZip();
  const files: WrittenFile[] = [];
  async function* add(name: string, content: string | AsyncIterable<Uint8Array>) {
    files.push(yield* zip.file(name, typeof content === "string" ? [utf8(content)] : content));
  }
  yield* add(EXPORT_FILES.keys, formatExported({ first: LOG_KEY, keys: [] }));
  const chain = alice.chain.map((each) => each as Statement);
  yield* add(EXPORT_FILES.accounts, formatExported({ accounts: { [alice.account]: chain } }));
  yield* add(EXPORT_FILES.witnesses, formatExported({ witnesses: [] }));
  const epochs = Array.from({ length: Math.ceil((entries * 2) / EPOCH) }, (_, epoch) => ({
    epoch,
    from: epoch * EPOCH,
    to: (epoch + 1) * EPOCH,
    key: hashOf(pattern(`epoch ${epoch}`, 32)),
  }));
  yield* add(EXPORT_FILES.epochs, formatExported({ epochs }));
  const lines = journalLines(entriesOf(entries, tree, told), () => Promise.resolve([]));
  yield* add(EXPORT_FILES.journal, lines);
  const id = logIdOf(LOG_KEY);
  const origin = originOf(id);
  const text = formatCheckpoint({ origin, size: tree.size, root: hashOf(tree.root()) });
  const signature = new Uint8Array(log.sign(utf8(text)));
  const line = { name: origin, id: noteKeyId(origin, LOG_KEY), signature };
  yield* add(EXPORT_FILES.checkpoint, formatNote({ text, signatures: [line] }));
  const head = { subject: SUBJECT, n: entries - 1, hash: told.last ?? "", at: AT };
  const manifest = {
    subject: SUBJECT,
    log: id,
    size: tree.size,
    entries,
    head: statement("head", head, log),
    at: AT,
    files: files.map(({ name, length, sha256 }) => ({ name, length, sha256 })),
  };
  yield* zip.file(EXPORT_FILES.manifest, [utf8(canonicalJson({ suite: "ecrin-1", ...manifest }))]);
  const signed = detachStatement(statement("export", manifest, log));
  yield* zip.file(EXPORT_FILES.signature, [utf8(signed)]);
  yield zip.end();
}

function* entriesOf(entries: number, tree: GrowingTree, told: Told): Generator<ExportedEntry> {
  let tag: Uint8Array = new Uint8Array(32);
  const next = (leaf: Uint8Array) => {
    const key = pattern(`epoch ${Math.floor(tree.size / EPOCH)}`, 32);
    tag = createHmac("sha256", key).update(tag).update(leaf).digest();
  };
  for (let n = 0; n < entries; n++) {
    const foreign = leafHash(utf8(`foreign ${n}`));
    next(foreign);
    tree.append(0, foreign);
    const { entry, signed } = entryAt(n, told.last);
    const text = encodeEntry(entry);
    const salt = hashOf(pattern(`salt ${n}`, 32));
    const commitment = entryCommitment(fromBase64url(salt), text);
    const leaf = leafHash(commitment);
    const [index, before] = [tree.size, hashOf(tag)];
    next(leaf);
    tree.append(0, leaf);
    told.last = hashOf(commitment);
    told.text += text.length;
    if (entry.kind === "opening") told.reads += 1;
    const line = { n, index, salt, before, tag: hashOf(tag), path: [hashOf(foreign)] };
    yield { ...line, entry: new TextDecoder().decode(text), statement: signed as Statement };
  }
}

function entryAt(n: number, prev: Hash | undefined): { entry: Entry; signed: string } {
  const at = AT + n;
  const common = { v: 1, subject: SUBJECT, n, at, ...(prev === undefined ? {} : { prev }) };
  const place = { item: idOf(`item ${n}`), revision: idOf(`revision ${n}`) };
  const actor = { account: alice.account, device: alice.device.device };
  if (n % 2 === 0) {
    const payload = canonical({ suite: "ecrin-1", n });
    const signed = `${b64(Buffer.from(headerOf("revision")))}.${b64(Buffer.from(payload))}.${UNCHECKED}`;
    const about = { ...place, index: n, statement: statementHash(signed) };
    return { entry: { ...common, kind: "upload", actor, about } as Entry, signed };
  }
  const revisions = [{ space: SUBJECT, ...place }];
  const nonce = b64(pattern(`nonce ${n}`, 16));
  const read = { space: SUBJECT, revisions, reason: "care", by: by(alice), at, nonce };
  const signed = statement("read", read, alice.device.pair);
  const about = { revisions: [place], statement: statementHash(signed) };
  return { entry: { ...common, kind: "opening", actor, about } as Entry, signed };
}
