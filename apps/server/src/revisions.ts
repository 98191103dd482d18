import {
  type Accounts,
  epochToWrapUnder,
  type FieldPath,
  type Hash,
  judgeRevision,
  type ListedRevision,
  mayWrite,
  type RevisionPayload,
  type RouteAnswer,
  rotationDue,
  type SpaceId,
  type SpaceState,
  type Statement,
  type TreeHead,
} from "@ecrin/protocol";
import { type Accepted, type JudgedRevision, knownRevisions, writeRevisions } from "./accept.ts";
import { openSpace } from "./access.ts";
import { actorOf, type Call, type Handlers } from "./call.ts";
import { checkNotAhead } from "./clock.ts";
import type { Sql } from "./database.ts";
import { decided } from "./guard.ts";
import {
  acceptanceOf,
  type IncomingRevision,
  ofRevision,
  placeOf,
  readRevision,
  storeContent,
} from "./incoming-revision.ts";
import type { EntryDraft, Guard } from "./operation.ts";
import { refuse } from "./problem.ts";
import { PAGE_BYTES } from "./quotas.ts";

/** Revisions of a space: accepting and listing them (spec/revision.md). */
export const revisionHandlers: Handlers<"revisions" | "revisionsPost"> = {
  revisions,
  revisionsPost,
};

type Posting = Call<"revisionsPost">;

async function revisionsPost(call: Posting): Promise<RouteAnswer<"revisionsPost">> {
  const incoming = await Promise.all(call.body.revisions.map(readRevision));
  const ids = new Set(incoming.map(({ parsed }) => parsed.fact.revision));
  if (ids.size !== incoming.length) refuse("conflict", "body.revisions");
  return await decided(() => accept(call, incoming));
}

/** Accepts what is new among the revisions; for what was accepted before, the answer is the same again. */
async function accept(
  call: Posting,
  incoming: readonly IncomingRevision[],
): Promise<RouteAnswer<"revisionsPost">> {
  const { sql, journal, params } = call;
  const { state, member } = await openSpace(call, params.space);
  if (state.kind !== "record") refuse("not-allowed");
  const known = await knownRevisions(sql, params.space, incoming);
  const fresh = incoming.flatMap((each, i) => {
    const before = known.get(each.parsed.fact.revision);
    if (before === undefined) return [{ each, i }];
    return before.hash === each.parsed.hash
      ? []
      : refuse("conflict", `${placeOf(i)}.statement.revision`);
  });
  // Somebody else's header posted again would bring the receipt of its author's entry.
  const foreign = incoming.find(({ parsed }) => parsed.fact.by.account !== call.session.account);
  if (foreign !== undefined) {
    refuse("not-allowed", `${placeOf(incoming.indexOf(foreign))}.statement.by.account`);
  }
  if (fresh.length > 0 && !mayWrite(member)) refuse("not-allowed");
  const written = fresh.length > 0 ? await write(call, state, fresh) : undefined;
  const hashes = incoming.map(({ parsed }) => parsed.hash);
  const done = await journal.done(hashes);
  const oldest = known.get(incoming[0]?.parsed.fact.revision ?? refuse("internal"))?.index;
  return {
    first: oldest ?? written?.first ?? refuse("internal"),
    tree: written?.tree ?? (await readTree(sql, params.space)).tree,
    receipts: hashes.flatMap((hash) =>
      (done.get(hash) ?? []).map((position) => journal.receipt(position, hash)),
    ),
  };
}

type Fresh = readonly { readonly each: IncomingRevision; readonly i: number }[];

async function write(call: Posting, state: SpaceState, fresh: Fresh): Promise<Accepted> {
  const { space } = state;
  const guard = await judge(call, state, fresh);
  const revisions: JudgedRevision[] = [];
  for (const { each, i } of fresh) {
    // One after the other: each may take a buffer and a pass over gigabytes.
    const content = await storeContent(call, call.session.account, each, i);
    revisions.push({ i, incoming: each, content });
  }
  const done = await call.journal.commit({
    guard,
    effect: (tx) => writeRevisions(tx, space, revisions),
    entries: ({ first }) => revisions.map((each, at) => entryOf(call, each, first + at)),
  });
  return done.repeated ? refuse("internal") : done.result;
}

/**
 * Judges revisions on the newest state of the space and of all its members' accounts.
 * @returns what was judged on
 * @throws ServerError `rotation-due`, `stale-head`, `clock`, `not-allowed`, `signature-refused`,
 *   `statement-refused`
 */
async function judge(call: Posting, state: SpaceState, fresh: Fresh): Promise<Guard[]> {
  const { chains, sql } = call;
  const accounts = await chains.states(sql, state.members.keys());
  if (rotationDue(state, accounts, call.now()) !== undefined) refuse("rotation-due");
  const { tree } = await readTree(sql, state.space);
  if (tree.size + fresh.length > call.quotas.revisions) refuse("quota-reached", "body.revisions");
  await Promise.all(
    fresh.map(({ each, i }, at) =>
      ofRevision(i, async () => {
        const place = placeOf(i);
        checkSigner(call, accounts, each.parsed.fact, `${place}.statement`);
        if (each.rewrap !== undefined)
          checkSigner(call, accounts, each.rewrap.fact, `${place}.rewrap`);
        if (each.wrapEpoch < epochToWrapUnder(state)) refuse("stale-head", `${place}.wrapEpoch`);
        await judgeRevision(each.parsed, acceptanceOf(each, tree.size + at), state, accounts);
      }),
    ),
  );
  return [
    { chain: state.space, head: state.head },
    ...[...accounts.values()].map(({ account, head }) => ({ chain: account, head })),
  ];
}

/** Who posts a revision made it; a device that was signed out adds nothing any more. */
function checkSigner(
  { session, now }: Posting,
  accounts: Accounts,
  { by, at }: Pick<RevisionPayload, "by" | "at">,
  place: FieldPath,
): void {
  if (by.account !== session.account) refuse("not-allowed", `${place}.by.account`);
  checkNotAhead(at, now(), `${place}.at`);
  if (accounts.get(by.account)?.devices.get(by.device)?.until !== undefined) {
    refuse("not-allowed", `${place}.by.device`);
  }
}

const KIND_OF = { create: "upload", correct: "correction", delete: "deletion" } as const;

function entryOf(call: Posting, { incoming }: JudgedRevision, index: number): EntryDraft {
  const { fact, hash } = incoming.parsed;
  return {
    subject: fact.space,
    kind: KIND_OF[fact.op],
    actor: { account: fact.by.account, device: fact.by.device },
    about: { item: fact.item, revision: fact.revision, statement: hash, index },
    at: call.now(),
    act: hash,
  };
}

async function readTree(
  sql: Sql,
  space: SpaceId,
): Promise<{ tree: TreeHead; head: SpaceState["head"] }> {
  const [row] = await sql<{ size: number; root: Hash; seq: number; hash: Hash }[]>`
    select tree_size as size, tree_root as root, head_seq as seq, head_hash as hash
    from spaces where space = ${space}`;
  if (row === undefined) return refuse("not-found");
  const { size, root, seq, hash } = row;
  return { tree: { root, size }, head: { hash, seq } };
}

interface ListedRow {
  readonly index: number;
  readonly statement: Statement;
  readonly wrap_epoch: number;
  readonly wrap: Buffer | null;
  readonly rewrap: Statement | null;
  readonly metadata: Buffer | null;
}

/** A page of revisions in the order of acceptance; a page that holds something is an entry. */
async function revisions(call: Call<"revisions">): Promise<RouteAnswer<"revisions">> {
  return await decided(() => list(call));
}

async function list(call: Call<"revisions">): Promise<RouteAnswer<"revisions">> {
  const { sql, journal, params, query, session } = call;
  const [{ state }, { tree, head }] = await Promise.all([
    openSpace(call, params.space),
    readTree(sql, params.space),
  ]);
  if (state.kind !== "record") refuse("not-found");
  // Whoever looks whether anything is new learns in most cases that nothing is.
  const rows = query.from >= tree.size ? [] : await readRows(sql, params.space, query, tree.size);
  if (rows.length > 0) {
    await journal.commit({
      guard: [{ chain: state.space, head: state.head }],
      entries: () => [
        {
          subject: params.space,
          kind: "listing",
          actor: actorOf(session),
          about: { from: query.from, count: rows.length },
          at: call.now(),
        },
      ],
    });
  }
  return {
    revisions: rows.map(listed),
    tree,
    head,
    journal: (await journal.headOf(params.space)) ?? refuse("internal"),
  };
}

async function readRows(
  sql: Sql,
  space: SpaceId,
  { from, limit }: Call<"revisions">["query"],
  size: number,
): Promise<readonly ListedRow[]> {
  return await sql<ListedRow[]>`
    select index, statement, wrap_epoch, wrap, rewrap, metadata from (
      select *, sum(octet_length(statement) + coalesce(octet_length(rewrap), 0)
          + coalesce(octet_length(metadata), 0))
        over (order by index rows between unbounded preceding and 1 preceding) as before
      from revisions
      where space = ${space} and index >= ${from} and index < ${size}
      order by index limit ${limit}
    ) as page
    where coalesce(before, 0) < ${PAGE_BYTES} order by index`;
}

function listed(row: ListedRow): ListedRevision {
  const { index, statement, wrap_epoch: wrapEpoch, wrap, rewrap, metadata } = row;
  return {
    index,
    statement,
    wrapEpoch,
    ...(wrap === null ? {} : { wrap: wrap.toString("base64url") }),
    ...(rewrap === null ? {} : { rewrap }),
    ...(metadata === null ? {} : { metadata: metadata.toString("base64url") }),
  };
}
