import {
  encodeOtsProof,
  isRootOf,
  type OtsAttested,
  openBlockHeader,
  otsAttested,
  ProtocolError,
  parseOtsProof,
  parseOtsStamp,
  sha256,
  upgradeOtsStamp,
} from "@ecrin/protocol";
import { AnchorError, type Asking, askSource } from "./anchor-ask.ts";

const ACCEPT = "application/vnd.opentimestamps.v1";
const MOST_STAMP = 10_000;
const MOST_BLOCKS = 4;

/** What a calendar has promised. */
export type Promised = Uint8Array<ArrayBuffer>;

/** What a block holds. */
export interface Confirmed {
  readonly proof: Uint8Array<ArrayBuffer>;
  readonly height: number;
  /** 80 bytes. */
  readonly header: Uint8Array<ArrayBuffer>;
  /** The block's hash, as everybody writes it. */
  readonly block: string;
  /** The miner's word, in milliseconds. */
  readonly at: number;
}

/**
 * Takes the text of a checkpoint to a calendar.
 * @returns the detached proof with its promise
 * @throws AnchorError
 */
export async function promiseOf(
  asking: Asking,
  calendar: string,
  text: Uint8Array,
): Promise<Promised> {
  const digest = sha256(text);
  const answer = await askSource(asking, `${calendar}/digest`, {
    body: digest,
    type: "application/octet-stream",
    accept: ACCEPT,
    most: MOST_STAMP,
  });
  if (answer === undefined) throw new AnchorError("unreachable");
  return orBadAnswer(() => {
    const stamp = parseOtsStamp(answer, digest);
    const isOurs = ({ attestation }: OtsAttested) =>
      attestation.kind === "pending" && attestation.uri.replace(/\/+$/, "") === calendar;
    // A promise of somebody else would never be asked for.
    if (!otsAttested(digest, stamp).some(isOurs)) throw new AnchorError("does-not-hold");
    return encodeOtsProof({ digest, stamp });
  });
}

/** Where blocks' headers come from, and what they must show. */
export interface Headers {
  readonly headers?: string;
  readonly leastWork: bigint;
}

/**
 * Asks a calendar what has become of its promise.
 * @returns undefined while no block holds it
 * @throws AnchorError; what was known before stays as it was
 */
export async function confirmationOf(
  asking: Asking,
  calendar: string,
  proof: Uint8Array,
  source: Headers,
): Promise<Confirmed | undefined> {
  const { digest, stamp } = parseOtsProof(proof);
  const waiting = otsAttested(digest, stamp).filter(
    ({ attestation }) =>
      attestation.kind === "pending" && attestation.uri.replace(/\/+$/, "") === calendar,
  );
  let upgraded = stamp;
  for (const { message } of waiting) {
    const hex = Buffer.from(message).toString("hex");
    const answer = await askSource(asking, `${calendar}/timestamp/${hex}`, {
      accept: ACCEPT,
      most: MOST_STAMP,
    });
    if (answer === undefined) continue;
    upgraded = orBadAnswer(() =>
      upgradeOtsStamp(digest, upgraded, message, parseOtsStamp(answer, message)),
    );
  }
  const blocks = otsAttested(digest, upgraded).filter(
    ({ attestation }) => attestation.kind === "bitcoin",
  );
  if (blocks.length === 0) return undefined;
  const held = await firstHeld(asking, source, blocks.slice(0, MOST_BLOCKS));
  return { proof: orBadAnswer(() => encodeOtsProof({ digest, stamp: upgraded })), ...held };
}

/** The lowest block whose header holds and whose root the proof leads to. */
async function firstHeld(
  asking: Asking,
  source: Headers,
  blocks: readonly OtsAttested[],
): Promise<Omit<Confirmed, "proof">> {
  const heights = blocks
    .flatMap(({ message, attestation }) =>
      attestation.kind === "bitcoin" ? [{ message, height: attestation.height }] : [],
    )
    .sort((a, b) => a.height - b.height);
  let failure = new AnchorError("header-refused");
  for (const { message, height } of heights) {
    try {
      const bytes = await headerAt(asking, source, height);
      const header = openBlockHeader(bytes, source.leastWork);
      if (isRootOf(message, header)) {
        return { height, header: bytes, block: header.hash, at: header.at };
      }
    } catch (error) {
      failure = error instanceof AnchorError ? error : new AnchorError("header-refused", error);
    }
  }
  throw failure;
}

async function headerAt(
  asking: Asking,
  { headers }: Headers,
  height: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (headers === undefined) throw new AnchorError("no-headers");
  const hash = await line(asking, `${headers}/block-height/${height}`, /^[0-9a-f]{64}$/);
  const hex = await line(asking, `${headers}/block/${hash}/header`, /^[0-9a-f]{160}$/);
  const bytes = new Uint8Array(Buffer.from(hex, "hex"));
  return bytes;
}

async function line(asking: Asking, url: string, form: RegExp): Promise<string> {
  const bytes = await askSource(asking, url, { most: 1024 });
  if (bytes === undefined) throw new AnchorError("unreachable");
  const text = Buffer.from(bytes).toString("latin1").trim();
  if (!form.test(text)) throw new AnchorError("bad-answer");
  return text;
}

function orBadAnswer<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw cause instanceof ProtocolError ? new AnchorError("bad-answer", cause) : cause;
  }
}
