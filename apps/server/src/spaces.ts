import {
  type AccountId,
  type Head,
  parseSpaceStatement,
  type Role,
  type RouteAnswer,
  type SpaceId,
  type SpaceStatement,
  type Statement,
  type Wrap,
} from "@ecrin/protocol";
import { openSpace } from "./access.ts";
import type { Call, Ground, Handlers, Session } from "./call.ts";
import { decided } from "./guard.ts";
import { refuse, within } from "./problem.ts";
import { PAGE_BYTES } from "./quotas.ts";
import { entriesOf } from "./space-entries.ts";
import { isInChain, judgeStatement, writeStatement } from "./space-statement.ts";

/** Spaces and their chains (spec/space.md). */
export const spaceHandlers: Handlers<"spaces" | "spaceCreate" | "chainOfSpace" | "spacePost"> = {
  spaces,
  spaceCreate,
  chainOfSpace,
  spacePost,
};

interface SpaceRow {
  readonly space: SpaceId;
  readonly kind: "record" | "share";
  readonly role: Role;
  readonly seq: number;
  readonly hash: Head["hash"];
  readonly closed: boolean;
  readonly until: number | null;
  readonly owner: AccountId;
}

/** Where the account is a member now. A share that has ended is listed for its maker only. */
async function spaces({ sql, session, now }: Call<"spaces">): Promise<RouteAnswer<"spaces">> {
  const rows = await sql<SpaceRow[]>`
    select s.space, s.kind, m.role, s.head_seq as seq, s.head_hash as hash,
      s.closed or coalesce(h.until <= ${now()}, false) as closed,
      coalesce(m.until, h.until) as until, s.owner
    from space_members m join spaces s on s.space = m.space
    left join shares h on h.share = s.space
    where m.account = ${session.account}
      and (m.until is null or m.until > ${now()})
      and (m.role = 'owner' or not (s.closed or coalesce(h.until <= ${now()}, false)))
    order by s.made_at, s.space`;
  return {
    spaces: rows.map(({ space, kind, role, seq, hash, closed, until, owner }) => ({
      space,
      kind,
      role,
      head: { hash, seq },
      closed,
      ...(until === null ? {} : { until }),
      owner,
    })),
  };
}

async function spaceCreate(call: Call<"spaceCreate">): Promise<RouteAnswer<"spaceCreate">> {
  const parsed = await within("body.statement", () => parseSpaceStatement(call.body.statement));
  const { fact } = parsed;
  if (fact.op !== "begin" || fact.kind !== "record")
    refuse("statement-refused", "body.statement.op");
  return { head: await post(call, parsed, call.body.wraps) };
}

async function spacePost(call: Call<"spacePost">): Promise<RouteAnswer<"spacePost">> {
  const parsed = await within("body.statement", () => parseSpaceStatement(call.body.statement));
  const { fact } = parsed;
  if (fact.space !== call.params.space) refuse("statement-refused", "body.statement.space");
  // A space is begun by spaceCreate, a share comes with what it holds (shares.ts), and an inbox with wraps of its own (inbox.ts).
  if (fact.op === "begin" || fact.op === "share" || fact.op === "inbox")
    refuse("statement-refused", "body.statement.op");
  return { head: await post(call, parsed, call.body.wraps) };
}

/** Adds a statement to its chain; the very same again gives the same head and writes nothing. */
async function post(
  call: Ground & { readonly session: Session },
  parsed: SpaceStatement,
  wraps: readonly Wrap[],
): Promise<Head> {
  const { fact, hash } = parsed;
  const head = { hash, seq: fact.seq };
  return await decided(async () => {
    const before = await call.spaces.state(call.sql, fact.space);
    if (isInChain(before, parsed) && fact.by.account === call.session.account) return head;
    if (before === undefined && fact.op !== "begin") return refuse("not-found");
    if (before !== undefined && fact.op === "begin")
      return refuse("conflict", "body.statement.space");
    const judged = await judgeStatement(call, before, parsed, wraps);
    await call.journal.commit({
      guard: judged.guard,
      effect: (tx) => writeStatement(tx, judged),
      entries: () => entriesOf(judged, call.session, call.now()),
    });
    call.spaces.remember(judged.after);
    return head;
  });
}

async function chainOfSpace(call: Call<"chainOfSpace">): Promise<RouteAnswer<"chainOfSpace">> {
  const { sql, params, query } = call;
  const { state } = await openSpace(call, params.space);
  const rows = await sql<{ statement: Statement }[]>`
    select statement from (
      select seq, statement, sum(octet_length(statement))
        over (order by seq rows between unbounded preceding and 1 preceding) as before
      from space_statements
      where space = ${params.space} and seq >= ${query.from} and seq <= ${state.head.seq}
      order by seq limit ${query.limit}
    ) as page
    where coalesce(before, 0) < ${PAGE_BYTES} order by seq`;
  return { statements: rows.map((row) => row.statement), head: state.head };
}
