import { hash } from "node:crypto";
import {
  type Head,
  isInboxDue,
  mayManage,
  parseSpaceStatement,
  type RouteAnswer,
  type SpaceStatement,
  type Statement,
  type WaitingDeposit,
} from "@ecrin/protocol";
import { openSpace } from "./access.ts";
import { bytesOf } from "./base64url.ts";
import type { Call, Handlers } from "./call.ts";
import { byteaArray, type Tx, textArray } from "./database.ts";
import { decided } from "./guard.ts";
import { refuse, within } from "./problem.ts";
import { entriesOf } from "./space-entries.ts";
import { isInChain, judgeStatement, writeStatement } from "./space-statement.ts";

/** The inbox of a record: beginning one, and what waits in it (spec/deposit.md, The inbox). */
export const inboxHandlers: Handlers<"inbox" | "inboxBegin"> = { inbox, inboxBegin };

async function inboxBegin(call: Call<"inboxBegin">): Promise<RouteAnswer<"inboxBegin">> {
  const parsed = await within("body.statement", () => parseSpaceStatement(call.body.statement));
  const wraps = readWraps(parsed, call);
  const head: Head = { hash: parsed.hash, seq: parsed.fact.seq };
  return await decided(async () => {
    const before = await call.spaces.state(call.sql, call.params.space);
    if (before === undefined) return refuse("not-found");
    if (isInChain(before, parsed) && parsed.fact.by.account === call.session.account)
      return { head };
    // Nobody fills a chain with inboxes: one is begun where one is due.
    const judged = await judgeStatement(call, before, parsed, []);
    if (!isInboxDue(before, call.now())) refuse("conflict", "body.statement.inbox");
    await call.journal.commit({
      guard: judged.guard,
      effect: async (tx) => {
        await writeStatement(tx, judged);
        await storeWraps(tx, parsed, wraps);
      },
      entries: () => entriesOf(judged, call.session, call.now()),
    });
    call.spaces.remember(judged.after);
    return { head };
  });
}

/** The wraps that came, which are those the statement names. */
function readWraps({ fact }: SpaceStatement, { body, params }: Call<"inboxBegin">): Buffer[] {
  if (fact.op !== "inbox") return refuse("statement-refused", "body.statement.op");
  if (fact.space !== params.space) refuse("statement-refused", "body.statement.space");
  const wraps = body.wraps.map((wrap) => bytesOf(wrap, "body.wraps"));
  const { holders } = fact.inbox;
  const isSame =
    holders.length === wraps.length &&
    holders.every(({ wrap }, i) => hash("sha256", wraps[i] ?? "", "base64url") === wrap);
  return isSame ? wraps : refuse("wraps-differ", "body.wraps");
}

async function storeWraps(tx: Tx, { fact }: SpaceStatement, wraps: Buffer[]): Promise<void> {
  if (fact.op !== "inbox") return refuse("internal");
  const { n, holders } = fact.inbox;
  await tx`
    insert into inbox_wraps (space, n, account, identity, wrap)
    select ${fact.space}, ${n}::bigint, * from unnest(
      ${textArray(holders.map((each) => each.account))}::text[],
      ${textArray(holders.map((each) => each.identity))}::text[],
      ${byteaArray(wraps)}::bytea[])`;
}

interface Row {
  readonly statement: Statement;
  readonly recipient: WaitingDeposit["recipient"];
  readonly wrap: Buffer;
  readonly metadata: Buffer;
}

/** What waits for whoever asks: wrapped for them, or for the inbox. */
async function inbox(call: Call<"inbox">): Promise<RouteAnswer<"inbox">> {
  const { sql, params, query, session } = call;
  const { state, member } = await openSpace(call, params.space);
  if (state.kind !== "record") refuse("not-found");
  if (!mayManage(member)) refuse("not-allowed");
  const rows = await sql<Row[]>`
    select d.statement, w.recipient, w.wrap, d.metadata
    from deposits d join deposit_wraps w on w.deposit = d.deposit
    where d.record = ${params.space} and d.settled is null
      and w.recipient = any(${textArray([session.account, "inbox"])}::text[])
    order by d.at, d.deposit offset ${query.from} limit ${query.limit}`;
  const seeds = await sql<{ n: number; identity: string; wrap: Buffer }[]>`
    select n, identity, wrap from inbox_wraps
    where space = ${params.space} and account = ${session.account} order by n`;
  return {
    deposits: rows.map(({ statement, recipient, wrap, metadata }) => ({
      statement,
      recipient,
      wrap: wrap.toString("base64url"),
      metadata: metadata.toString("base64url"),
    })),
    seeds: seeds.map(({ n, identity, wrap }) => ({
      n,
      identity: identity as RouteAnswer<"inbox">["seeds"][number]["identity"],
      wrap: wrap.toString("base64url"),
    })),
  };
}
