import { hash } from "node:crypto";
import {
  type Acceptance,
  type AccountId,
  type FieldPath,
  type NewRevision,
  ProtocolError,
  parseRevision,
  parseRewrap,
  type RevisionStatement,
  type RewrapStatement,
} from "@ecrin/protocol";
import { bytesOf } from "./base64url.ts";
import type { Ground } from "./call.ts";
import { fromProtocol, refuse, within } from "./problem.ts";

/** A revision on its way in: taken apart, its ciphertexts beside it, not yet judged. */
export interface IncomingRevision {
  readonly parsed: RevisionStatement;
  readonly rewrap?: RewrapStatement;
  readonly wrapEpoch: number;
  /** Empty for a deletion, as is `metadata`. */
  readonly wrap: Buffer;
  readonly metadata: Buffer;
  /** What comes with it, or nothing where an application keeps it. */
  readonly content?: { readonly bytes: Buffer } | { readonly upload: string };
}

/** The ciphertext of a revision as it will be kept. */
export interface StoredContent {
  readonly length: number;
  readonly digests: Buffer;
  /** Empty where it lies in the blob of an upload. */
  readonly bytes: Buffer;
  readonly upload?: string;
}

/** Where one revision of a batch stands in its request. */
export function placeOf(i: number): FieldPath {
  return `body.revisions.${i}`;
}

/** What stands beside the statement, and is judged with it. */
const BESIDE = /^(?:wrap|wrapEpoch|rewrap)(?:\.|$)/;

/**
 * Judges one revision of a batch; what it is refused for is named from there.
 * @throws ServerError
 */
export async function ofRevision<T>(i: number, judge: () => T | Promise<T>): Promise<T> {
  return await within(`${placeOf(i)}.statement`, async () => {
    try {
      return await judge();
    } catch (thrown) {
      if (!(thrown instanceof ProtocolError && BESIDE.test(thrown.field ?? ""))) throw thrown;
      throw fromProtocol(thrown, `${placeOf(i)}.${thrown.field}`);
    }
  });
}

/**
 * Takes a revision apart. What its header calls for must be there, and nothing else.
 * @throws ServerError `malformed`, `content-differs`
 */
export async function readRevision(given: NewRevision, i: number): Promise<IncomingRevision> {
  const place = placeOf(i);
  const parsed = await within(`${place}.statement`, () => parseRevision(given.statement));
  const { fact } = parsed;
  const sealed = fact.op !== "delete";
  if ((given.wrap !== undefined) !== sealed) refuse("malformed", `${place}.wrap`);
  if ((given.metadata !== undefined) !== sealed) refuse("malformed", `${place}.metadata`);
  const contents = [given.content, given.upload].filter((each) => each !== undefined).length;
  if (contents !== (sealed && fact.held === "server" ? 1 : 0))
    refuse("malformed", `${place}.content`);
  const metadata = bytesOf(given.metadata ?? "", `${place}.metadata`);
  const wrap = bytesOf(given.wrap ?? "", `${place}.wrap`);
  // The author signs the wrap, here or in the rewrap: one that does not open then shows whose doing it is.
  if (sealed && given.rewrap === undefined && hash("sha256", wrap, "base64url") !== fact.wrap) {
    refuse("content-differs", `${place}.wrap`);
  }
  if (sealed && hash("sha256", metadata, "base64url") !== fact.metadata) {
    refuse("content-differs", `${place}.metadata`);
  }
  return {
    parsed,
    ...(await rewrapOf(given, place)),
    wrapEpoch: given.wrapEpoch,
    wrap,
    metadata,
    ...contentOf(given, place),
  };
}

async function rewrapOf(
  { rewrap }: NewRevision,
  place: FieldPath,
): Promise<Pick<IncomingRevision, "rewrap">> {
  if (rewrap === undefined) return {};
  return { rewrap: await within(`${place}.rewrap`, () => parseRewrap(rewrap)) };
}

function contentOf(
  { content, upload }: NewRevision,
  place: FieldPath,
): Pick<IncomingRevision, "content"> {
  if (content !== undefined) return { content: { bytes: bytesOf(content, `${place}.content`) } };
  return upload === undefined ? {} : { content: { upload } };
}

/** What `judgeRevision` is told of where and how the revision would be accepted. */
export function acceptanceOf(
  { rewrap, wrap, wrapEpoch }: IncomingRevision,
  index: number,
): Acceptance {
  return {
    index,
    wrapEpoch,
    ...(wrap.length === 0 ? {} : { wrap: hash("sha256", wrap, "base64url") }),
    ...(rewrap === undefined ? {} : { rewrap }),
  };
}

/**
 * Brings the content to the disk and compares it with the header: the bytes that
 * are stored are the bytes that were signed.
 * @throws ServerError `content-differs`; `not-found` for an upload that is not there
 */
export async function storeContent(
  ground: Pick<Ground, "sql" | "blobs">,
  account: AccountId,
  { parsed: { fact }, content }: IncomingRevision,
  i: number,
): Promise<StoredContent | undefined> {
  if (content === undefined || fact.op === "delete") return undefined;
  const stored =
    "bytes" in content ? inline(content.bytes) : await settled(ground, account, content.upload, i);
  const { length, root } = fact.content;
  if (stored.length !== length || hash("sha256", stored.digests, "base64url") !== root) {
    refuse("content-differs", `${placeOf(i)}.${"bytes" in content ? "content" : "upload"}`);
  }
  return stored;
}

/** One segment: what comes inline is far below its size. */
function inline(bytes: Buffer): StoredContent {
  return { length: bytes.length, digests: hash("sha256", bytes, "buffer"), bytes };
}

async function settled(
  { sql, blobs }: Pick<Ground, "sql" | "blobs">,
  account: AccountId,
  upload: string,
  i: number,
): Promise<StoredContent> {
  const [row] = await sql<{ length: number }[]>`
    select length from uploads where upload = ${upload} and account = ${account} and not named`;
  if (row === undefined) return refuse("not-found", `${placeOf(i)}.upload`);
  if ((await blobs.size(upload)) !== row.length) refuse("content-differs", `${placeOf(i)}.upload`);
  const { length, digests } = await blobs.settle(upload);
  return { length, digests, bytes: Buffer.alloc(0), upload };
}
