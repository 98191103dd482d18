import type { OfflineAccount, OfflineShare } from "@ecrin/client";
import { awayWords } from "./away-words.ts";
import { CommandError } from "./exit.ts";
import type { Invocation } from "./invocation.ts";
import { nameOf } from "./naming.ts";
import { namesId, shortId } from "./short-id.ts";
import { columns, dayOf, momentIn, shown, sizeIn, typeIn } from "./shown.ts";
import { tellWaiting } from "./standing.ts";

/** What others share, as far as this device may keep it (spec/offline.md, What others share). */
export async function sharedHere(
  call: Invocation,
  here: OfflineAccount,
  only: string | undefined,
): Promise<void> {
  const { words } = call;
  const kept = (await here.sharedWithMe()).filter(
    ({ share }) => only === undefined || namesId(only, share),
  );
  if (only !== undefined && kept.length === 0) throw new CommandError("share-unknown", only);
  const items = kept.flatMap((share) => share.items.map(({ fact }) => ({ share, fact })));
  await call.home.keepList(
    items.map(({ share, fact: { space, item, revision } }) => {
      return { space, item, revision, share: share.share };
    }),
  );
  let number = 0;
  const lines = kept.flatMap((share) => [
    shareLine(call, here, share),
    ...(share.about.note === "" ? [] : [`  ${shown(share.about.note)}`]),
    ...columns(share.items.map((item) => itemLine(call, share, item, ++number))),
  ]);
  await call.result(
    { shared: kept.map(shareJson), refused: [], offers: [] },
    lines.length === 0 ? [words.said.nothing] : lines,
  );
  await tellWaiting(call, here);
}

function shareLine({ words }: Invocation, here: OfflineAccount, share: OfflineShare): string {
  const from = words.table.from(nameOf(here, share.maker.account, words));
  return `${shortId(share.share)}  ${from}, ${words.table.until(momentIn(words, share.until))}`;
}

function itemLine(
  { words }: Invocation,
  share: OfflineShare,
  { metadata, fact }: OfflineShare["items"][number],
  number: number,
): string[] {
  return [
    `${number}`.padStart(3),
    shortId(fact.item),
    dayOf(metadata, fact.at),
    typeIn(words, metadata),
    shown(metadata.title),
    [
      metadata.size > 0 ? sizeIn(words, metadata.size) : "",
      share.opens(fact.revision) ? awayWords(words).opens : "",
    ]
      .filter((note) => note !== "")
      .join(", "),
  ];
}

function shareJson(share: OfflineShare) {
  const items = share.items.map(({ metadata, fact }) => {
    const { title, type, mediaType, size } = metadata;
    const { item, revision, at } = fact;
    return { item, revision, title, type, mediaType, size, at, opens: share.opens(revision) };
  });
  const { maker, about, until, seenAt } = share;
  const { from: name, note } = about;
  return {
    share: share.share,
    from: maker.account,
    name,
    note,
    until,
    offline: true,
    seenAt,
    items,
  };
}
