import type { Account, Offer } from "@ecrin/client";
import type { Invocation } from "./invocation.ts";
import { nameOf } from "./naming.ts";
import { oneNamed, shortId } from "./short-id.ts";
import { momentIn, shown } from "./shown.ts";
import type { Words } from "./words.ts";

/** What somebody who is no contact offers: accepted or declined by `shared --accept` and `--decline`. */
export async function offered(account: Account, words: Words) {
  const { offers, more } = await account.offers();
  const lines = offers.flatMap((offer) => [
    offerLine(offer, words),
    ...(offer.isNot === undefined
      ? []
      : [`  ${words.said.offerIsNot(nameOf(account, offer.isNot, words))}`]),
    ...(offer.note === "" ? [] : [`  ${shown(offer.note)}`]),
  ]);
  if (more > 0) lines.push(words.said.offersMore(more));
  return { offers, lines: lines.length === 0 ? [] : [words.said.offered, ...lines] };
}

/** Accepts an offer that was listed, or declines it. @throws CommandError `share-unknown` */
export async function decide(
  call: Invocation,
  text: string,
  decision: "accept" | "decline",
): Promise<void> {
  const { words } = call;
  await call.unlocked(async (account) => {
    const { offers } = await account.offers();
    const offer = oneNamed(offers, text, ({ space }) => space, "share-unknown");
    await account[decision](offer.space);
    await call.result({ [decision]: offer.space }, [
      words.said[decision === "accept" ? "offerAccepted" : "offerDeclined"],
    ]);
  });
}

/** The name is what they call themselves, said to be so, and ends where they have ended it. */
function offerLine({ space, kind, from, name, count, until }: Offer, words: Words): string {
  const who = `${name === "" ? shortId(from) : words.quoted(shown(name))} (${words.verified.none})`;
  const what = kind === "share" ? words.said.documents(count) : words.said.aRecord;
  const end = until === undefined ? "" : `, ${words.table.until(momentIn(words, until))}`;
  return `${shortId(space)}  ${words.table.from(who)}, ${what}${end}`;
}
