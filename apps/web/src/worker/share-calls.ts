import {
  ClientError,
  type HealthRecord,
  inOneLine,
  type Offer,
  type OfflineRecord,
} from "@ecrin/client";
import type { Access, MemberRow } from "../wire.ts";
import type { OfferRow } from "../wire-received.ts";
import { reachedOr, recordHere, send } from "./at-hand.ts";
import { revisionOf } from "./document-calls.ts";
import type { Handlers } from "./handlers.ts";
import { personOf } from "./people.ts";
import { current, ownRecord } from "./session.ts";

type ShareCall = "share" | "access" | "endShare" | "endMember" | "offers" | "decideOffer";

/** Letting others see, taking it back, and what others offer. */
export const shareCalls: Handlers<ShareCall> = {
  async share({ items, to, until, note, offline }) {
    const record = await ownRecord();
    const contact = current()
      .contacts()
      .list()
      .find((each) => each.account === to);
    if (contact === undefined) {
      throw new ClientError("contact-not-verified", "the account is not a contact");
    }
    const revisions = await Promise.all(items.map((id) => revisionOf(record, id)));
    await record.share({
      with: contact.account,
      items: revisions,
      until,
      offline,
      ...(note === "" ? {} : { note }),
    });
    return undefined;
  },

  async access() {
    return await reachedOr(accessNow, accessKept);
  },

  async endShare({ share }) {
    const kept = await recordHere();
    const known = (await kept?.shares())?.find((each) => each.share === share);
    if (kept !== undefined && known !== undefined) {
      await kept.endShare(known.share);
      await send();
      return undefined;
    }
    const record = await ownRecord();
    const found = (await record.shares()).find((each) => each.share === share);
    if (found === undefined) throw new ClientError("not-found", "is not a share of this record");
    await record.endShare(found.share);
    return undefined;
  },

  async endMember({ account }) {
    const kept = await recordHere();
    const known = (await kept?.members())?.find((each) => each.account === account);
    if (kept !== undefined && known !== undefined) {
      await kept.endMember(known.account);
      await send();
      return undefined;
    }
    const record = await ownRecord();
    const found = (await record.members()).find((each) => each.account === account);
    if (found === undefined) throw new ClientError("not-found", "is not a member");
    await record.endMember(found.account);
    return undefined;
  },

  async offers() {
    const { offers, more } = await current().offers();
    return { offers: offers.map(offerOf), more };
  },

  async decideOffer({ space, accept }) {
    const { offers } = await current().offers();
    const offer = offers.find((each) => each.space === space);
    if (offer === undefined) throw new ClientError("not-found", "is not offered any more");
    await (accept ? current().accept(offer.space) : current().decline(offer.space));
    return undefined;
  },
};

function offerOf({ space, kind, from, name, isNot, until }: Offer): OfferRow {
  return {
    space,
    kind,
    from: personOf(from),
    signedAs: inQuotes(name),
    ...(isNot === undefined ? {} : { isNot: personOf(isNot) }),
    ...(until === undefined ? {} : { until }),
  };
}

/** As it stands in quotation marks, which only we close. */
function inQuotes(name: string): string {
  return name.replace(/["“”«»]/g, "'");
}

/** Who can see what, as the service has it now. */
async function accessNow() {
  const record = await ownRecord();
  const members = await record.members();
  // As they stood in that same answer.
  const lives = [...record.view.state.shares.values()];
  const shares: Access[] = [];
  for (const life of lives.toReversed()) {
    const isOver = life.ended !== undefined || life.until <= Date.now();
    const view = isOver ? undefined : await current().share(life.share);
    shares.push({
      share: life.share,
      to: personOf(life.recipient),
      until: life.until,
      count: life.links.count,
      titles: view?.items.map(({ metadata }) => inOneLine(metadata.title)) ?? [],
      ended: view === undefined,
      offline: life.offline,
    });
  }
  return { shares, members: members.map(memberRow), away: false };
}

/** The shares that were open when this device last looked. */
async function accessKept(record: OfflineRecord) {
  const shares = (await record.shares()).toReversed().map(
    (life): Access => ({
      share: life.share,
      to: personOf(life.recipient),
      until: life.until,
      count: life.links.count,
      titles: [],
      ended: false,
      offline: life.offline,
      ...(life.ends ? { ends: true } : {}),
    }),
  );
  return { shares, members: (await record.members()).map(memberRow), away: true };
}

type MemberThere = Awaited<ReturnType<HealthRecord["members"]>>[number];

function memberRow({
  account,
  role,
  until,
  ends,
}: MemberThere & { readonly ends?: boolean }): MemberRow {
  return {
    who: personOf(account),
    role,
    ...(until === undefined ? {} : { until }),
    ...(ends === true ? { ends } : {}),
  };
}
