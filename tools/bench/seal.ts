// Sealing and opening bytes, in memory and in files, and how much memory it takes.

import { fork } from "node:child_process";
import { createCipheriv, createDecipheriv, randomFillSync } from "node:crypto";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { openContent, paddedLength, SEGMENT, sealContent, streamRoot } from "@ecrin/crypto";
import type { Bytes } from "@ecrin/protocol";
import { Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { type Group, inTurn, type Measured, type Size, speedRatio } from "./measure.ts";

const MIB = 1 << 20;
const KEY = new Uint8Array(32).fill(7);
const CTX = new Uint8Array(32).fill(9);
const NONCE = new Uint8Array(12);
/** Segments whose digests other threads work out meanwhile, as when sealing. */
const IN_FLIGHT = 4;
/** Pieces in which OpenSSL is quickest, because its answers then come from memory used before. */
const PIECE = 131_072;

/** Random bytes, which nothing can do quicker than others. */
function randomBytes(length: number): Bytes {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += MIB)
    randomFillSync(bytes.subarray(at, Math.min(length, at + MIB)));
  return bytes;
}

async function seal(plain: Bytes): Promise<void> {
  for await (const { bytes } of sealContent(KEY, CTX, [plain], { size: plain.length }))
    touch(bytes);
}

const seen = new Uint8Array(1);
/** Nothing is left out because nobody looks. */
function touch(bytes: Uint8Array): void {
  seen[0] = bytes[bytes.length - 1] ?? 0;
}

/**
 * The baseline in memory: AES-256-GCM on this thread and SHA-256 on the pool's, segment by segment,
 * buffers reused. No header, no padding, no order kept, no digest compared.
 */
async function bareSeal(plain: Bytes): Promise<void> {
  const rooms = Array.from({ length: IN_FLIGHT + 1 }, () => new Uint8Array(MIB));
  const digests: Promise<ArrayBuffer>[] = [];
  for (let at = 0, turn = 0; at < plain.length; at += MIB, turn++) {
    const room = rooms[turn % rooms.length] ?? new Uint8Array(MIB);
    if (digests.length > IN_FLIGHT)
      touch(new Uint8Array(await (digests.shift() ?? new ArrayBuffer(0))));
    const cipher = createCipheriv("aes-256-gcm", KEY, NONCE);
    through(cipher, plain.subarray(at, at + MIB), room);
    cipher.final();
    touch(cipher.getAuthTag());
    digests.push(crypto.subtle.digest("SHA-256", room));
  }
  for (const digest of await Promise.all(digests)) touch(new Uint8Array(digest));
}

/** The same the other way: the digest of each segment, then its plaintext. */
async function bareOpen(sealed: Bytes, tags: readonly Buffer[]): Promise<void> {
  const room = new Uint8Array(MIB);
  const waiting: { at: number; digest: Promise<ArrayBuffer> }[] = [];
  const next = async () => {
    const { at, digest } = waiting.shift() ?? {
      at: 0,
      digest: Promise.resolve(new ArrayBuffer(0)),
    };
    touch(new Uint8Array(await digest));
    const decipher = createDecipheriv("aes-256-gcm", KEY, NONCE);
    decipher.setAuthTag(tags[at / MIB] ?? Buffer.alloc(16));
    through(decipher, sealed.subarray(at, at + MIB), room);
    decipher.final();
    touch(room);
  };
  for (let at = 0; at < sealed.length; at += MIB) {
    waiting.push({ at, digest: crypto.subtle.digest("SHA-256", sealed.subarray(at, at + MIB)) });
    if (waiting.length > IN_FLIGHT) await next();
  }
  while (waiting.length > 0) await next();
}

function through(cipher: { update(data: Uint8Array): Buffer }, from: Bytes, to: Bytes): void {
  for (let at = 0; at < from.length; at += PIECE)
    to.set(cipher.update(from.subarray(at, at + PIECE)), at);
}

async function* inMemory(wanted: ReadonlySet<string>, size: Size): AsyncGenerator<Measured> {
  const length = size === "whole" ? 1024 * MIB : 4 * MIB;
  const plain = randomBytes(length);
  if (wanted.has("seal.mem_vs_aes_sha")) {
    const times = await inTurn(
      size === "whole" ? 7 : 1,
      () => seal(plain),
      () => bareSeal(plain),
    );
    yield speedRatio("seal.mem_vs_aes_sha", times, length);
  }
  if (wanted.has("open.mem_vs_aes_sha")) yield await opening(plain, size);
}

async function opening(plain: Bytes, size: Size): Promise<Measured> {
  const parts: Bytes[] = [];
  const digests: Bytes[] = [];
  for await (const { bytes, digest } of sealContent(KEY, CTX, [plain], { size: plain.length })) {
    parts.push(bytes.slice());
    digests.push(digest);
  }
  const sealedLength = parts.reduce((sum, part) => sum + part.length, 0);
  const facts = { length: sealedLength, digests, root: await streamRoot(digests) };
  const tags: Buffer[] = [];
  const bare = new Uint8Array(plain.length);
  for (let at = 0; at < plain.length; at += MIB) {
    const cipher = createCipheriv("aes-256-gcm", KEY, NONCE);
    through(cipher, plain.subarray(at, at + MIB), bare.subarray(at, at + MIB));
    cipher.final();
    tags.push(cipher.getAuthTag());
  }
  const ours = async () => {
    for await (const piece of openContent(KEY, CTX, parts, facts)) touch(piece);
  };
  const times = await inTurn(size === "whole" ? 7 : 1, ours, () => bareOpen(bare, tags));
  return speedRatio("open.mem_vs_aes_sha", times, plain.length);
}

/** Pieces of a file, the next one being read while this one is used. */
async function* piecesOf(path: string): AsyncGenerator<Bytes, void, undefined> {
  const file = await open(path);
  try {
    const rooms = [new Uint8Array(MIB), new Uint8Array(MIB)];
    let turn = 0;
    let at = 0;
    const read = async () => {
      const room = rooms[turn++ % 2] ?? new Uint8Array(MIB);
      const { bytesRead } = await file.read(room, 0, MIB, at);
      at += bytesRead;
      return room.subarray(0, bytesRead);
    };
    let next = read();
    for (let piece = await next; piece.length > 0; piece = await next) {
      next = read();
      yield piece;
    }
  } finally {
    await file.close();
  }
}

async function sealFile(from: string, to: string): Promise<void> {
  const file = await open(to, "w");
  const { size } = await stat(from);
  for await (const { index, bytes } of sealContent(KEY, CTX, piecesOf(from), { size })) {
    await file.write(bytes, 0, bytes.length, index * SEGMENT);
  }
  await file.close();
}

/** The baseline for files: read ahead, AES-256-GCM, write behind; no SHA-256 and no format at all. */
async function bareFile(from: string, to: string): Promise<void> {
  const file = await open(to, "w");
  const rooms = [new Uint8Array(MIB), new Uint8Array(MIB), new Uint8Array(MIB)];
  const writing: Promise<unknown>[] = [];
  let at = 0;
  let turn = 0;
  for await (const piece of piecesOf(from)) {
    const room = rooms[turn++ % rooms.length] ?? new Uint8Array(MIB);
    if (writing.length === rooms.length - 1) await writing.shift();
    const cipher = createCipheriv("aes-256-gcm", KEY, NONCE);
    through(cipher, piece, room);
    cipher.final();
    touch(cipher.getAuthTag());
    writing.push(file.write(room, 0, piece.length, at));
    at += piece.length;
  }
  await Promise.all(writing);
  await file.close();
}

async function ageFile(recipient: string, from: string, to: string): Promise<void> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  const plain = Readable.toWeb(
    createReadStream(from, { highWaterMark: MIB }),
  ) as ReadableStream<Uint8Array>;
  const file = await open(to, "w");
  for await (const bytes of await encrypter.encrypt(plain)) await file.write(bytes);
  await file.close();
}

async function* inFiles(wanted: ReadonlySet<string>, size: Size): AsyncGenerator<Measured> {
  const folder = await mkdtemp(join(tmpdir(), "ecrin-bench-"));
  const [from, to] = [join(folder, "plain"), join(folder, "sealed")];
  const make = async (length: number) => {
    const file = await open(from, "w");
    for (let at = 0; at < length; at += MIB) await file.write(randomBytes(MIB), 0, MIB, at);
    await file.close();
    return length;
  };
  try {
    if (wanted.has("seal.file_vs_loop")) {
      const length = await make(size === "whole" ? 1024 * MIB : 2 * MIB);
      const times = await inTurn(
        size === "whole" ? 5 : 1,
        () => sealFile(from, to),
        () => bareFile(from, to),
      );
      yield speedRatio("seal.file_vs_loop", times, length);
    }
    if (wanted.has("seal.file_vs_age")) {
      // Both on the same bytes; age's speed does not depend on how many there are.
      const length = await make(size === "whole" ? 256 * MIB : MIB);
      const recipient = await identityToRecipient(await generateX25519Identity());
      const age = () => ageFile(recipient, from, to);
      const times = await inTurn(size === "whole" ? 5 : 1, () => sealFile(from, to), age);
      yield speedRatio("seal.file_vs_age", times, length);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Peak memory of a process of its own that seals bytes made as they are asked for. */
async function peak(size: Size): Promise<Measured> {
  const length = size === "whole" ? 10 * 1024 * MIB : 16 * MIB;
  const child = fork(new URL("./seal-child.ts", import.meta.url), [String(length)]);
  const [kilobytes] = await once(child, "message");
  await once(child, "exit");
  const megabytes = Number(kilobytes) / 1000;
  return {
    name: "seal.peak_rss_mb",
    value: megabytes,
    note: `VmHWM while sealing ${(paddedLength(length) / MIB).toFixed(0)} MiB`,
  };
}

export const sealBench: Group = {
  lines: [
    { name: "seal.mem_vs_aes_sha", what: "sealing 1 GiB in memory", bar: { least: 0.8 } },
    { name: "open.mem_vs_aes_sha", what: "opening it", bar: { least: 0.8 } },
    { name: "seal.file_vs_loop", what: "sealing a 1 GiB file to a file" },
    {
      name: "seal.file_vs_age",
      what: "against age-encryption on the same bytes",
      bar: { least: 4 },
    },
    { name: "seal.peak_rss_mb", what: "peak memory while sealing 10 GiB", bar: { most: 250 } },
  ],
  async *measure(wanted, size) {
    yield* inMemory(wanted, size);
    yield* inFiles(wanted, size);
    if (wanted.has("seal.peak_rss_mb")) yield await peak(size);
  },
};
