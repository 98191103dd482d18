// Everything that opens with a secret. None of it opens anything but the very bytes that were
// sealed; kits, which people type, open what means the same.

import {
  ARGON2,
  assertArgon2Floor,
  CryptoError,
  commitTo,
  contentKeyOf,
  equalSecret,
  finishLogin,
  finishRegistration,
  kitFromText,
  kitFromWords,
  kitSlot,
  kitToText,
  kitToWords,
  layoutOfStream,
  metadataKeyOf,
  openBox,
  openContentBytes,
  openMetadata,
  openSegment,
  openSlot,
  openStream,
  openWrap,
  pad,
  passkeySlot,
  passwordSlot,
  releaseOf,
  type SlotSecrets,
  STREAM_HEADER,
  sealBox,
  sealContentBytes,
  sealedLength,
  sealMetadata,
  sealStream,
  streamRoot,
  unpad,
  WRAP_OVERHEAD,
} from "@ecrin/crypto";
import {
  argon2Field,
  type Bytes,
  concat,
  context,
  fromBase64url,
  METADATA_FLOOR,
  ProtocolError,
  parseAs,
  parseJson,
  utf8,
} from "@ecrin/protocol";
import { ClientError } from "../../packages/client/src/errors.ts";
import { type Keyring, openKeyring, sealKeyring } from "../../packages/client/src/keyring.ts";
import { begin, beginRegistration, register } from "../../packages/crypto/test/opaque-server.ts";
import type { Row } from "../../packages/crypto/test/vectors.ts";
import type { Input } from "./mutate.ts";
import { bytes, type Target, text } from "./target.ts";
import { boxOf, hashNamed, idOf, seedOf, withFixedChance } from "./world.ts";

const refusals = [CryptoError];
const KEY = seedOf("key");
const CTX = context("revision", idOf("record"), idOf("item"), idOf("revision 1"), idOf("alice"));

function opens(
  name: string,
  originals: readonly Bytes[],
  open: (sealed: Bytes) => unknown,
  share = 1,
): Target {
  return {
    name,
    share,
    terms: "bytes",
    originals,
    refusals,
    open: async (input) => await open(bytes(input)),
  };
}

async function boxTargets(): Promise<Target[]> {
  const boxes = [
    await sealBox(KEY, "revision secret", CTX, seedOf("R")),
    await sealBox(KEY, "revision secret", CTX, utf8("a longer plaintext".repeat(20))),
  ];
  const secret = seedOf("R");
  const metadataKey = metadataKeyOf(secret, CTX);
  const metadata = await sealMetadata(metadataKey, CTX, utf8('{"v":1}'));
  const place = {
    space: idOf<"space">("record"),
    item: idOf<"item">("item"),
    revision: idOf<"revision">("revision 1"),
  };
  const release = releaseOf(seedOf("S"), place);
  const commitment = commitTo(contentKeyOf(secret, release, CTX), CTX);
  return [
    opens("box", boxes, async (box) => await openBox(KEY, "revision secret", CTX, box), 2),
    opens("metadata", [metadata], async (sealed) => await openMetadata(metadataKey, CTX, sealed)),
    opens("release under its commitment", [release], (given) => {
      if (!equalSecret(commitTo(contentKeyOf(secret, given, CTX), CTX), commitment))
        throw new CryptoError("cannot-open", "another");
    }),
  ];
}

/** A stream of several segments, which is a vector's privilege, and one of the size in use. */
async function streamTargets(): Promise<Target[]> {
  const segment = 160;
  const plain = concat(...Array.from({ length: 20 }, (_, i) => seedOf(`plain ${i}`)));
  const parts: Bytes[] = [];
  const digests: Bytes[] = [];
  for await (const each of sealStream(KEY, CTX, [plain], { size: plain.length, segment })) {
    parts.push(each.bytes.slice());
    digests.push(each.digest);
  }
  const wire = concat(...parts);
  const facts = { length: wire.length, root: await streamRoot(digests), digests, segment };
  const collect = async (source: Bytes, given: typeof facts) => {
    for await (const piece of openStream(KEY, CTX, [source], given))
      if (piece.length > wire.length) throw new RangeError("too much");
  };
  const layout = layoutOfStream(wire.length, segment);
  const content = await sealContentBytes(KEY, CTX, utf8("a result\n".repeat(100)));
  const empty = await sealContentBytes(KEY, CTX, new Uint8Array());
  const factsOf = (sealed: Bytes) =>
    [content, empty].find(({ bytes: own }) => own[1] === sealed[1]) ?? content;
  return [
    opens("stream", [wire], async (source) => await collect(source, facts)),
    // As if the header had been signed over whatever came: only the segments' own tags are left.
    opens(
      "stream under its own digests",
      [wire],
      async (source) => {
        const own: Bytes[] = [];
        for (let at = 0; at < source.length; at += segment) {
          own.push(
            new Uint8Array(
              await crypto.subtle.digest("SHA-256", source.subarray(at, at + segment)),
            ),
          );
        }
        await collect(source, {
          length: source.length,
          root: await streamRoot(own),
          digests: own,
          segment,
        });
      },
      2,
    ),
    opens("digests", [concat(...digests)], async (list) => {
      const given = Array.from({ length: Math.ceil(list.length / 32) }, (_, i) =>
        list.slice(i * 32, i * 32 + 32),
      );
      await collect(wire, { ...facts, digests: given });
    }),
    opens(
      "segment alone",
      [wire.slice(segment, 2 * segment)],
      async (part) => await openSegment(KEY, CTX, wire.slice(0, STREAM_HEADER), 1, part, facts),
    ),
    opens(
      "segment header",
      [wire.slice(0, STREAM_HEADER)],
      async (header) =>
        await openSegment(
          KEY,
          CTX,
          header,
          2,
          wire.slice(2 * segment, 2 * segment + sealedLength(layout, 2)),
          facts,
        ),
    ),
    opens(
      "content",
      [content.bytes, empty.bytes],
      async (sealed) => await openContentBytes(KEY, CTX, sealed, factsOf(sealed)),
      2,
    ),
    {
      name: "length of a stream",
      terms: "json",
      originals: [String(wire.length)],
      refusals,
      open: async (input) => await collect(wire, { ...facts, length: Number(text(input)) }),
      equivalent: (input) => Number(text(input)) === wire.length,
    },
    {
      name: "padding",
      terms: "bytes",
      originals: [
        pad(utf8('{"v":1}'), METADATA_FLOOR),
        pad(new Uint8Array(), METADATA_FLOOR),
        pad(new Uint8Array(700).fill(7), METADATA_FLOOR),
        pad(new Uint8Array(4088).fill(7), METADATA_FLOOR),
        pad(new Uint8Array(100_000).fill(7), METADATA_FLOOR),
      ],
      refusals,
      open: (input) => unpad(bytes(input), METADATA_FLOOR),
      equivalent: (input, result) =>
        Buffer.from(pad(result as Uint8Array, METADATA_FLOOR)).equals(bytes(input)),
    },
  ];
}

function secretsOf(row: Row): SlotSecrets {
  if (row.text("kind") === "kit") return kitSlot(row.bytes("kit"));
  if (row.text("kind") === "passkey") return passkeySlot(row.bytes("prf"));
  return passwordSlot(row.bytes("exportKey"), row.bytes("secretKey"));
}

/** HPKE has chance of its own that nothing fixes, so its inputs are those of the vectors. */
function wrapTargets(wraps: readonly Row[], slots: readonly Row[]): Target[] {
  const [wrap] = wraps;
  if (wrap === undefined) throw new RangeError("no vectors of wraps");
  const seed = wrap.bytes("seed");
  const own = slots.map((row) => {
    const secrets = secretsOf(row);
    const place = {
      account: idFrom<"account">(row, "account"),
      slot: idFrom<"slot">(row, "slot"),
      identity: row.text("identity") as ReturnType<typeof hashNamed>,
    };
    const sealed = concat(row.bytes("key"), row.bytes("wrap"), row.bytes("mac"));
    return opens(`slot ${row.text("kind")}`, [sealed], async (input) => {
      const [key, end] = [1216, input.length - 32];
      await openSlot(secrets, place, {
        key: input.slice(0, key),
        wrap: input.slice(key, Math.max(key, end)),
        mac: input.slice(Math.max(0, end)),
      });
    });
  });
  return [
    opens(
      "wrap",
      [wrap.bytes("wrap")],
      async (input) => await openWrap(seed, wrap.bytes("context"), input),
      0.5,
    ),
    opens(
      "wrap's ciphertext",
      [wrap.bytes("wrap").slice(WRAP_OVERHEAD - 16)],
      async (input) => {
        await openWrap(
          seed,
          wrap.bytes("context"),
          concat(wrap.bytes("wrap").slice(0, WRAP_OVERHEAD - 16), input),
        );
      },
      0.5,
    ),
    ...own,
  ];
}

function idFrom<Name extends string>(row: Row, name: string) {
  return row.text(name) as ReturnType<typeof idOf<Name>>;
}

/** What a kit's words mean, whatever their case, accents and separators. */
function plainWords(words: string): string {
  return words
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((each) => each !== "")
    .join(" ");
}

function kitTargets(): Target[] {
  const kit = seedOf("kit code");
  const words = [
    kitToWords(kit, "fr").join(" "),
    kitToWords(kit, "en").join(" "),
    kitToWords(seedOf("other kit"), "fr").join("\n"),
  ];
  const sameWords = (input: Input, code: Uint8Array) =>
    (["fr", "en"] as const).some(
      (language) => plainWords(kitToWords(code, language).join(" ")) === plainWords(text(input)),
    );
  return [
    {
      name: "kit words",
      share: 2,
      terms: "text",
      originals: words,
      refusals,
      open: (input) => kitFromWords(text(input)),
      // Eight bits of checksum let one wrong word in 256 through; it must be the code of just these words.
      equivalent: (input, code) => sameWords(input, code as Uint8Array),
    },
    {
      name: "kit text",
      terms: "text",
      originals: [kitToText(kit), kitToText(seedOf("other kit"))],
      refusals,
      open: (input) => kitFromText(text(input)),
      equivalent: (input, code) => {
        const typed = text(input)
          .toUpperCase()
          .replace(/[\s-]/g, "")
          .replace(/[IL]/g, "1")
          .replaceAll("O", "0");
        return kitToText(code as Uint8Array).replaceAll("-", "") === typed;
      },
    },
  ];
}

async function keyringTargets(): Promise<Target[]> {
  const account = idOf<"account">("alice");
  const head = { hash: hashNamed("head"), seq: 3 };
  const keyring: Keyring = {
    identity: { seal: boxOf("seal", 32), sign: boxOf("sign", 32) },
    secretKey: boxOf("secret key", 32),
    profile: { name: "Aïcha" },
    contacts: [
      {
        account: idOf<"account">("bob"),
        identity: hashNamed("bob"),
        name: "Dr Roche",
        verified: "face-to-face",
        head,
      },
    ],
    heads: [[idOf("record"), head]],
    log: { key: boxOf("log", 32) as Keyring["log"]["key"] },
    record: idOf<"space">("record"),
  };
  const { box } = await sealKeyring(KEY, account, 7, keyring);
  const ctx = context("keyring", account, 7);
  const ours = [ClientError];
  const open = async (sealed: Bytes) =>
    await openKeyring(KEY, account, { version: 7, box: Buffer.from(sealed).toString("base64url") });
  return [
    { ...opens("keyring", [fromBase64url(box)], open), refusals: ours },
    {
      name: "keyring's JSON",
      terms: "json",
      originals: [Buffer.from(await openBox(KEY, "keyring", ctx, fromBase64url(box))).toString()],
      refusals: ours,
      prepare: async (input) => await sealBox(KEY, "keyring", ctx, utf8(text(input))),
      open: async (input) => await open(bytes(input)),
      equivalent: (input, result) =>
        JSON.stringify(JSON.parse(text(input).toWellFormed())).length > 0 &&
        typeof result === "object",
    },
  ];
}

const PASSWORD = "correct horse";

/** Answers that cost a whole Argon2id to read: few, and allowed to take their time. */
async function opaqueTargets(): Promise<Target[]> {
  const account = idOf<"account">("alice");
  const registering = await beginRegistration(account, PASSWORD);
  const { record } = await register(account, PASSWORD);
  const { answer } = await begin(account, PASSWORD, record);
  const common = { share: 0.002, slow: 2000, terms: "bytes", refusals } as const;
  const responseOf = (input: Input) => Buffer.from(bytes(input)).toString("base64url");
  return [
    {
      ...common,
      name: "OPAQUE answer",
      originals: [fromBase64url(answer.response)],
      open: async (input) => await finishLogin({ ...answer, response: responseOf(input) }),
    },
    {
      ...common,
      name: "OPAQUE registration answer",
      originals: [fromBase64url(registering.response)],
      open: async (input) =>
        await finishRegistration({ ...registering, response: responseOf(input) }),
      // Whatever it is registered under, only a server that knows it can sign the client in by it:
      // the record is another then, and so is every key that comes out.
      equivalent: (_, result) => (result as { record: string }).record.length === 256,
    },
  ];
}

function signInTargets(): Target[] {
  return [
    {
      name: "Argon2id parameters",
      terms: "json",
      originals: [
        JSON.stringify(ARGON2),
        JSON.stringify({ memoryKiB: 131_072, iterations: 4, parallelism: 1 }),
      ],
      refusals: [CryptoError, ProtocolError],
      open: (input) => {
        const parameters = parseAs(argon2Field, parseJson(text(input), "answer"), "parameters");
        assertArgon2Floor(parameters);
        return parameters;
      },
      equivalent: (_, result) => {
        const { memoryKiB, iterations, parallelism } = result as typeof ARGON2;
        return memoryKiB >= 65_536 && iterations >= 3 && parallelism >= 1 && parallelism <= 4;
      },
    },
  ];
}

export async function sealedTargets(
  wraps: readonly Row[],
  slots: readonly Row[],
): Promise<Target[]> {
  return await withFixedChance("sealed", async () => [
    ...(await boxTargets()),
    ...(await streamTargets()),
    ...wrapTargets(wraps, slots),
    ...kitTargets(),
    ...(await keyringTargets()),
    ...signInTargets(),
    ...(await opaqueTargets()),
  ]);
}
