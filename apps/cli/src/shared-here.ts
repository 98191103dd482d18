import type { OfflineAccount, OfflineShare } from "@ecrin/client";
import { awayWords } from "./away-words.ts";
import { CommandError } from "./exit.ts";
import type { Invocation } from "./invocation.ts";
import { nameOf } from "./naming.ts";
import { sharedItemLine } from "./shared-item.ts";
import { namesId, shortId } from "./short-id.ts";
import { columns, momentIn, shown } from "./shown.ts";
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
    ...columns(
      share.items.map((item) =>
        sharedItemLine(
          call.words,
          item,
          ++number,
          share.opens(item.fact.revision) ? awayWords(call.words).opens : "",
        ),
      ),
    ),
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
