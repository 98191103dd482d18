import { hash } from "node:crypto";
import {
  type DepositId,
  type DepositStatement,
  depositRecipients,
  type Hash,
  judgeDeposit,
  MOST_GIVEN,
  mayManage,
  parseDeposit,
  type RouteAnswer,
  type SpaceId,
  type SpaceState,
} from "@ecrin/protocol";
import { accessTo, openSpace } from "./access.ts";
import { indexActs } from "./acts.ts";
import { bytesOf } from "./base64url.ts";
import { actorOf, type Call, type Ground, type Handlers, type Session } from "./call.ts";
import { checkRecent } from "./clock.ts";
import { byteaArray, type Tx, textArray } from "./database.ts";
import { decided } from "./guard.ts";
import type { Guard } from "./operation.ts";
import { refuse, within } from "./problem.ts";

/** Deposits: taking them, handing them out, settling them (spec/deposit.md). */
export const depositHandlers: Handlers<
  "deposit" | "deposits" | "depositContent" | "depositSettle"
> = {
  deposit,
  deposits,
  depositContent,
  depositSettle,
};

/** A deposit with what came beside it, each the one that is named. */
interface Incoming {
  readonly parsed: DepositStatement;
  readonly wraps: readonly Buffer[];
  readonly metadata: Buffer;
  readonly content: Buffer;
}

async function deposit(call: Call<"deposit">): Promise<RouteAnswer<"deposit">> {
  const { journal, session } = call;
  const incoming = await readDeposit(call);
  const { fact, hash: act, statement } = incoming.parsed;
  if (fact.by.account !== session.account) refuse("not-allowed", "body.statement.by.account");
  const positions = await decided(async () => {
    const before = (await journal.done([act])).get(act);
    if (before !== undefined) return before;
    checkRecent(fact.at, call.now(), "body.statement.at");
    const { record, guard } = await judge(call, incoming);
    const done = await journal.commit({
      once: act,
      guard,
      effect: (tx) => write(tx, call, record, incoming),
      entries: () => [
        {
          subject: record,
          kind: "deposit",
          actor: { account: fact.by.account, device: fact.by.device },
          about: { statement: act, ...(record === fact.space ? {} : { via: fact.space }) },
          at: call.now(),
          statement,
        },
      ],
    });
    return done.positions;
  });
  const [position = refuse("internal")] = positions;
  return { receipt: journal.receipt(position, act) };
}

/** @throws ServerError `wraps-differ`, `content-differs` */
async function readDeposit({ body }: Call<"deposit">): Promise<Incoming> {
  const parsed = await within("body.statement", () => parseDeposit(body.statement));
  const { to, metadata: named, content: stated } = parsed.fact;
  const wraps = body.wraps.map((wrap) => bytesOf(wrap, "body.wraps"));
  const areNamed =
    wraps.length === to.length && to.every(({ wrap }, i) => sha256(wraps[i]) === wrap);
  if (!areNamed) refuse("wraps-differ", "body.wraps");
  const metadata = bytesOf(body.metadata, "body.metadata");
  if (sha256(metadata) !== named) refuse("content-differs", "body.metadata");
  const content = bytesOf(body.content, "body.content");
  // One segment: its digest is the whole list, and the root is the digest of that.
  const root = sha256(hash("sha256", content, "buffer"));
  if (content.length !== stated.length || root !== stated.root)
    refuse("content-differs", "body.content");
  return { parsed, wraps, metadata, content };
}

/** @returns the record it is for, and what was judged on */
async function judge(
  call: Call<"deposit">,
  { parsed }: Incoming,
): Promise<{ record: SpaceId; guard: Guard[] }> {
  const { fact } = parsed;
  const { state, member, source, ended } = await openSpace(call, fact.space);
  if (ended || state.closed) refuse("closed");
  if (source !== undefined && member.role !== "reader") refuse("not-allowed", "body.statement.by");
  const accounts = await call.chains.states(call.sql, [fact.by.account]);
  const author = accounts.get(fact.by.account) ?? refuse("not-found");
  if (author.devices.get(fact.by.device)?.until !== undefined)
    refuse("not-allowed", "body.statement.by.device");
  await within("body.statement", () => judgeDeposit(parsed, state, author));
  checkRecipients(parsed, state, call.now());
  return {
    record: source?.space ?? state.space,
    guard: [
      { chain: state.space, head: state.head },
      { chain: author.account, head: author.head },
      ...(source === undefined ? [] : [{ chain: source.space, head: source.head }]),
    ],
  };
}

/** Wrapped to whom it has to be now: somebody may have ended since the depositor looked. */
function checkRecipients({ fact }: DepositStatement, state: SpaceState, now: number): void {
  const expected = depositRecipients(state, now);
  const isSame =
    expected.length === fact.to.length &&
    expected.every(({ recipient, identity }, i) => {
      const named = fact.to[i];
      return named?.recipient === recipient && named.identity === identity;
    });
  if (!isSame) refuse("wraps-differ", "body.statement.to");
}

async function write(
  tx: Tx,
  { quotas }: Call<"deposit">,
  record: SpaceId,
  { parsed, wraps, metadata, content }: Incoming,
): Promise<void> {
  const { fact, hash: act, statement } = parsed;
  const [waiting] = await tx<{ here: number; all: number }[]>`
    select count(*) filter (where author = ${fact.by.account} and space = ${fact.space}) as here,
      count(*) as all
    from deposits where record = ${record} and settled is null`;
  const isFull =
    (waiting?.here ?? 0) >= quotas.depositsOfOne || (waiting?.all ?? 0) >= quotas.deposits;
  if (isFull) refuse("quota-reached", "body.statement.space");
  const made = await tx`
    insert into deposits (deposit, hash, record, space, author, at, statement, metadata, content)
    values (${fact.deposit}, ${act}, ${record}, ${fact.space}, ${fact.by.account}, ${fact.at},
      ${statement}, ${metadata}, ${content})
    on conflict do nothing returning deposit`;
  if (made.length === 0) refuse("conflict", "body.statement.deposit");
  await tx`
    insert into deposit_wraps (deposit, recipient, wrap)
    select ${fact.deposit}, * from unnest(
      ${textArray(fact.to.map((each) => each.recipient))}::text[],
      ${byteaArray([...wraps])}::bytea[])`;
}

/** So many of the last things that an account did are looked through for what it gave. */
const LOOKED = 10_000;

/** What the account itself gave, newest first; that it was refused is not told (spec/deposit.md). */
async function deposits({ sql, session }: Call<"deposits">): Promise<RouteAnswer<"deposits">> {
  await indexActs(sql);
  // Canonical JSON: quotes in a text would be escaped, so these stand at the members and nowhere else.
  const rows = await sql<RouteAnswer<"deposits">["deposits"]>`
    select d.statement, coalesce(d.settled = 'accepted', false) as accepted
    from (select index from acts where account = ${session.account}
      order by index desc limit ${LOOKED}) a
    join journal_openings o on o.index = a.index
    join deposits d on d.hash = substring(o.entry from '"statement":"([A-Za-z0-9_-]{43})"')
    where o.entry like '%"kind":"deposit"%' and d.author = ${session.account}
    order by o.index desc limit ${MOST_GIVEN}`;
  return { deposits: [...rows] };
}

interface Waiting {
  readonly record: SpaceId;
  readonly space: SpaceId;
  readonly hash: Hash;
  readonly content: Buffer | null;
  readonly settled: "accepted" | "refused" | null;
}

/** A deposit, for whoever decides about it; to everybody else there is none. */
async function find(
  call: Ground & { readonly session: Session },
  deposit: DepositId,
): Promise<Waiting> {
  const [row] = await call.sql<Waiting[]>`
    select record, space, hash, content, settled from deposits where deposit = ${deposit}`;
  if (row === undefined) return refuse("not-found");
  const { member } = accessTo(call, await call.spaces.state(call.sql, row.record), undefined);
  if (!mayManage(member)) refuse("not-found");
  return row;
}

async function depositContent(call: Call<"depositContent">): Promise<Response> {
  const { content } = await find(call, call.params.deposit);
  if (content === null) return refuse("not-found");
  return new Response(new Uint8Array(content), {
    headers: {
      "content-length": String(content.length),
      "content-type": "application/octet-stream",
    },
  });
}

/** Accepted or refused: the ciphertext goes, what was signed stays. The same again changes nothing. */
async function depositSettle(call: Call<"depositSettle">): Promise<RouteAnswer<"depositSettle">> {
  const { journal, params, body, session } = call;
  const waiting = await find(call, params.deposit);
  if (waiting.settled === body.as) return {};
  await journal.commit({
    effect: async (tx) => await settle(tx, params.deposit, body.as),
    entries: (isNew) =>
      isNew
        ? [
            {
              subject: waiting.record,
              kind: "settlement",
              actor: actorOf(session),
              about: {
                statement: waiting.hash,
                code: body.as,
                ...(waiting.space === waiting.record ? {} : { via: waiting.space }),
              },
              at: call.now(),
            },
          ]
        : [],
  });
  return {};
}

async function settle(tx: Tx, deposit: DepositId, as: "accepted" | "refused"): Promise<boolean> {
  const done = await tx`
    update deposits set settled = ${as}, metadata = null, content = null
    where deposit = ${deposit} and settled is null returning deposit`;
  if (done.length === 0) {
    const [row] = await tx<{ settled: string }[]>`
      select settled from deposits where deposit = ${deposit}`;
    return row?.settled === as ? false : refuse("conflict", "body.as");
  }
  await tx`delete from deposit_wraps where deposit = ${deposit}`;
  return true;
}

function sha256(bytes: Buffer | undefined): string {
  return hash("sha256", bytes ?? "", "base64url");
}
