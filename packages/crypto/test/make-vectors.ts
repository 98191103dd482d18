// Writes vectors/crypto/*.json, the same at every run:
//
//   node packages/crypto/test/make-vectors.ts
//
// Everything is made by the reference beside this file, which shares no code with src. Bytes are
// base64url. `refuse` holds what a reader must answer `cannot-open`.

import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { wordlist as english } from "@scure/bip39/wordlists/english.js";
import { wordlist as french } from "@scure/bip39/wordlists/french.js";
import {
  box,
  contextOf,
  gcm,
  hkdf,
  hmac,
  padded,
  pattern,
  segments,
  sha256,
  streamAesKey,
  wrap,
  xwingPublic,
} from "./reference.ts";

const folder = fileURLToPath(new URL("../../../vectors/crypto/", import.meta.url));
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");
const id = (name: string) => text(pattern(`id ${name}`, 16));

function flip(bytes: Uint8Array, at: number, bit = 1): Buffer {
  const copy = Buffer.from(bytes);
  const place = at < 0 ? copy.length + at : at;
  copy[place] = (copy[place] ?? 0) ^ bit;
  return copy;
}

function write(name: string, spec: string, vectors: { accept: object[]; refuse: object[] }): void {
  const head = { spec, made: "packages/crypto/test/make-vectors.ts" };
  const lines = (list: object[]) => list.map((each) => `    ${JSON.stringify(each)}`).join(",\n");
  const body = `  "accept": [\n${lines(vectors.accept)}\n  ],\n  "refuse": [\n${lines(vectors.refuse)}\n  ]`;
  const lead = JSON.stringify(head, null, 2).slice(0, -2);
  writeFileSync(`${folder}${name}.json`, `${lead},\n${body}\n}\n`);
}

function boxVectors() {
  const make = (name: string, label: string, purpose: string, plain: Buffer) => {
    const key = pattern(`box key ${name}`, 32);
    const ctx = contextOf(purpose, id("space"), 1);
    const sealed = box(pattern(`box salt ${name}`, 32), key, label, ctx, plain);
    return { name, key, label, ctx, plain, sealed };
  };
  type Made = ReturnType<typeof make>;
  const secret = make("a secret", "revision secret", "revision secret", pattern("R", 32));
  const empty = make("nothing", "keyring", "keyring", Buffer.alloc(0));
  const long = make("300 bytes", "keyring", "keyring", pattern("keyring", 300));
  const row = ({ name, key, label, ctx, plain, sealed }: Made) => ({
    name,
    key: text(key),
    label,
    context: text(ctx),
    plaintext: text(plain),
    box: text(sealed),
  });
  const no = (name: string, change: Partial<Made>) => {
    const { plaintext: _, ...rest } = row({ ...secret, ...change, name });
    return rest;
  };
  return {
    accept: [secret, empty, long].map(row),
    refuse: [
      no("another key", { key: flip(secret.key, 0) }),
      no("another label", { label: "link secret" }),
      no("another context", { ctx: contextOf("revision secret", id("space"), 2) }),
      no("salt changed", { sealed: flip(secret.sealed, 0) }),
      no("ciphertext changed", { sealed: flip(secret.sealed, 32) }),
      no("tag changed", { sealed: flip(secret.sealed, -1, 128) }),
      no("one byte short", { sealed: secret.sealed.subarray(0, -1) }),
      no("one byte more", { sealed: Buffer.concat([secret.sealed, Buffer.alloc(1)]) }),
      no("only salt and half a tag", { sealed: secret.sealed.subarray(0, 40) }),
      no("empty", { sealed: Buffer.alloc(0) }),
    ],
  };
}

function wrapVectors() {
  const make = (name: string, plain: Buffer) => {
    const seed = pattern(`wrap seed ${name}`, 32);
    const ctx = contextOf("wrap space key", id("space"), 3, id("account"), pattern("identity", 32));
    const publicKey = xwingPublic(seed);
    const sealed = wrap(publicKey, pattern(`wrap randomness ${name}`, 64), ctx, plain);
    return { name, seed, ctx, publicKey, plain, sealed };
  };
  type Made = ReturnType<typeof make>;
  const key = make("a space key", pattern("K", 32));
  const name = make("256 bytes", pattern("address", 256));
  const row = ({ name, seed, ctx, publicKey, plain, sealed }: Made) => ({
    name,
    seed: text(seed),
    context: text(ctx),
    publicKey: text(publicKey),
    secret: text(plain),
    wrap: text(sealed),
  });
  const no = (title: string, change: Partial<Made>) => {
    const { secret: _, publicKey: __, ...rest } = row({ ...key, ...change, name: title });
    return rest;
  };
  return {
    accept: [key, name].map(row),
    refuse: [
      no("another seed", { seed: flip(key.seed, 31) }),
      no("another context", { ctx: contextOf("wrap release key", id("space"), 3) }),
      no("lattice part changed", { sealed: flip(key.sealed, 0) }),
      no("curve part changed", { sealed: flip(key.sealed, 1100) }),
      no("ciphertext changed", { sealed: flip(key.sealed, 1120) }),
      no("tag changed", { sealed: flip(key.sealed, -1) }),
      no("one byte short", { sealed: key.sealed.subarray(0, -1) }),
      no("no ciphertext", { sealed: key.sealed.subarray(0, 1120) }),
      no("empty", { sealed: Buffer.alloc(0) }),
    ],
  };
}

interface Stream {
  name: string;
  key: Buffer;
  ctx: Buffer;
  segment: number;
  plain: Buffer;
  /** Segments on the wire, in the order a reader gets them. */
  wire: Buffer[];
  digests: Buffer[];
  length: number;
}

function stream(name: string, plain: Buffer, segment: number): Stream {
  const key = pattern(`stream key ${name}`, 32);
  const ctx = contextOf("revision", id("space"), id("item"), id("revision"), id("account"));
  const header = Buffer.concat([Buffer.from([40]), pattern(`stream header ${name}`, 39)]);
  const wire = segments(streamAesKey(key, header, ctx), header, plain, segment);
  return { name, key, ctx, segment, plain, ...measured(wire) };
}

/** What somebody who may sign would say of these segments. */
function measured(wire: Buffer[]) {
  return { wire, digests: wire.map(sha256), length: Buffer.concat(wire).length };
}

function streamVectors() {
  const row = ({ name, key, ctx, segment, plain, wire, digests, length }: Stream) => ({
    name,
    key: text(key),
    context: text(ctx),
    segment,
    length,
    root: text(sha256(Buffer.concat(digests))),
    digests: digests.map(text),
    stream: text(Buffer.concat(wire)),
    plaintext: text(plain),
  });
  // Segments of 120 bytes hold 64 bytes of plaintext, then 104 each.
  const sizes = [0, 1, 63, 64, 65, 167, 168, 169, 272, 273, 400];
  const short = sizes.map((n) => stream(`${n} bytes`, pattern(`plain ${n}`, n), 120));
  const whole = stream("a padded page", padded(pattern("page", 1000), 4096), 1_048_576);
  const three = stream("three segments", pattern("three", 250), 120);
  const [a, b, c] = three.wire;
  if (a === undefined || b === undefined || c === undefined) throw new Error("not three segments");
  const no = (name: string, change: Partial<Stream>) => {
    const { plaintext: _, ...rest } = row({ ...three, ...change, name });
    return rest;
  };
  // The root is still that of the honest list: what a server can do.
  const served = (name: string, wire: Buffer[], change: Partial<Stream> = {}) =>
    no(name, { wire, ...change });
  // Digests, root and length fit the changed segments: what a dishonest author can sign.
  const signed = (name: string, wire: Buffer[]) => no(name, measured(wire));
  const aes = streamAesKey(three.key, a.subarray(0, 40), three.ctx);
  const nonce = (i: number, last: number) =>
    Buffer.concat([a.subarray(33, 40), Buffer.from([0, 0, 0, i, last])]);
  const none = Buffer.alloc(0);
  const endless = gcm(aes, nonce(2, 0), none, three.plain.subarray(168));
  const four = stream("four segments", pattern("four", 322), 120);
  const [first, second, third, fourth] = four.wire;
  if (!first || !second || !third || !fourth) throw new Error("not four segments");
  return {
    accept: [...short, whole].map(row),
    refuse: [
      served("first segment changed", [flip(a, 50), b, c]),
      served("last segment changed", [a, b, flip(c, -1)]),
      served("salt changed", [flip(a, 1), b, c]),
      served("nonce prefix changed", [flip(a, 39), b, c]),
      served("header length changed", [flip(a, 0), b, c]),
      served("two segments exchanged", [a, c, b]),
      served("a segment doubled", [a, b, b, c]),
      served("a segment dropped", [a, c]),
      served("last segment missing", [a, b]),
      served("one byte short", [a, b, c.subarray(0, -1)]),
      served("one byte more", [a, b, c, Buffer.alloc(1)]),
      served("nothing", []),
      served("a digest changed", three.wire, {
        digests: [sha256(a), flip(sha256(b), 0), sha256(c)],
      }),
      no("another context", { ctx: contextOf("revision", id("space"), id("item"), id("other")) }),
      no("another key", { key: flip(three.key, 5) }),
      no("a length that no stream has", { length: 240 + 16 }),
      no("a length of one segment less", { length: 240 }),
      no("a list of one digest less", { digests: three.digests.slice(0, 2) }),
      {
        ...no("exchanged, and signed so", measured([first, third, second, fourth])),
        key: text(four.key),
      },
      signed("truncated at a segment's end, and signed so", [a, b]),
      signed("a header that names another length, and signed so", [flip(a, 0), b, c]),
      no("a digest more than segments, and signed so", {
        digests: [...three.digests, sha256(a)],
      }),
      signed("doubled, and signed so", [a, b, b, c]),
      signed("never ending, and signed so", [a, b, endless]),
      signed("an empty segment at the end, and signed so", [
        a,
        b,
        gcm(aes, nonce(2, 1), none, none),
      ]),
      signed("shorter than a header, and signed so", [a.subarray(0, 39)]),
      signed("a header without a tag, and signed so", [a.subarray(0, 55)]),
    ],
  };
}

function padVectors() {
  const sizes = [0, 1, 4087, 4088, 4089, 8184, 8185, 16_376, 65_528, 65_529, 100_000, 1_000_000];
  const content = pattern("padded content", 40);
  const page = padded(content, 4096);
  const name = padded(content, 512);
  const stated = (n: number) => {
    const copy = Buffer.from(page);
    copy.writeUInt32BE(n, 4);
    return copy;
  };
  const high = (word: number) => {
    const copy = Buffer.from(page);
    copy.writeUInt32BE(word, 0);
    return copy;
  };
  const no = (title: string, bytes: Buffer, floor = 4096) => ({
    name: title,
    floor,
    padded: text(bytes),
  });
  return {
    accept: [
      ...sizes.map((size) => ({
        name: `${size} bytes`,
        floor: 4096,
        size,
        paddedSize: padded(Buffer.alloc(size), 4096).length,
      })),
      ...[0, 40, 504, 505].map((size) => ({
        name: `metadata of ${size} bytes`,
        floor: 512,
        size,
        paddedSize: padded(Buffer.alloc(size), 512).length,
      })),
      { name: "content", floor: 4096, content: text(content), padded: text(page) },
      { name: "metadata", floor: 512, content: text(content), padded: text(name) },
    ],
    refuse: [
      no("last byte of padding is not zero", flip(page, -1)),
      no("first byte of padding is not zero", flip(page, 48)),
      no("a length that leaves padding out", stated(39)),
      no("a length beyond the end", stated(4089)),
      no("a length of 2^32 and more", high(1)),
      no("a length of 2^63 and more", high(0x80000000)),
      no("a whole page too many", Buffer.concat([page, Buffer.alloc(4096)])),
      no("one zero too many", Buffer.concat([page, Buffer.alloc(1)])),
      no("one zero too few", page.subarray(0, -1)),
      no("metadata padded as content is", page, 512),
      no("content padded as metadata is", name, 4096),
      no("shorter than a length", page.subarray(0, 7)),
      no("nothing", Buffer.alloc(0)),
    ],
  };
}

function slotVectors() {
  const account = id("account");
  const slot = id("slot");
  const identity = pattern("identity hash", 32);
  const accountKey = pattern("account key", 32);
  const none = Buffer.alloc(0);
  const make = (kind: "password" | "kit" | "passkey", factor: Buffer) => {
    const seed = hkdf(factor, none, Buffer.from(`ecrin-1 slot seed ${kind}`));
    const macKey = hkdf(factor, none, Buffer.from(`ecrin-1 slot mac ${kind}`));
    const key = xwingPublic(seed);
    const ctx = contextOf("slot", account, slot, kind);
    const sealed = wrap(key, pattern(`slot randomness ${kind}`, 64), ctx, accountKey);
    const mac = macOf(macKey, kind, slot, identity, key, sealed);
    return { kind, seed, macKey, key, sealed, mac };
  };
  const macOf = (
    macKey: Buffer,
    kind: string,
    inSlot: string,
    hash: Buffer,
    key: Buffer,
    sealed: Buffer,
  ) => hmac(macKey, contextOf("slot mac", account, inSlot, kind, key, hash, sha256(sealed)));
  const exportKey = pattern("export key", 64);
  const secretKey = pattern("secret key", 32);
  const kit = pattern("kit", 32);
  const password = make("password", Buffer.concat([exportKey, secretKey]));
  const onPaper = make("kit", kit);
  const prf = pattern("prf", 32);
  const byPasskey = make("passkey", prf);
  const factors = {
    password: { kind: "password", exportKey: text(exportKey), secretKey: text(secretKey) },
    kit: { kind: "kit", kit: text(kit) },
    passkey: { kind: "passkey", prf: text(prf) },
  };
  const row = (made: typeof password, name: string, change: Record<string, string> = {}) => ({
    name,
    ...factors[made.kind],
    account,
    slot,
    identity: text(identity),
    key: text(made.key),
    wrap: text(made.sealed),
    mac: text(made.mac),
    ...change,
  });
  // A server knows the public key and can wrap an account key of its own to it; the MAC it cannot make.
  const ctx = contextOf("slot", account, slot, "kit");
  const forged = wrap(onPaper.key, pattern("forged", 64), ctx, pattern("forged key", 32));
  const loginSeed = hkdf(kit, none, Buffer.from("ecrin-1 kit login"));
  return {
    accept: [
      { ...row(password, "password"), accountKey: text(accountKey) },
      { ...row(onPaper, "kit"), accountKey: text(accountKey), loginSeed: text(loginSeed) },
      { ...row(byPasskey, "passkey"), accountKey: text(accountKey) },
    ],
    refuse: [
      row(password, "another secret key", { secretKey: text(flip(secretKey, 0)) }),
      row(password, "another export key", { exportKey: text(flip(exportKey, 63)) }),
      row(byPasskey, "another PRF", { prf: text(flip(prf, 31)) }),
      row(byPasskey, "MAC of the kit's slot", { mac: text(onPaper.mac) }),
      row(onPaper, "another kit", { kit: text(flip(kit, 0)) }),
      row(onPaper, "an account key of the server's", { wrap: text(forged) }),
      row(onPaper, "another account", { account: id("another account") }),
      row(onPaper, "another slot", { slot: id("another slot") }),
      row(onPaper, "another identity", { identity: text(flip(identity, 0)) }),
      row(onPaper, "another key", { key: text(flip(onPaper.key, 3)) }),
      row(onPaper, "wrap changed", { wrap: text(flip(onPaper.sealed, -1)) }),
      row(onPaper, "MAC changed", { mac: text(flip(onPaper.mac, 0)) }),
      row(onPaper, "MAC of the password slot", { mac: text(password.mac) }),
      row(onPaper, "MAC cut", { mac: text(onPaper.mac.subarray(0, 16)) }),
    ],
  };
}

function revisionVectors() {
  const place = { space: id("space"), item: id("item"), revision: id("revision") };
  const { space, item, revision } = place;
  const author = id("account");
  const parents = [id("parent 1"), id("parent 2")];
  const none = Buffer.alloc(0);
  const secret = pattern("R", 32);
  const releaseKey = pattern("S", 32);
  const make = (name: string, named: string[]) => {
    const ctx = contextOf("revision", space, item, revision, author, ...named);
    const release = hmac(releaseKey, contextOf("release", space, item, revision));
    const metadataKey = hkdf(secret, none, Buffer.concat([Buffer.from("ecrin-1 metadata"), ctx]));
    const contentKey = hkdf(
      Buffer.concat([secret, release]),
      none,
      Buffer.concat([Buffer.from("ecrin-1 content"), ctx]),
    );
    const json = Buffer.from(
      '{"kind":"raw","mediaType":"text/plain","size":5,"title":"Bilan","type":"note","v":1}',
    );
    const metadata = gcm(metadataKey, Buffer.alloc(12), ctx, padded(json, 512));
    const commitment = (key: Buffer, what: string) =>
      hmac(key, contextOf(`commit ${what}`, space, item, revision));
    return {
      name,
      ...place,
      author,
      parents: named,
      secret: text(secret),
      releaseKey: text(releaseKey),
      context: text(ctx),
      release: text(release),
      metadataKey: text(metadataKey),
      contentKey: text(contentKey),
      commitSecret: text(commitment(secret, "revision secret")),
      commitContent: text(commitment(contentKey, "content key")),
      json: text(json),
      metadata: text(metadata),
    };
  };
  const first = make("a first revision", []);
  const merged = make("a revision of two parents", parents);
  const sealed = Buffer.from(first.metadata, "base64url");
  const no = (
    name: string,
    change: Partial<{ metadataKey: string; context: string; metadata: string }>,
  ) => {
    const { metadataKey, context, metadata } = first;
    return { name, metadataKey, context, metadata, ...change };
  };
  const key = Buffer.from(first.metadataKey, "base64url");
  const ctx = Buffer.from(first.context, "base64url");
  const resealed = (plain: Buffer) => text(gcm(key, Buffer.alloc(12), ctx, plain));
  return {
    accept: [first, merged],
    refuse: [
      no("metadata of another revision", { context: merged.context }),
      no("another key", { metadataKey: merged.metadataKey }),
      no("changed", { metadata: text(flip(sealed, 20)) }),
      no("empty", { metadata: "" }),
      no("not padded", { metadata: resealed(Buffer.from("{}")) }),
      no("padded as content is", { metadata: resealed(padded(Buffer.from("{}"), 4096)) }),
    ],
  };
}

function kitVectors() {
  const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const bitsOf = (bytes: Uint8Array) =>
    [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const cut = (bits: string, size: number) =>
    Array.from({ length: bits.length / size }, (_, i) =>
      Number.parseInt(bits.slice(i * size, (i + 1) * size), 2),
    );
  const textOf = (kit: Buffer) => {
    const bits = bitsOf(Buffer.concat([kit, contextOf("kit text", kit).subarray(0, 3)]));
    const letters = cut(bits, 5).map((value) => alphabet.charAt(value));
    return letters.join("").replace(/.{4}(?=.)/g, "$&-");
  };
  // BIP-39: the entropy, then the first eight bits of its SHA-256, eleven bits a word.
  const wordsOf = (kit: Buffer, list: readonly string[]) =>
    cut(bitsOf(Buffer.concat([kit, sha256(kit).subarray(0, 1)])), 11)
      .map((index) => (list[index] ?? "").normalize("NFC"))
      .join(" ");
  const row = (name: string, kit: Buffer) => {
    const texts = { text: textOf(kit), fr: wordsOf(kit, french), en: wordsOf(kit, english) };
    return { name, kit: text(kit), ...texts };
  };
  const one = row("a kit", pattern("kit", 32));
  const typed = (name: string, texts: Partial<Record<"text" | "words", string>>) => ({
    name,
    ...texts,
  });
  const { text: whole, en } = one;
  const last = whole.endsWith("0") ? "1" : "0";
  const [first = "", second = "", ...others] = en.split(" ");
  return {
    accept: [
      one,
      row("nothing but zeros", Buffer.alloc(32)),
      row("nothing but ones", Buffer.alloc(32, 255)),
      {
        ...one,
        name: "in small letters, without hyphens",
        text: whole.toLowerCase().replaceAll("-", ""),
      },
      {
        ...one,
        name: "I and L for 1, O for 0",
        text: whole.replace("1", "I").replace("1", "l").replaceAll("0", "o"),
      },
    ],
    refuse: [
      typed("a character that is another", { text: whole.slice(0, -1) + last }),
      typed("a character that is none", { text: `${whole.slice(0, -1)}U` }),
      typed("a character less", { text: whole.slice(0, -1) }),
      typed("two words exchanged", { words: [second, first, ...others].join(" ") }),
      typed("a word less", { words: [second, ...others].join(" ") }),
      typed("a word that is in no list", { words: ["xylophage", second, ...others].join(" ") }),
    ],
  };
}

mkdirSync(folder, { recursive: true });
write("kit", "spec/keys.md, The kit", kitVectors());
write("box", "spec/revision.md, Box", boxVectors());
write("wrap", "spec/keys.md, HPKE", wrapVectors());
write("stream", "spec/revision.md, Content stream", streamVectors());
write("pad", "spec/revision.md, Padding", padVectors());
write("slot", "spec/keys.md, Slots", slotVectors());
write("revision", "spec/revision.md, Secrets of a revision", revisionVectors());
