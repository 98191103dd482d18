import { hash } from "node:crypto";
import {
  currentEpoch,
  fromBase64url,
  type Hash,
  type RouteAnswer,
  SERVER,
  type SpaceState,
  sameRecipients,
  type Wrap,
  type WrapLeaf,
  type WrapRecipient,
  wrapsOfEpoch,
  wrapsOfMember,
  wrapsRoot,
} from "@ecrin/protocol";
import { openSpace } from "./access.ts";
import type { Call, Handlers } from "./call.ts";
import { byteaArray, type Tx, textArray } from "./database.ts";
import { refuse } from "./problem.ts";
import type { ReleaseKeys } from "./release.ts";

/** A wrap as it is kept. */
export interface CheckedWrap extends WrapLeaf {
  readonly bytes: Buffer;
}

/** Wraps that a statement commits to, checked against it. */
export interface CheckedWraps {
  readonly epoch: number;
  /** `seq` of the statement. */
  readonly seq: number;
  readonly list: readonly CheckedWrap[];
}

/**
 * Checks the wraps that came with the statement that led to `state`: for exactly
 * those who hold the keys, under the root it commits to, and the server's own
 * opens to the release key it commits to (spec/space.md, An epoch).
 * @throws ServerError `wraps-differ`
 */
export async function checkWraps(
  releases: ReleaseKeys,
  state: SpaceState,
  op: string,
  wraps: readonly Wrap[],
): Promise<CheckedWraps> {
  const { epoch } = currentEpoch(state);
  const list = wraps.map(toChecked);
  const { expected, root } = committed(releases, state, op);
  if (!sameRecipients(list, expected)) refuse("wraps-differ", "body.wraps");
  if (root !== undefined && wrapsRoot(state.space, epoch.n, list) !== root) {
    refuse("wraps-differ", "body.wraps");
  }
  const own = list.find((wrap) => wrap.recipient === SERVER);
  if (own !== undefined) await releases.check(state.space, epoch, own.bytes);
  return { epoch: epoch.n, seq: state.head.seq, list };
}

/** Who the newest statement of a state must bring wraps for, and the root it names. */
function committed(
  releases: ReleaseKeys,
  state: SpaceState,
  op: string,
): { expected: readonly WrapRecipient[]; root?: Hash } {
  if (op === "begin" || op === "epoch") {
    const expected = wrapsOfEpoch(state.members.values(), releases.serverKey);
    return { expected, root: currentEpoch(state).epoch.wraps };
  }
  const addition = op === "add" ? state.additions.at(-1) : undefined;
  if (addition === undefined) return { expected: [] };
  return { expected: wrapsOfMember(addition.member), root: addition.wraps };
}

function toChecked({ secret, recipient, identity, wrap }: Wrap): CheckedWrap {
  const bytes = Buffer.from(fromBase64url(wrap, "body.wraps"));
  const of = hash("sha256", bytes, "base64url") as Hash;
  return { secret, recipient, identity, hash: of, bytes };
}

/** Keeps the wraps of a statement. */
export async function storeWraps(
  tx: Tx,
  space: string,
  { epoch, seq, list }: CheckedWraps,
): Promise<void> {
  if (list.length === 0) return;
  const texts = (of: (wrap: CheckedWrap) => string) => textArray(list.map(of));
  await tx`
    insert into space_wraps (space, epoch, seq, secret, recipient, identity, hash, wrap)
    select ${space}, ${epoch}::bigint, ${seq}::bigint, * from unnest(
      ${texts((wrap) => wrap.secret)}::text[],
      ${texts((wrap) => wrap.recipient)}::text[],
      ${texts((wrap) => wrap.identity)}::text[],
      ${texts((wrap) => wrap.hash)}::text[],
      ${byteaArray(list.map((wrap) => wrap.bytes))}::bytea[])`;
}

interface WrapRow extends WrapLeaf {
  readonly seq: number;
  readonly wrap: Buffer | null;
}

/** Who the keys of an epoch are wrapped for, and the wraps of whoever asks. */
export const wrapHandlers: Handlers<"wraps"> = { wraps };

async function wraps(call: Call<"wraps">): Promise<RouteAnswer<"wraps">> {
  const { sql, params, query, session } = call;
  const { state } = await openSpace(call, params.space);
  const life = state.epochs[query.epoch - 1] ?? refuse("not-found", "query.epoch");
  const rows = await sql<WrapRow[]>`
    select seq, secret, recipient, identity, hash,
      case when recipient = ${session.account} then wrap end as wrap
    from space_wraps where space = ${params.space} and epoch = ${query.epoch}
    order by seq, secret, recipient`;
  const bySeq = Map.groupBy(rows, (row) => row.seq);
  const additions = [...bySeq.keys()].filter((seq) => seq !== life.since);
  return {
    list: (bySeq.get(life.since) ?? []).map(leafOf),
    additions: additions.map((seq) => ({ seq, list: (bySeq.get(seq) ?? []).map(leafOf) })),
    mine: newestOfEach(rows),
  };
}

function leafOf({ secret, recipient, identity, hash: of }: WrapRow): WrapLeaf {
  return { secret, recipient, identity, hash: of };
}

/** The last wrap of each secret for whoever asks: an addition may have wrapped it again. */
function newestOfEach(rows: readonly WrapRow[]): Wrap[] {
  const newest = new Map<string, Wrap>();
  for (const { secret, recipient, identity, wrap } of rows) {
    if (wrap === null) continue;
    newest.set(secret, { secret, recipient, identity, wrap: wrap.toString("base64url") });
  }
  return [...newest.values()];
}
