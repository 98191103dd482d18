// The log and its anchors: notes, checkpoints, proofs, tiles, keys of the log, OpenTimestamps,
// headers of blocks, RFC 3161 tokens.

import { signBytes, signerFrom, signStatement } from "@ecrin/crypto";
import {
  canonicalJson,
  type EndedLog,
  encodeOtsProof,
  encodeOtsStamp,
  followLogKeys,
  followSuccessions,
  formatAddCheckpoint,
  formatCheckpoint,
  formatEntryProof,
  formatLine,
  formatNote,
  formatVerifierKey,
  fromBase64url,
  type Json,
  type LogKeys,
  logIdOf,
  noteKeyId,
  type OtsStamp,
  openBlockHeader,
  openCheckpoint,
  openCheckpointOf,
  originOf,
  ProtocolError,
  parseAddCheckpoint,
  parseCheckpoint,
  parseCosignatures,
  parseEntryProof,
  parseJson,
  parseNote,
  parseOtsProof,
  parseOtsStamp,
  parseSeenSize,
  parseStatement,
  parseTilePath,
  parseVerifierKey,
  type SigningKey,
  type Statement,
  SUITE,
  sameBytes,
  tilePath,
  utf8,
} from "@ecrin/protocol";
import {
  checkTimestamp,
  readRoots,
  revocationAddresses,
  TimestampError,
  tokenOf,
} from "@ecrin/timestamp";
import { readWitness, readWitnessList } from "../../packages/client/src/pinned-witnesses.ts";
import { checkpointOf, endLog, rootOf } from "../../packages/client/test/ended-log.ts";
import { provesEntry } from "../../packages/protocol/src/succession.ts";
import { makeAuthority } from "../../packages/timestamp/src/authority.ts";
import { requestTimestamp } from "../../packages/timestamp/src/request.ts";
import { bytes, type Target, text } from "./target.ts";
import { BEGIN, hashNamed, seedOf } from "./world.ts";

const refusals = [ProtocolError];

interface Log {
  readonly first: SigningKey;
  readonly chain: readonly Statement[];
  readonly keys: LogKeys;
  /** Signed notes of checkpoints: of the first key, and of the second. */
  readonly notes: readonly string[];
}

async function makeLog(): Promise<Log> {
  const [one, two] = [await signerFrom(seedOf("log 1")), await signerFrom(seedOf("log 2"))];
  const log = logIdOf(one.publicKey);
  const turn = { suite: SUITE, log, seq: 1, key: two.publicKey, size: 1000, at: BEGIN };
  const first = await signStatement("log-key", turn, one);
  const three = (await signerFrom(seedOf("log 3"))).publicKey;
  const { hash: prev } = parseStatement("log-key", first);
  const next = { ...turn, seq: 2, prev, key: three, size: 2000, at: BEGIN + 1 };
  const chain = [first, await signStatement("log-key", next, two)];
  const notes: string[] = [];
  for (const [signer, size] of [
    [one, 40],
    [two, 1500],
  ] as const) {
    const origin = originOf(log);
    const said = formatCheckpoint({ origin, size, root: hashNamed(`root ${size}`) });
    const own = {
      name: origin,
      id: noteKeyId(origin, signer.publicKey),
      signature: await signBytes(signer, utf8(said)),
    };
    const witness = {
      name: "witness.example",
      id: seedOf("id").slice(0, 4),
      signature: seedOf("w"),
    };
    notes.push(formatNote({ text: said, signatures: [own, witness] }));
  }
  return { first: one.publicKey, chain, keys: await followLogKeys(one.publicKey, chain), notes };
}

/** What has one form only: read, and written again, it is the same text. */
function oneForm<Read>(
  name: string,
  originals: readonly string[],
  parse: (value: string) => Read,
  format: (read: Read) => string,
): Target {
  return {
    name,
    terms: "text",
    originals,
    refusals,
    open: (input) => parse(text(input)),
    equivalent: (input, result) => format(result as Read) === text(input),
  };
}

function logTextTargets({ first, chain, keys, notes }: Log): Target[] {
  const texts = notes.map((note) => parseNote(note).text);
  const proof = { index: 7, hashes: [seedOf("a"), seedOf("b")], checkpoint: notes[0] ?? "" };
  const tiles = [
    { level: 0, number: 0, width: 256 },
    { level: 2, number: 1_234_067, width: 112 },
  ];
  return [
    oneForm("note", notes, parseNote, formatNote),
    oneForm("checkpoint", texts, parseCheckpoint, formatCheckpoint),
    oneForm("entry proof", [formatEntryProof(proof)], parseEntryProof, formatEntryProof),
    oneForm("tile path", tiles.map(tilePath), parseTilePath, tilePath),
    {
      name: "checkpoint signed",
      terms: "text",
      originals: notes,
      refusals,
      open: (input) => openCheckpoint(text(input), keys),
      // Lines of others may come and go under what the log signed.
      equivalent: (_, result) =>
        texts.includes(formatCheckpoint(result as Awaited<ReturnType<typeof openCheckpoint>>)),
    },
    {
      name: "keys of the log",
      terms: "json",
      originals: [JSON.stringify(chain)],
      refusals,
      open: (input) => followLogKeys(first, listIn(text(input))),
      // Its beginning is a chain too.
      equivalent: (input) => listIn(text(input)).every((each, i) => each === chain[i]),
    },
  ];
}

/** A list as it comes in an answer. */
function listIn(json: string): unknown[] {
  const value = parseJson(json, "answer");
  if (Array.isArray(value)) return value;
  throw new ProtocolError("malformed", "is no list");
}

const ATTESTED: OtsStamp = {
  attestations: [{ kind: "pending", uri: "https://calendar.example" }],
  branches: [
    {
      step: { op: "append", bytes: seedOf("appended") },
      stamp: {
        attestations: [],
        branches: [
          {
            step: { op: "sha256" },
            stamp: { attestations: [{ kind: "bitcoin", height: 900_000 }], branches: [] },
          },
        ],
      },
    },
  ],
};

/** The first block's header, and the work that a block took then. */
const FIRST_BLOCK =
  "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c";
const FIRST_WORK = 2n ** 32n;

function openTimestampsTargets(): Target[] {
  const digest = seedOf("stamped");
  return [
    {
      name: "OpenTimestamps proof",
      terms: "bytes",
      originals: [encodeOtsProof({ digest, stamp: ATTESTED })],
      refusals,
      open: (input) => parseOtsProof(bytes(input)),
      equivalent: (input, result) =>
        sameBytes(encodeOtsProof(result as ReturnType<typeof parseOtsProof>), bytes(input)),
    },
    {
      name: "OpenTimestamps stamp",
      terms: "bytes",
      originals: [encodeOtsStamp(ATTESTED)],
      refusals,
      open: (input) => parseOtsStamp(bytes(input), digest),
      // A calendar may order it otherwise and say a thing twice; what is kept has one form.
      equivalent: (input, result) => {
        const kept = encodeOtsStamp(result as OtsStamp);
        const again = encodeOtsStamp(parseOtsStamp(kept, digest));
        return sameBytes(kept, again) && kept.length <= bytes(input).length;
      },
    },
    {
      name: "block header",
      terms: "bytes",
      originals: [new Uint8Array(Buffer.from(FIRST_BLOCK, "hex"))],
      refusals,
      open: (input) => openBlockHeader(bytes(input), FIRST_WORK),
    },
  ];
}

async function tokenTargets(): Promise<Target[]> {
  const data = utf8("what is stamped");
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  const authority = await makeAuthority("An authority");
  const answer = await authority.answer(requestTimestamp(digest).bytes);
  const token = tokenOf(answer);
  const roots = [authority.root];
  const right = await checkTimestamp({ token, data, roots });
  const ours = [TimestampError];
  return [
    {
      name: "time-stamp answer",
      share: 0.3,
      slow: 100,
      terms: "bytes",
      originals: [answer],
      refusals: ours,
      open: (input) => tokenOf(bytes(input)),
      // Nothing in it is believed before it is checked, which the next target does.
      equivalent: () => true,
    },
    {
      name: "time-stamp token",
      share: 0.3,
      slow: 100,
      terms: "bytes",
      originals: [token],
      refusals: ours,
      open: (input) => checkTimestamp({ token: bytes(input), data, roots }),
      // BER has many forms for one thing, and not all of a token is signed: what it says must be the same.
      equivalent: (_, result) => JSON.stringify(result) === JSON.stringify(right),
    },
    {
      name: "time-stamp roots",
      share: 0.3,
      slow: 100,
      terms: "bytes",
      originals: [authority.root],
      refusals: ours,
      open: (input) => readRoots(bytes(input)),
      // Chosen by whoever checks, so nothing in it is a stranger's word; its bytes are kept as they are.
      equivalent: (input, result) =>
        (result as Uint8Array[]).every((each) =>
          Buffer.from(each).equals(Buffer.from(bytes(input))),
        ),
    },
    {
      name: "revocation addresses",
      share: 0.3,
      slow: 100,
      terms: "bytes",
      originals: [token],
      refusals: ours,
      open: (input) => revocationAddresses(bytes(input)),
      equivalent: (_, result) => (result as string[]).every((each) => /^https?:\/\//.test(each)),
    },
  ];
}

function witnessTargets({ first, notes }: Log): Target[] {
  const checkpoint = notes[0] ?? "";
  const { text: said, signatures } = parseNote(checkpoint);
  const asked = { old: 7, hashes: [seedOf("a"), seedOf("b")], checkpoint };
  const lines = signatures.map(formatLine).join("");
  const witness = { name: "witness.example/w1", key: first, operator: "Exemple" };
  return [
    oneForm(
      "request to a witness",
      [formatAddCheckpoint(asked), formatAddCheckpoint({ ...asked, old: 0, hashes: [] })],
      parseAddCheckpoint,
      formatAddCheckpoint,
    ),
    oneForm(
      "answer of a witness",
      [lines],
      (answer) => parseCosignatures(answer, said),
      (read) => read.map(formatLine).join(""),
    ),
    oneForm("size a witness has seen", ["0\n", "1007\n"], parseSeenSize, (size) => `${size}\n`),
    oneForm(
      "verifier key",
      [1, 4].map((type) => formatVerifierKey({ name: "witness.example/w1", type, key: first })),
      (vkey) => parseVerifierKey(vkey),
      formatVerifierKey,
    ),
    {
      name: "list of witnesses",
      terms: "text",
      originals: [JSON.stringify({ witnesses: [witness] }, undefined, 2)],
      refusals,
      open: (input) => readWitnessList(text(input)),
      // Laid out in any way: what is read is what stands there, and nothing beside it.
      equivalent: (input, result) => {
        const stands: unknown = JSON.parse(text(input));
        return canonicalJson(stands as Json) === canonicalJson({ witnesses: result } as Json);
      },
    },
    oneForm(
      "key line of a witness",
      [formatVerifierKey({ name: "witness.example/w1", type: 4, key: first })],
      (line) => readWitness(line, "Exemple"),
      ({ name, key }) => formatVerifierKey({ name, type: 4, key }),
    ),
  ];
}

/**
 * Logs that ended before the one in force: whatever is accepted says what the original says. The
 * entry by which a log begins is held by its place in the tree, and everybody who follows asks for it.
 */
async function endedTargets(): Promise<Target[]> {
  const leaves = Array.from({ length: 12 }, (_, i) => seedOf(`leaf ${i}`));
  const kept = 8;
  const { one, two, told, after, call } = await endLog(leaves, kept);
  const keys = await followLogKeys(told.first, []);
  const ended = await followSuccessions(told.ended, told.first);
  const [right] = ended;
  // As far as that entry: what stands behind it is another at each run.
  const size = kept + 1;
  const tree = { size, root: fromBase64url(await rootOf(after, size)) };
  const { hashes: place } = Object(await call("logInclusion", { query: { index: kept, size } }));
  const placed = told.ended?.map((each) => ({ ...each, place }));
  const notes = [told.checkpoint ?? "", await checkpointOf(one, leaves, 7)];
  const texts = notes.map((note) => parseNote(note).text);
  return [
    {
      name: "logs that ended",
      terms: "json",
      originals: [JSON.stringify(placed)],
      refusals,
      open: async (input) => {
        const followed = await followSuccessions(listIn(text(input)), two.publicKey);
        if (followed.every((each) => provesEntry(each, tree))) return followed;
        throw new ProtocolError("fork", "an entry is not in its place");
      },
      // None is a list too; the tag of an entry is looked at where its epoch is disclosed.
      equivalent: (_, result) =>
        (result as EndedLog[]).every(
          ({ hash, leaf, left }) =>
            hash === right?.hash &&
            left === right.left &&
            sameBytes(leaf ?? new Uint8Array(), right.leaf ?? new Uint8Array()),
        ),
    },
    {
      name: "checkpoint of a log or one before it",
      terms: "text",
      originals: notes,
      refusals,
      open: (input) => openCheckpointOf(text(input), keys, ended),
      equivalent: (_, result) =>
        texts.includes(formatCheckpoint(result as Awaited<ReturnType<typeof openCheckpointOf>>)),
    },
  ];
}

export async function logTargets(): Promise<Target[]> {
  const log = await makeLog();
  return [
    ...logTextTargets(log),
    ...witnessTargets(log),
    ...(await endedTargets()),
    ...openTimestampsTargets(),
    ...(await tokenTargets()),
  ];
}
