import { type SealedSegment, signStatement } from "@ecrin/crypto";
import {
  fromBase64url,
  type Hash,
  type Json,
  type NewRevision,
  openReceipt,
  parseRead,
  parseRevision,
  parseStatement,
  type SpaceId,
  type Statement,
  toBase64url,
} from "@ecrin/protocol";
import { ClientError, isRefusedFor } from "./errors.ts";
import { keepReceipt } from "./log.ts";
import type { Outbox, OutboxEntry, WaitingRevision, WaitingWrite } from "./outbox.ts";
import type { HealthRecord } from "./record.ts";
import { rewrap, type SealedDraft } from "./seal.ts";
import { type OutgoingRevision, type SendingGround, sendOutbox, type Turn } from "./sending.ts";
import type { Unlocked } from "./unlocked.ts";
import { beginUpload, isUploadThere, uploadSealed } from "./upload.ts";

/** Sends what waits through an account that is signed in, and says what still does. */
export async function sendWaiting(
  u: Unlocked,
  outbox: Outbox,
  recordOf: (space: SpaceId) => Promise<HealthRecord>,
): Promise<Turn> {
  const turn = await sendOutbox(outbox, groundOf(u, outbox, recordOf));
  // Brought up to date at once, so that what arrived is shown without the outbox from now on.
  if (turn.sent > 0) await syncSent(outbox, recordOf);
  return turn;
}

async function syncSent(
  outbox: Outbox,
  recordOf: (space: SpaceId) => Promise<HealthRecord>,
): Promise<void> {
  const spaces = (await outbox.entries()).flatMap(({ arrived, what }) =>
    arrived === undefined || what.kind === "read" ? [] : [what.space],
  );
  try {
    for (const space of new Set(spaces)) await (await recordOf(space)).sync();
  } catch (error) {
    // It has arrived all the same, and the next synchronisation shows it.
    if (!isRefusedFor(error, "offline", "unavailable")) throw error;
  }
}

function groundOf(
  u: Unlocked,
  outbox: Outbox,
  recordOf: (space: SpaceId) => Promise<HealthRecord>,
): SendingGround {
  return {
    now: () => u.now(),
    async ready(space) {
      await (await recordOf(space)).ready();
    },
    async refresh(space) {
      const record = await recordOf(space);
      await record.view.refresh();
      await record.view.beFresh(0);
      await record.sync();
    },
    async post(outgoing) {
      const [{ what: first }] = outgoing as [OutgoingRevision];
      const { space } = first;
      const record = await recordOf(space);
      const revisions: NewRevision[] = [];
      for (const { entry, what } of outgoing)
        revisions.push(await wrapped(u, outbox, record, entry, what));
      await u.http.call("revisionsPost", { params: { space }, body: { revisions } });
    },
    async standing(space, revision) {
      const record = await recordOf(space);
      await record.sync();
      return record.listing.revisions.get(revision)?.hash;
    },
    async unshare(space, share) {
      await (await recordOf(space)).endShare(share);
    },
    async end(space, account) {
      const record = await recordOf(space);
      const members = await record.members();
      if (members.some((member) => member.account === account)) await record.endMember(account);
    },
    declare: async (reads) => await declare(u, reads),
    async signAgain(kind, statement, at) {
      const { payload } = parseStatement(kind, statement);
      return await signStatement(kind, { ...objectIn(payload), at }, u.deviceSigner);
    },
  };
}

/** A revision with the wrap of R for the epoch in force, signed by a `rewrap`: its header was signed before there was a wrap. */
async function wrapped(
  u: Unlocked,
  outbox: Outbox,
  { view }: HealthRecord,
  entry: OutboxEntry,
  what: WaitingRevision,
): Promise<NewRevision> {
  const { fact } = parseRevision(what.statement);
  const header = { statement: what.statement, wrapEpoch: fact.epoch };
  if (what.kind === "delete") {
    const sealed: SealedDraft = { item: what.item, revision: what.revision, post: header };
    return (await rewrap(u, view, sealed)).post;
  }
  const secret = fromBase64url(what.secret);
  const post = { ...header, metadata: what.metadata, ...(await contentOf(u, outbox, entry, what)) };
  return (await rewrap(u, view, { item: what.item, revision: what.revision, post, secret })).post;
}

/** Small contents go along; a large one goes up first, on from where the server stands, the very same bytes. */
async function contentOf(
  u: Unlocked,
  outbox: Outbox,
  entry: OutboxEntry,
  what: WaitingWrite,
): Promise<Pick<NewRevision, "content" | "upload">> {
  if (what.pieces === 1) {
    for await (const piece of outbox.pieces(entry)) return { content: toBase64url(piece) };
  }
  const known = what.upload;
  const isThere = known !== undefined && (await isUploadThere(u.http, known));
  const location = isThere ? known : await beginUpload(u.http, what.length);
  if (!isThere) await outbox.replace(entry, { ...what, upload: location });
  const segments = segmentsOf(outbox, entry, what.pieces);
  const { upload } = await uploadSealed(u.http, { location, segments, length: what.length });
  return { upload };
}

async function* segmentsOf(
  outbox: Outbox,
  entry: OutboxEntry,
  pieces: number,
): AsyncGenerator<SealedSegment> {
  let index = 0;
  for await (const bytes of outbox.pieces(entry)) {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    yield { index, last: index + 1 === pieces, bytes, digest };
    index += 1;
  }
}

/** Tells reads; each must be answered with a receipt that names it. */
async function declare(u: Unlocked, reads: readonly Statement[]): Promise<void> {
  const { receipts } = await u.http.call("readsDeclared", { body: { reads: [...reads] } });
  const told = new Set<Hash>();
  for (const statement of receipts) {
    const receipt = await openReceipt(statement, u.server.logKey);
    told.add(receipt.statement);
    await keepReceipt(u, receipt.parsed.statement, receipt);
  }
  for (const read of reads) {
    if (!told.has(parseRead(read).hash))
      throw new ClientError("bad-answer", "a read that was told has no receipt");
  }
}

function objectIn(payload: Json): { readonly [name: string]: Json | undefined } {
  const isObject = typeof payload === "object" && payload !== null && !("length" in payload);
  return isObject ? payload : {};
}
