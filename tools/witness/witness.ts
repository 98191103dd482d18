// A small witness (C2SP tlog-witness): it remembers the last checkpoint that it cosigned of each
// log, on disk, and cosigns a later one only where that goes on from it.

import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  COSIGNATURE,
  cosignatureLine,
  cosignedText,
  formatLine,
  formatVerifierKey,
  isSignedBy,
  ProtocolError,
  parseAddCheckpoint,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  provesConsistency,
  SIZE_TYPE,
  sha256,
  type TreeRoot,
  treeOf,
  utf8,
  type VerifierKey,
} from "@ecrin/protocol";
import { writeDurably } from "../../apps/server/src/durable.ts";
import { secretText } from "../../apps/server/src/keys.ts";
import { signerOf } from "../../apps/server/src/signer.ts";

/** What a witness says, as HTTP has it. */
export interface Said {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422;
  readonly type?: string;
  readonly body: string;
}

export interface WitnessOptions {
  /** The name of its key, such as `witness.example/w1`. */
  readonly name: string;
  /** Where its key and what it has seen are kept; made if it is not there. */
  readonly folder: string;
  /** Verifier keys of the logs it knows. */
  readonly logs?: readonly string[];
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export interface Witness {
  /** Its verifier key, as logs and clients are configured with it. */
  readonly vkey: string;
  readonly key: VerifierKey;
  /** From now on it knows this log too. */
  trust(vkey: string): void;
  /** Answers `add-checkpoint`. */
  add(body: string): Promise<Said>;
  /** The last checkpoint it cosigned of a log, by the hash of its origin in hexadecimal. */
  last(originHash: string): Promise<string | undefined>;
}

const EMPTY = sha256(new Uint8Array());

export async function openWitness(options: WitnessOptions): Promise<Witness> {
  const { name, folder, logs = [], now = Date.now } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const seed = await secretText(folder, "seed", () =>
    Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url"),
  );
  const signer = signerOf(Buffer.from(seed, "base64url"));
  const key: VerifierKey = { name, type: COSIGNATURE, key: signer.key };
  const known = new Map<string, VerifierKey>();
  const trust = (vkey: string) => {
    const log = parseVerifierKey(vkey);
    known.set(log.name, log);
  };
  for (const log of logs) trust(log);
  // One after the other: between looking at what was seen and keeping what is, nothing comes.
  let turn: Promise<unknown> = Promise.resolve();

  const place = (origin: string) => join(folder, `${hashOf(origin)}.checkpoint`);

  async function seen(origin: string): Promise<TreeRoot> {
    const note = await readFile(place(origin), "utf8").catch(ignoreMissing);
    if (note === undefined) return { size: 0, root: EMPTY };
    return treeOf(parseCheckpoint(parseNote(note).text));
  }

  async function judge(body: string): Promise<Said> {
    const { old, hashes, checkpoint } = parseAddCheckpoint(body);
    const note = parseNote(checkpoint);
    const said = parseCheckpoint(note.text);
    const log = known.get(said.origin);
    if (log === undefined) return { status: 404, body: "no such log\n" };
    if (!(await isSigned(checkpoint, log))) return { status: 403, body: "not signed by the log\n" };
    if (old > said.size) return { status: 400, body: "the old size is larger\n" };
    const before = await seen(said.origin);
    if (old !== before.size) return { status: 409, type: SIZE_TYPE, body: `${before.size}\n` };
    if (!provesConsistency(before, treeOf(said), hashes))
      return { status: 422, body: "this does not go on from what was seen\n" };
    const line = await cosign(note.text);
    // Kept before it is said: whoever dies in between is asked again.
    await writeDurably(place(said.origin), `${checkpoint}${line}`);
    return { status: 200, body: line };
  }

  async function cosign(text: string): Promise<string> {
    const seconds = Math.floor(now() / 1000);
    const signature = await signer.signBytes(utf8(cosignedText(text, seconds)));
    return formatLine(cosignatureLine(key, seconds, signature));
  }

  return {
    vkey: formatVerifierKey(key),
    key,
    trust,
    async add(body) {
      const answer = turn.then(() => judge(body)).catch(asRefusal);
      turn = answer.catch(() => undefined);
      return await answer;
    },
    async last(originHash) {
      if (!/^[0-9a-f]{64}$/.test(originHash)) return undefined;
      return await readFile(join(folder, `${originHash}.checkpoint`), "utf8").catch(ignoreMissing);
    },
  };
}

/** Whether the log signed it; a line in its name that does not hold counts as none. */
async function isSigned(checkpoint: string, { name, key }: VerifierKey): Promise<boolean> {
  try {
    return await isSignedBy(parseNote(checkpoint), name, key);
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}

function asRefusal(error: unknown): Said {
  if (error instanceof ProtocolError) return { status: 400, body: "not in its form\n" };
  throw error;
}

function hashOf(origin: string): string {
  return Buffer.from(sha256(utf8(origin))).toString("hex");
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
