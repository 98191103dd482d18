import {
  checkSignature,
  deviceKeyAt,
  type FieldPath,
  parseRead,
  type ReadStatement,
  type RouteAnswer,
  type SpaceState,
  type Statement,
} from "@ecrin/protocol";
import { hasEnded } from "./access.ts";
import type { Call, Handlers } from "./call.ts";
import { checkNotAhead } from "./clock.ts";
import { decided } from "./guard.ts";
import { refuse, within } from "./problem.ts";
import { entriesOf, findPlaces } from "./reads.ts";

/** Reads that asked nobody when they happened, told afterwards (spec/read.md, Declared reads). */
export const declaredHandlers: Handlers<"readsDeclared"> = { readsDeclared };

type Telling = Call<"readsDeclared">;

async function readsDeclared(call: Telling): Promise<RouteAnswer<"readsDeclared">> {
  const reads = await Promise.all(call.body.reads.map((read, i) => readDeclared(call, read, i)));
  // All are judged before one is written: half of an answer would be asked for again.
  const judged = await decided(
    async () => await Promise.all(reads.map((read, i) => judge(call, read, placeOf(i)))),
  );
  // Nobody can end whoever has ended: what they still have to tell is not told without end.
  const ended = reads.flatMap(({ fact }, i) => (judged[i]?.hasEnded === true ? [fact.space] : []));
  for (const space of new Set(ended)) call.limit("declared", `${call.session.account} ${space}`);
  const receipts: Statement[] = [];
  for (const [i, { hash }] of reads.entries()) {
    const done = await call.journal.commit({ once: hash, entries: () => judged[i]?.entries ?? [] });
    receipts.push(...done.positions.map((position) => call.journal.receipt(position, hash)));
  }
  return { receipts };
}

const placeOf = (i: number): FieldPath => `body.reads.${i}`;

async function readDeclared(call: Telling, text: Statement, i: number): Promise<ReadStatement> {
  const place = placeOf(i);
  const read = await within(place, () => parseRead(text));
  const { by, declared, at } = read.fact;
  if (by.account !== call.session.account) refuse("not-allowed", `${place}.by.account`);
  if (declared === undefined) refuse("malformed", `${place}.nonce`);
  checkNotAhead(at, call.now(), `${place}.at`);
  return read;
}

/**
 * Whether it was signed by a device of the account, of what the account was once let into. An end does
 * not matter to what was there before it: what was read was read. What was sealed after it was not.
 */
async function judge(call: Telling, read: ReadStatement, place: FieldPath) {
  const { fact } = read;
  const [state, readers] = await Promise.all([
    call.spaces.state(call.sql, fact.space),
    call.chains.states(call.sql, [fact.by.account]),
  ]);
  const reader = readers.get(fact.by.account);
  const lives = state?.history.get(fact.by.account);
  if (reader === undefined || state === undefined || lives === undefined) {
    return refuse("not-found", `${place}.space`);
  }
  await within(place, () =>
    checkSignature(read, deviceKeyAt(reader, fact.by.device, fact.by.head)),
  );
  const places = await findPlaces(call, fact, place);
  for (const [i, { epoch }] of places.entries()) {
    // A share has one epoch, and those it was made for.
    const since = state.kind === "record" ? (state.epochs[epoch - 1]?.since ?? 0) : 0;
    if (!lives.some(({ until = Number.POSITIVE_INFINITY }) => until > since))
      refuse("not-allowed", `${place}.revisions.${i}`);
  }
  const ended =
    !state.members.has(fact.by.account) || (await isEndedShare(call, state, call.now()));
  return { hasEnded: ended, entries: entriesOf(read, places, call.now()) };
}

async function isEndedShare(call: Telling, state: SpaceState, now: number): Promise<boolean> {
  if (state.share === undefined) return false;
  const source = await call.spaces.state(call.sql, state.share.source);
  return source === undefined || hasEnded(state, source, now);
}
