import {
  type FieldPath,
  type Head,
  isPast,
  parseSpaceStatement,
  type RouteAnswer,
  type SpaceId,
  type SpacePayload,
  type SpaceState,
  type SpaceStatement,
  type Statement,
  type Wrap,
} from "@ecrin/protocol";
import { openSpace } from "./access.ts";
import { bytesOf } from "./base64url.ts";
import { actorOf, type Call, type Handlers } from "./call.ts";
import { atOnce } from "./database.ts";
import { decided } from "./guard.ts";
import { checkLinkSet, readHeaders, readLinkSet, storeShare } from "./link-set.ts";
import { readLinks } from "./links.ts";
import { refuse, within } from "./problem.ts";
import { entriesOf } from "./space-entries.ts";
import { isInChain, type Judged, judgeStatement, writeStatement } from "./space-statement.ts";

/** Shares: making, reading and ending them (spec/share.md). */
export const shareHandlers: Handlers<"shareCreate" | "share" | "shareMetadata" | "shareEnd"> = {
  shareCreate,
  share,
  shareMetadata,
  shareEnd,
};

/** Of all that a share links together; what people call their documents is a hundredth of it. */
const MOST_METADATA = 32 << 20;

type ShareFact = SpacePayload & { readonly op: "share" };

/** Adds the statement to the source's chain and begins the share, both or neither. */
async function shareCreate(call: Call<"shareCreate">): Promise<RouteAnswer<"shareCreate">> {
  const { sql, spaces, journal, body, session } = call;
  const source = await within("body.source", () => parseSpaceStatement(body.source));
  const begin = await within("body.share", () => parseSpaceStatement(body.share));
  const fact = checkPair(source, begin);
  if (isPast(fact, call.now())) refuse("statement-refused", "body.source.until");
  const about = bytesOf(body.about, "body.about");
  const answer = { source: headOf(source), share: headOf(begin) };
  return await decided(async () => {
    const [before, there] = await Promise.all([
      spaces.state(sql, fact.space),
      spaces.state(sql, fact.share),
    ]);
    if (isInChain(before, source) && fact.by.account === session.account) return answer;
    if (before === undefined) return refuse("not-found");
    if (there !== undefined) refuse("conflict", "body.share.space");
    // What a set links of a space is asked for on behalf of those who may link it, and no others.
    const inSource = await judgeStatement(call, before, source, NO_WRAPS, "body.source");
    const [inShare, links] = await Promise.all([
      judgeStatement(call, undefined, begin, body.wraps, "body.share"),
      checkLinkSet(call, fact, body.links),
    ]);
    await journal.commit({
      guard: [...inSource.guard, ...inShare.guard],
      effect: (tx) =>
        atOnce([
          writeStatement(tx, inSource),
          writeStatement(tx, inShare),
          storeShare(tx, { ...fact, about }, links),
        ]),
      entries: () => entriesOf(inSource, session, call.now()),
    });
    spaces.remember(inSource.after);
    spaces.remember(inShare.after);
    return answer;
  });
}

/** The two statements of a share say the same. */
function checkPair(source: SpaceStatement, begin: SpaceStatement): ShareFact {
  const { fact } = source;
  const first = begin.fact;
  if (fact.op !== "share") return refuse("statement-refused", "body.source.op");
  if (first.op !== "begin" || first.kind !== "share") {
    return refuse("statement-refused", "body.share.op");
  }
  const same =
    fact.share === first.space &&
    fact.begin === begin.hash &&
    fact.space === first.source.space &&
    fact.until === first.until &&
    fact.links.root === first.links.root &&
    fact.links.count === first.links.count &&
    fact.by.account === first.by.account &&
    first.members.some(
      ({ account, role, offline }) =>
        account === fact.recipient && role === "reader" && offline === (fact.offline ?? false),
    );
  return same ? fact : refuse("statement-refused", "body.share");
}

function headOf({ hash, fact }: SpaceStatement): Head {
  return { hash, seq: fact.seq };
}

async function share(call: Call<"share">): Promise<RouteAnswer<"share">> {
  const { sql, params } = call;
  const { ended } = await openShare(call, params.share);
  const [row] = await sql<{ about: Buffer }[]>`
    select about from shares where share = ${params.share}`;
  const statements = await sql<{ statement: Statement }[]>`
    select statement from space_statements where space = ${params.share} order by seq`;
  const set = await readLinkSet(sql, params.share);
  return {
    statements: statements.map((each) => each.statement),
    links: set ?? (await readLinks(sql, params.share)),
    headers: set === undefined ? [] : await readHeaders(sql, params.share),
    about: row?.about.toString("base64url") ?? refuse("internal"),
    ended,
  };
}

/** The names of what is shared: a listing, told in the journal of the space they come from. */
async function shareMetadata(call: Call<"shareMetadata">): Promise<RouteAnswer<"shareMetadata">> {
  const { sql, journal, params, session } = call;
  return await decided(async () => {
    const { state, source, ended } = await openShare(call, params.share);
    if (ended) refuse("closed");
    const rows = await sql<{ metadata: Buffer }[]>`
      select metadata from (
        select r.metadata, l.i, sum(octet_length(r.metadata)) over () as weight from shares s
        cross join unnest(s.revisions) with ordinality as l (revision, i)
        join revisions r on r.space = s.source and r.revision = l.revision
        where s.share = ${params.share}
      ) as linked
      where weight <= ${MOST_METADATA} order by i`;
    if (rows.length === 0) refuse("too-large");
    await journal.commit({
      guard: [state, source].map(({ space, head }) => ({ chain: space, head })),
      entries: () => [
        {
          subject: source.space,
          kind: "listing",
          actor: actorOf(session),
          about: { from: 0, count: rows.length, via: params.share },
          at: call.now(),
        },
      ],
    });
    return { metadata: rows.map(({ metadata }) => metadata.toString("base64url")) };
  });
}

async function openShare(
  call: Call<"share"> | Call<"shareMetadata">,
  id: SpaceId,
): Promise<{ state: SpaceState; source: SpaceState; ended: boolean }> {
  const { state, source, ended } = await openSpace(call, id);
  return source === undefined ? refuse("not-found") : { state, source, ended };
}

/** Ends a share in its source and, by its maker, in itself; what is done already is left as it is. */
async function shareEnd(call: Call<"shareEnd">): Promise<RouteAnswer<"shareEnd">> {
  const { sql, spaces, journal, params, body, session } = call;
  const unshare = await within("body.unshare", () => parseSpaceStatement(body.unshare));
  const close = await within("body.close", () =>
    body.close === undefined ? undefined : parseSpaceStatement(body.close),
  );
  return await decided(async () => {
    const shared = await spaces.state(sql, params.share);
    const from = shared?.share?.source;
    const source = from === undefined ? undefined : await spaces.state(sql, from);
    if (shared === undefined || source === undefined || !source.members.has(session.account)) {
      return refuse("not-found");
    }
    checkEnding(unshare, close, source.space, params.share);
    const judged = [
      await judgeUnless(call, source, unshare, "body.unshare"),
      ...(close === undefined ? [] : [await judgeUnless(call, shared, close, "body.close")]),
    ].flatMap((each) => each ?? []);
    if (judged.length > 0) {
      await journal.commit({
        guard: judged.flatMap((each) => each.guard),
        effect: (tx) => atOnce(judged.map((each) => writeStatement(tx, each))),
        entries: () => judged.flatMap((each) => entriesOf(each, session, call.now())),
      });
      for (const { after } of judged) spaces.remember(after);
    }
    return {
      source: headOf(unshare),
      ...(close === undefined ? {} : { share: headOf(close) }),
    };
  });
}

function checkEnding(
  { fact: unshare }: SpaceStatement,
  close: SpaceStatement | undefined,
  source: SpaceId,
  id: SpaceId,
): void {
  if (unshare.op !== "unshare" || unshare.share !== id || unshare.space !== source) {
    refuse("statement-refused", "body.unshare");
  }
  if (close !== undefined && (close.fact.op !== "close" || close.fact.space !== id)) {
    refuse("statement-refused", "body.close");
  }
}

const NO_WRAPS: readonly Wrap[] = [];

/** Judges a statement that its chain does not hold yet. */
async function judgeUnless(
  call: Call<"shareEnd">,
  before: SpaceState,
  parsed: SpaceStatement,
  place: FieldPath,
): Promise<Judged | undefined> {
  return isInChain(before, parsed)
    ? undefined
    : await judgeStatement(call, before, parsed, NO_WRAPS, place);
}
