import {
  checkSignature,
  deviceKeyAt,
  type FieldPath,
  parseRead,
  type ReadStatement,
  type RouteAnswer,
  type Statement,
} from "@ecrin/protocol";
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
  const entries = await decided(
    async () => await Promise.all(reads.map((read, i) => judge(call, read, placeOf(i)))),
  );
  const receipts: Statement[] = [];
  for (const [i, { hash }] of reads.entries()) {
    const done = await call.journal.commit({ once: hash, entries: () => entries[i] ?? [] });
    const given = done.positions.map((position) => call.journal.receipt(position, hash));
    receipts.push(...(await Promise.all(given)));
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

/** Whether it was signed by a device of the account, of what the account was once let into. Ends do not matter: what was read was read. */
async function judge(call: Telling, read: ReadStatement, place: FieldPath) {
  const { fact } = read;
  const [state, readers] = await Promise.all([
    call.spaces.state(call.sql, fact.space),
    call.chains.states(call.sql, [fact.by.account]),
  ]);
  const reader = readers.get(fact.by.account);
  if (reader === undefined || state?.history.has(fact.by.account) !== true) {
    return refuse("not-found", `${place}.space`);
  }
  await within(place, () =>
    checkSignature(read, deviceKeyAt(reader, fact.by.device, fact.by.head)),
  );
  return entriesOf(read, await findPlaces(call, fact, place), call.now());
}
