import {
  type Account,
  ClientError,
  type Given,
  inOneLine,
  type OfflineShare,
  type SharedItem,
  type SharedView,
  selfGiven,
} from "@ecrin/client";
import type { Received, SharedItem as SharedItemView, WrittenBack } from "../wire-received.ts";
import { sharesHere } from "./at-hand.ts";
import { documentOf } from "./document-calls.ts";
import type { Handlers } from "./handlers.ts";
import { likeOne, personOf } from "./people.ts";
import { current } from "./session.ts";

type ReceivedCall = "received" | "openShared" | "keepShared";

/** What others let one see, from the service or as far as this device may keep it. */
export const receivedCalls: Handlers<ReceivedCall> = {
  async received() {
    return await sharesHere(receivedNow, (shares) => ({
      shares: shares.map(keptOf),
      refused: [],
      away: true,
    }));
  },

  async openShared({ share, revision }, progress) {
    return await sharesHere(
      async () => {
        const view = await receivedShare(share);
        return await documentOf(await view.open(itemOf(view, revision).fact.revision), progress);
      },
      async (shares) => {
        const kept = shares.find((each) => each.share === share);
        if (kept === undefined) throw new ClientError("not-kept", "the share is not kept here");
        const opened = await kept.open(itemOf(kept, revision).fact.revision);
        return { ...(await documentOf(opened, progress)), declared: true };
      },
    );
  },

  async keepShared({ share, keep }, progress) {
    const view = await receivedShare(share);
    for (const [done, { fact }] of view.items.entries()) {
      if (keep) await view.pin(fact.revision);
      else await view.unpin(fact.revision);
      progress(done + 1, view.items.length);
    }
    return undefined;
  },
};

async function receivedNow() {
  const account = current();
  const views = await account.sharedWithMe();
  const given = views.length === 0 ? [] : await account.given();
  const shares = await Promise.all(
    views.map(async (view) => ({
      ...receivedOf(view, given),
      ...(await keepingOf(account, view)),
    })),
  );
  const refused = account.sharesRefused.map(({ share, from }) => ({
    share,
    from: personOf(from),
  }));
  return { shares, refused, away: false };
}

/** What this device keeps of a share whose maker gave the right. */
async function keepingOf(account: Account, view: SharedView): Promise<Pick<Received, "keeping">> {
  if (!view.offline) return {};
  if (!(await account.keeping.isAllowed())) return { keeping: "not-here" };
  const kept = await account.keeping.contents.of(view.share);
  const all = view.items.every(({ fact }) => fact.held !== "server" || kept.has(fact.revision));
  return { keeping: all ? "all" : "some" };
}

async function receivedShare(share: string): Promise<SharedView> {
  const found = (await current().sharedWithMe()).find((view) => view.share === share);
  if (found === undefined) throw new ClientError("closed", "the share has ended");
  return found;
}

/** One document of a share, as the service or as this device has it. */
function itemOf(
  { items }: Pick<SharedView | OfflineShare, "items">,
  revision: string,
): Pick<SharedItem, "fact" | "metadata"> {
  const item = items.find((each) => each.fact.revision === revision);
  if (item === undefined) throw new ClientError("not-found", "is not in the share");
  return item;
}

/** A share as a page shows it to the account that received it. */
export function receivedOf(
  view: SharedView,
  given: readonly Given[],
  by: Account = current(),
): Received {
  return {
    share: view.share,
    ...aboutOf(view, by),
    until: view.view.state.share?.until ?? 0,
    ended: view.ended,
    items: view.items.map(itemView),
    answers: given.filter(({ space }) => space === view.share).map(writtenBack),
  };
}

function writtenBack({ deposit, at, accepted }: Given): WrittenBack {
  return { deposit, at, accepted };
}

/** The same as this device keeps it. */
function keptOf(share: OfflineShare): Received {
  const all = share.items.every(({ fact }) => share.opens(fact.revision));
  return {
    share: share.share,
    ...aboutOf(share),
    until: share.until,
    ended: false,
    keeping: all ? "all" : "some",
    items: share.items.map((item) => ({
      ...itemView(item),
      opens: share.opens(item.fact.revision),
    })),
    answers: [],
  };
}

/** Who made it, and what they say of themselves and of it, in lines that say nothing else. */
function aboutOf({ about, maker }: SharedView | OfflineShare, by?: Account) {
  const from = personOf(maker.account, by);
  const signedAs = selfGiven(about.from);
  return { from, signedAs, ...likeOne(signedAs, from, by), note: inOneLine(about.note) };
}

function itemView({ fact, metadata }: Pick<SharedItem, "fact" | "metadata">): SharedItemView {
  const { title, type, mediaType, size } = metadata;
  const date = metadata.date ?? new Date(fact.at).toISOString();
  return { revision: fact.revision, title: inOneLine(title), type, mediaType, size, date };
}
