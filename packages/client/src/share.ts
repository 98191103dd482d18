import { sealBox } from "@ecrin/crypto";
import {
  type AccountId,
  aboutContext,
  canonicalJson,
  type ItemId,
  type Member,
  newId,
  parseSpaceStatement,
  type RevisionId,
  type SpaceId,
  type Statement,
  toBase64url,
  utf8,
} from "@ecrin/protocol";
import { makeEpoch } from "./epoch-keys.ts";
import { ClientError } from "./errors.ts";
import { makeLinkSet } from "./link-set.ts";
import type { OpenableRevision } from "./listing.ts";
import { memberFor, plain, plainEpoch } from "./membership.ts";
import { SpaceView } from "./space-view.ts";
import type { Unlocked } from "./unlocked.ts";

/** What somebody asks for when they share. */
export interface NewShare {
  readonly with: AccountId;
  readonly items: readonly (ItemId | RevisionId)[];
  /** Milliseconds since 1970. */
  readonly until: number;
  readonly note?: string;
  /** The recipient may open without asking, until the end (spec/share.md, The offline right). */
  readonly offline?: boolean;
}

/** Maker and recipient of a share, at the identities their chains hold now. */
export async function shareMembers(
  u: Unlocked,
  ask: Pick<NewShare, "with" | "until" | "offline">,
): Promise<readonly [maker: Member, recipient: Member]> {
  if (ask.until <= u.now())
    throw new ClientError("refused", "the end of a share lies in the future");
  return await Promise.all([
    memberFor(u, u.account, { role: "owner", offline: true }),
    memberFor(u, ask.with, {
      role: "reader",
      until: ask.until,
      ...(ask.offline === true ? { offline: true } : {}),
    }),
  ]);
}

/** Makes a share of revisions, fixed from here on, with its statement in the source's chain. */
export async function createShare(
  u: Unlocked,
  source: SpaceView,
  revisions: readonly OpenableRevision[],
  ask: Omit<NewShare, "items">,
  [maker, recipient]: readonly [maker: Member, recipient: Member],
): Promise<SpaceId> {
  const share = newId<"space">();
  const keys = await sealingKeys(u, [u.account, ask.with]);
  const keyOf = (account: AccountId) => keys.get(account) ?? notThere();
  const made = await makeEpoch(share, 1, [maker, recipient], keyOf, u.server.releaseKey);
  const { set, linked } = await makeLinkSet(u, share, source, revisions, made.secrets);
  const begin = await u.sign("space", {
    space: share,
    seq: 0,
    op: "begin",
    kind: "share",
    members: [plain(maker), plain(recipient)],
    epoch: plainEpoch(made.epoch),
    source: { space: source.space },
    until: ask.until,
    links: linked,
  });
  const statement = await source.sign({
    op: "share",
    share,
    recipient: ask.with,
    until: ask.until,
    links: linked,
    begin: parseSpaceStatement(begin).hash,
    ...(recipient.offline ? { offline: true } : {}),
  });
  const about = utf8(canonicalJson({ from: u.keyring.name(), note: ask.note ?? "" }));
  const sealedAbout = toBase64url(
    await sealBox(made.secrets.space, "about", aboutContext(share), about),
  );
  await u.http.call("shareCreate", {
    body: {
      source: statement,
      share: begin,
      wraps: [...made.wraps],
      links: set,
      about: sealedAbout,
    },
  });
  await source.follow([statement]);
  u.keyring.see(source.space, source.head);
  return share;
}

/** Ends a share: a statement in the source, and by its maker one in the share. */
export async function endShare(u: Unlocked, source: SpaceView, share: SpaceId): Promise<void> {
  const life = source.state.shares.get(share) ?? notThere();
  if (life.ended !== undefined) return;
  const unshare = await source.sign({ op: "unshare", share });
  const close = life.maker === u.account ? await closing(u, share) : undefined;
  await u.http.call("shareEnd", {
    params: { share },
    body: { unshare, ...(close === undefined ? {} : { close }) },
  });
  await source.follow([unshare]);
  u.keyring.see(source.space, source.head);
}

async function closing(u: Unlocked, share: SpaceId): Promise<Statement | undefined> {
  const view = new SpaceView(u, share);
  await view.refresh();
  return view.state.closed ? undefined : await view.sign({ op: "close" });
}

async function sealingKeys(u: Unlocked, accounts: readonly AccountId[]) {
  const chains = await u.accounts.getAll(accounts);
  return new Map(
    [...chains].map(([id, chain]) => [id, chain.identities.at(-1)?.identity.seal ?? notThere()]),
  );
}

function notThere(): never {
  throw new ClientError("not-found", "is not in the record");
}
