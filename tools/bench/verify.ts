// Verifying an export of 1,000,000 entries, half of them reads, each next to a leaf of somebody
// else's, with every key of the tags disclosed.
//
// The baseline is the bare work in it, on the same threads: SHA-256 over every file's bytes, over
// each entry's commitment and leaf and two nodes of the tree, HMAC-SHA256 over each tag, and
// Ed25519 over each read's statement.

import {
  createHash,
  hash as digestOf,
  generateKeyPairSync,
  randomBytes,
  sign,
  verify,
} from "node:crypto";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ByteSource, verifyExport } from "@ecrin/protocol";
import { type Group, inTurn, timeRatio } from "./measure.ts";
import { type MadeExport, writeExport } from "./verify-made.ts";

export const verifyBench: Group = {
  lines: [
    {
      name: "verify.entries_vs_primitives",
      what: "verifying an export of 1,000,000 entries",
      bar: { most: 2 },
    },
  ],
  async *measure(_, size) {
    const [entries, rounds] = size === "whole" ? [entriesAsked(), 3] : [200, 1];
    const folder = await mkdtemp(join(tmpdir(), "ecrin-verify-"));
    try {
      const made = await writeExport(join(folder, "export.zip"), entries);
      const handle = await open(made.path);
      try {
        let most = 0;
        const source = sourceOf(handle, made.bytes);
        const ours = async () => {
          const before = process.memoryUsage().rss;
          const said = await verifyExport(source, {
            progress: () => {
              most = Math.max(most, process.memoryUsage().rss - before);
            },
          });
          if (said.entries !== entries) throw new RangeError(`${said.entries} entries`);
        };
        const measured = timeRatio(
          "verify.entries_vs_primitives",
          await inTurn(rounds, ours, bare(made)),
        );
        const grown = `${entries} entries, ${Math.round(made.bytes / 1e6)} MB; memory +${Math.round(most / 1e6)} MB`;
        yield { ...measured, note: `${measured.note}; ${grown}` };
      } finally {
        await handle.close();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** A million, unless ECRIN_BENCH_ENTRIES says fewer: making them takes minutes. */
function entriesAsked(): number {
  return Number(process.env.ECRIN_BENCH_ENTRIES ?? 1_000_000);
}

type Handle = Awaited<ReturnType<typeof open>>;

function sourceOf(handle: Handle, size: number): ByteSource {
  return {
    size,
    async read(from, length) {
      const bytes = new Uint8Array(length);
      await handle.read(bytes, 0, length, from);
      return bytes;
    },
  };
}

const AT_ONCE = 500;
/** Bytes signed in a read: header and payload. */
const SIGNED = 900;

/** The same amount of each primitive and nothing else. */
function bare({ entries, reads, bytes, entryBytes }: MadeExport): () => Promise<void> {
  const entry = randomBytes(entryBytes);
  const [pair, block] = [randomBytes(65), randomBytes(128)];
  const chunk = randomBytes(1 << 20);
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const message = randomBytes(SIGNED);
  const signature = sign(null, message, privateKey);
  const one = () =>
    new Promise<void>((resolve, reject) => {
      verify(null, message, publicKey, signature, (error, holds) =>
        holds ? resolve() : reject(error ?? new RangeError("a signature that does not hold")),
      );
    });
  return async () => {
    const whole = createHash("sha256");
    for (let done = 0; done < bytes; done += chunk.length)
      whole.update(chunk.subarray(0, Math.min(chunk.length, bytes - done)));
    whole.digest();
    let verified = 0;
    for (let done = 0; done < entries; done += AT_ONCE) {
      const due = Math.round((reads * (done + AT_ONCE)) / entries) - verified;
      const verifying = Promise.all(Array.from({ length: due }, one));
      verified += due;
      for (let i = done; i < Math.min(done + AT_ONCE, entries); i++) {
        digestOf("sha256", entry, "buffer");
        digestOf("sha256", pair.subarray(0, 33), "buffer");
        digestOf("sha256", pair, "buffer");
        digestOf("sha256", pair, "buffer");
        // HMAC is two hashes: of a block and the message, and of a block and a digest.
        digestOf("sha256", block, "buffer");
        digestOf("sha256", block.subarray(0, 96), "buffer");
      }
      await verifying;
    }
  };
}
