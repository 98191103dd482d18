import type { Anchoring, HealthRecord, JournalLine } from "@ecrin/client";
import type { JournalRow } from "../wire.ts";
import type { AnchoringTold } from "../wire-export.ts";
import type { Handlers } from "./handlers.ts";
import { personOf } from "./people.ts";
import { current, ownRecord } from "./session.ts";

/** The journals of the record and of the account, as one, newest first. */
export const journalCalls: Handlers<"journal" | "anchors"> = {
  async journal() {
    const record = await ownRecord();
    await record.sync();
    const [ofRecord, ofAccount] = [await record.journal(), await current().journal()];
    return [
      ...ofRecord.map((line) => rowOf(record, line, "record")),
      ...ofAccount.map((line) => rowOf(record, line, "account")),
    ].sort((a, b) => b.at - a.at || b.index - a.index);
  },

  async anchors() {
    const { configured, demonstration } = await current().anchors();
    return { configured, demonstration };
  },
};

function anchoringTold({ state, by }: Anchoring): AnchoringTold {
  return {
    state,
    stamps: by
      .filter((anchor) => anchor.state === "stamped")
      .map(({ authority = "", at = 0 }) => ({ authority, at })),
    blocks: by.flatMap((anchor) =>
      anchor.state === "confirmed" && anchor.height !== undefined ? [anchor.height] : [],
    ),
  };
}

function rowOf(record: HealthRecord, line: JournalLine, of: JournalRow["of"]): JournalRow {
  const { n, index, at, kind, actor, about } = line;
  const revisions =
    about.revisions?.map(({ revision }) => revision) ??
    (about.revision === undefined ? [] : [about.revision]);
  const titles = revisions
    .map((revision) => record.listing.revisions.get(revision)?.opened?.metadata.title)
    .filter((title) => title !== undefined);
  const share = about.share === undefined ? undefined : record.view.state.shares.get(about.share);
  const whom = about.account ?? share?.recipient;
  const until = about.until ?? share?.until;
  return {
    id: `${of} ${n}`,
    n,
    index,
    at,
    kind,
    who: personOf(actor.account),
    ...(whom === undefined ? {} : { whom: personOf(whom) }),
    titles,
    count: about.count ?? revisions.length,
    ...(about.code === undefined ? {} : { code: about.code }),
    ...(until === undefined ? {} : { until }),
    proof: line.statement,
    tag: line.tag,
    tagChecked: line.tagCheck === "checked",
    inLog: line.place === "in-log",
    anchoring: anchoringTold(line.anchoring),
    of,
  };
}
