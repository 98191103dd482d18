import {
  type AccountState,
  checkSignature,
  context,
  deviceKeyAt,
  type FieldPath,
  type Hash,
  hashOf,
  isPast,
  linkContext,
  parseRead,
  type ReadPayload,
  type ReadStatement,
  type RouteAnswer,
  type SpaceState,
} from "@ecrin/protocol";
import { hasEnded } from "./access.ts";
import type { Call, Handlers } from "./call.ts";
import { decided } from "./guard.ts";
import type { EntryDraft, Guard } from "./operation.ts";
import type { Place } from "./places.ts";
import { refuse, ServerError, within } from "./problem.ts";

/** Reads and releases (spec/read.md). */
export const readHandlers: Handlers<"reads"> = { reads };

/** How far a read's time may be from the server's clock. */
const CLOCK_MS = 10 * 60_000;

type Asking = Call<"reads">;
type Answer = RouteAnswer<"reads">;

/** The chains a read is judged on. */
interface View {
  readonly space: SpaceState;
  /** The space a share was made from. */
  readonly source: SpaceState | undefined;
  readonly reader: AccountState;
}

/**
 * The hot path: judged on what this process remembers, without a query; the write
 * itself finds out whether that still holds. Whatever does not go through there is
 * judged again on what the database says.
 */
async function reads(call: Asking): Promise<Answer> {
  const parsed = await within("body.read", () => parseRead(call.body.read));
  if (parsed.fact.by.account !== call.session.account)
    refuse("not-allowed", "body.read.by.account");
  // Told before, it would pass for asked before, and be answered with releases nobody gave a reason for.
  const nonce = parsed.fact.nonce ?? refuse("malformed", "body.read.declared");
  await checkFreshness(call, parsed, nonce);
  const remembered = recall(call, parsed.fact);
  if (remembered !== undefined) {
    const answer = await release(call, parsed, remembered).catch(() => undefined);
    if (answer !== undefined) return answer;
  }
  return await decided(async () => {
    const view = await load(call, parsed.fact);
    try {
      return await release(call, parsed, view);
    } catch (error) {
      if (error instanceof ServerError && error.code === "not-allowed") {
        await noteRefusal(call, parsed, view);
      }
      throw error;
    }
  });
}

/** Nonce and time, but for a read that was answered before: the same answer again is no new read. */
async function checkFreshness(
  { nonces, journal, now }: Asking,
  { fact, hash }: ReadStatement,
  nonce: string,
): Promise<void> {
  const at = now();
  const late = Math.abs(fact.at - at) > CLOCK_MS;
  if (!late && nonces.isGood(nonce, at)) return;
  if (!(await journal.done([hash])).has(hash))
    refuse("clock", late ? "body.read.at" : "body.read.nonce");
}

function recall({ spaces, chains }: Asking, { space: id, by }: ReadPayload): View | undefined {
  const space = spaces.remembered(id);
  const reader = chains.remembered(by.account);
  if (space === undefined || reader === undefined) return undefined;
  if (space.share === undefined) return { space, source: undefined, reader };
  const source = spaces.remembered(space.share.source);
  return source === undefined ? undefined : { space, source, reader };
}

/** @throws ServerError `not-found` for a space that the reader has never been in */
async function load(
  { spaces, chains, sql }: Asking,
  { space: id, by }: ReadPayload,
): Promise<View> {
  const [space, readers] = await Promise.all([
    spaces.state(sql, id),
    chains.states(sql, [by.account]),
  ]);
  const reader = readers.get(by.account);
  if (space === undefined || reader === undefined || !space.history.has(by.account)) {
    return refuse("not-found");
  }
  const source =
    space.share === undefined ? undefined : await spaces.state(sql, space.share.source);
  return { space, source, reader };
}

/** Judges, computes what is to be released, writes the entry, and only then gives it out. */
async function release(call: Asking, parsed: ReadStatement, view: View): Promise<Answer> {
  const { journal, now } = call;
  const { fact, hash } = parsed;
  await within("body.read", () =>
    checkSignature(parsed, deviceKeyAt(view.reader, fact.by.device, fact.by.head)),
  );
  const places = await findPlaces(call, fact, "body.read");
  const at = now();
  if (!mayRead(view, fact, at)) refuse("not-allowed");
  const releases = await releasesOf(call, view, places);
  const done = await journal.commit({
    once: hash,
    guard: guardsOf(view),
    entries: () => entriesOf(parsed, places, at),
  });
  const receipts = done.positions.map((position) => journal.receipt(position, hash));
  return { releases, receipts };
}

/** Whether the right lasts: member before its date, or share not ended in any way; device not cut. */
function mayRead({ space, source, reader }: View, { by }: ReadPayload, now: number): boolean {
  const member = space.members.get(by.account);
  if (member === undefined || isPast(member, now) || space.closed) return false;
  if (reader.devices.get(by.device)?.until !== undefined) return false;
  return source === undefined ? space.kind === "record" : !hasEnded(space, source, now);
}

/** @throws ServerError `not-allowed` where one of the revisions is not there to be read through this space */
export async function findPlaces(
  { places }: Pick<Asking, "places">,
  { space, revisions }: ReadPayload,
  at: FieldPath,
): Promise<Place[]> {
  return await Promise.all(
    revisions.map(async (asked, i) => {
      const place = await places.find(space, asked.revision);
      const same = place?.space === asked.space && place.item === asked.item;
      return same ? place : refuse("not-allowed", `${at}.revisions.${i}`);
    }),
  );
}

/** h of each revision: computed in a record, opened from what a share links. */
async function releasesOf(
  { releases, sql }: Asking,
  { space: { space, kind } }: View,
  places: readonly Place[],
): Promise<Hash[]> {
  return await Promise.all(
    places.map(async (place) => {
      if (kind === "record") {
        return hashOf((await releases.of(sql, space, place.epoch)).releaseOf(place));
      }
      const { release: box, linked = refuse("internal") } = place;
      if (box === undefined) return hashOf(await releases.linked(sql, space, linked));
      const releaser = await releases.of(sql, space, 1);
      return hashOf(releaser.open("link release", linkContext(space, place, "release"), box));
    }),
  );
}

function guardsOf({ space, source, reader }: View): Guard[] {
  const guards: Guard[] = [
    { chain: space.space, head: space.head },
    { chain: reader.account, head: reader.head },
  ];
  return source === undefined ? guards : [...guards, { chain: source.space, head: source.head }];
}

/** One entry in the journal of each space that something is read from. */
export function entriesOf(
  { fact, hash, statement }: ReadStatement,
  places: readonly Place[],
  at: number,
): EntryDraft[] {
  const byOrigin = Map.groupBy(places, (place) => place.space);
  return [...byOrigin].map(([subject, from]) => ({
    subject,
    kind: fact.reason === "export" ? "export" : "opening",
    actor: { account: fact.by.account, device: fact.by.device },
    about: {
      revisions: from.map(({ item, revision }) => ({ item, revision })),
      statement: hash,
      ...(subject === fact.space ? {} : { via: fact.space }),
      ...(fact.declared === undefined ? {} : { declared: fact.declared }),
    },
    at,
    statement,
  }));
}

/** How long one entry stands for all that the same account was refused in the same space. */
const REFUSAL_MS = 3600_000;

/** A refusal is written down too: once an hour, so that who has ended fills nobody's journal. */
async function noteRefusal(
  { journal, now }: Asking,
  { fact }: ReadStatement,
  { space, source }: View,
): Promise<void> {
  const { account, device } = fact.by;
  const at = now();
  await journal.commit({
    once: hashOf(context("refusal", space.space, account, Math.floor(at / REFUSAL_MS))),
    entries: () => [
      {
        subject: source?.space ?? space.space,
        kind: "refusal",
        actor: { account, device },
        about: {
          code: "not-allowed",
          account,
          ...(source === undefined ? {} : { via: space.space }),
        },
        at,
      },
    ],
  });
}
