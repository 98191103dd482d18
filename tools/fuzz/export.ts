// An export as somebody else hands it over: the archive around its files, and each of them.

import { type Signer, signBytes, signerFrom } from "@ecrin/crypto";
import {
  type Bytes,
  bytesSource,
  canonicalJson,
  detachStatement,
  type ExportedEntry,
  headerFor,
  type Json,
  journalLines,
  logIdOf,
  openZip,
  ProtocolError,
  parseExported,
  parseManifest,
  readJournal,
  SUITE,
  startZip,
  toBase64url,
  utf8,
} from "@ecrin/protocol";
import { isCanonical } from "./encodings.ts";
import { bytes, type Target, text } from "./target.ts";
import { BEGIN, hashNamed, idOf, seedOf } from "./world.ts";

const refusals = [ProtocolError];

async function joined(chunks: AsyncIterable<Uint8Array>): Promise<Bytes> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return new Uint8Array(Buffer.concat(parts));
}

async function archive(files: Readonly<Record<string, string>>): Promise<Bytes> {
  const zip = startZip();
  async function* whole() {
    for (const [name, content] of Object.entries(files)) yield* zip.file(name, [utf8(content)]);
    yield zip.end();
  }
  return await joined(whole());
}

function entry(n: number): ExportedEntry {
  return {
    n,
    index: n * 3,
    salt: hashNamed(`salt ${n}`),
    entry: `{"n":${n}}`,
    before: hashNamed(`before ${n}`),
    tag: hashNamed(`tag ${n}`),
    ...(n === 0 ? {} : { path: [hashNamed(`path ${n}`)] }),
  };
}

async function archiveTargets(): Promise<Target[]> {
  const entries = [entry(0), entry(1)];
  const journal = await joined(journalLines(entries, () => Promise.resolve([hashNamed("end")])));
  return [
    {
      name: "archive",
      terms: "bytes",
      originals: [
        await archive({ "journal.json": "{}", "log/keys.json": "some keys" }),
        await archive({}),
      ],
      refusals,
      open: (input) => openZip(bytesSource(bytes(input))),
      // Contents are the manifest's to check; their places are not.
      equivalent: (input, result) =>
        (result as Awaited<ReturnType<typeof openZip>>).every(
          ({ at, length }) => at + length < bytes(input).length,
        ),
    },
    {
      name: "journal of an export",
      terms: "bytes",
      originals: [journal],
      refusals,
      open: async (input) => {
        const parts: unknown[] = [];
        for await (const part of readJournal(inTwo(bytes(input)))) parts.push(part);
        return parts;
      },
      // It is one JSON document, whatever it says; what it says is checked against the log.
      equivalent: (input) => isJson(new TextDecoder().decode(bytes(input))),
    },
  ];
}

function isJson(json: string): boolean {
  return typeof JSON.parse(json) === "object";
}

/** In two pieces, as a file comes in. */
async function* inTwo(whole: Uint8Array): AsyncGenerator<Uint8Array> {
  const half = whole.length >> 1;
  yield await Promise.resolve(whole.subarray(0, half));
  yield whole.subarray(half);
}

async function manifestOf(signer: Signer): Promise<{ text: string; signature: string }> {
  const manifest = canonicalJson({
    suite: SUITE,
    subject: idOf("record"),
    log: logIdOf(signer.publicKey),
    size: 40,
    entries: 2,
    at: BEGIN,
    files: [{ name: "log/keys.json", length: 9, sha256: hashNamed("file") }],
  });
  const input = `${headerFor("export")}.${toBase64url(utf8(manifest))}`;
  const signed = `${input}.${toBase64url(await signBytes(signer, utf8(input)))}`;
  return { text: manifest, signature: detachStatement(signed) };
}

async function manifestTargets(): Promise<Target[]> {
  const { text: manifest, signature } = await manifestOf(await signerFrom(seedOf("log")));
  return [
    {
      name: "manifest",
      terms: "json",
      originals: [manifest],
      refusals,
      open: (input) => parseManifest(text(input), signature),
      // The signature is checked by whoever asked; here one form is all that is promised.
      equivalent: (input) => isCanonical(text(input)),
    },
    {
      name: "signature of a manifest",
      terms: "text",
      originals: [signature],
      refusals,
      open: (input) => parseManifest(manifest, text(input)),
      equivalent: (input) => /^[\w-]+\.\.[\w-]{86}$/.test(text(input)),
    },
  ];
}

function exportedTargets(): Target[] {
  const key = hashNamed("key");
  const originals = {
    keys: { first: key, keys: [] },
    epochs: { epochs: [{ epoch: 1, from: 0, to: 4, key }] },
    witnesses: { witnesses: [{ name: "witness.example", key, operator: "Somebody" }] },
    accounts: { accounts: { [idOf("alice")]: [] } },
    ended: {
      ended: [
        {
          first: key,
          keys: [],
          statement: `eyJ9.e30.${"A".repeat(86)}`,
          checkpoint: "note",
          place: [key],
        },
      ],
    },
  } as const satisfies Readonly<Record<string, Json>>;
  const target = (name: keyof typeof originals, open: (json: string) => unknown): Target => ({
    name: `exported ${name}`,
    terms: "json",
    originals: [canonicalJson(originals[name])],
    refusals,
    open: (input) => open(text(input)),
    equivalent: (input) => isCanonical(text(input)),
  });
  return [
    target("keys", (json) => parseExported("keys", json)),
    target("epochs", (json) => parseExported("epochs", json)),
    target("witnesses", (json) => parseExported("witnesses", json)),
    target("accounts", (json) => parseExported("accounts", json)),
    target("ended", (json) => parseExported("ended", json)),
  ];
}

export async function exportTargets(): Promise<Target[]> {
  return [...(await archiveTargets()), ...(await manifestTargets()), ...exportedTargets()];
}
