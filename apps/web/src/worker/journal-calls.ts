import {
  type Act,
  type Anchoring,
  type HealthRecord,
  inOneLine,
  type JournalLine,
  lineCheck,
} from "@ecrin/client";
import type { JournalRow } from "../wire.ts";
import type { AnchoringTold } from "../wire-export.ts";
import type { Handlers } from "./handlers.ts";
import { actsOf, gaveLines } from "./last-lines.ts";
import { personOf } from "./people.ts";
import { current, ownRecord } from "./session.ts";

/** The journals of the record and of the account, as one, newest first. */
export const journalCalls: Handlers<"journal" | "acts" | "anchors"> = {
  async journal() {
    const record = await ownRecord();
    await record.sync();
    const account = current();
    const lines = await account.journals([record.space, account.id]);
    for (const [subject, own] of lines) gaveLines(subject, own.at(-1)?.n);
    const rows = (of: JournalRow["of"], own: readonly JournalLine[] = []) =>
      own.map((line) => rowOf(record, line, of));
    return [
      ...rows("record", lines.get(record.space)),
      ...rows("account", lines.get(account.id)),
    ].sort((a, b) => b.at - a.at || b.index - a.index);
  },

  async acts() {
    const account = current();
    const acts = await account.acts();
    gaveLines(actsOf(account.id), acts.at(-1)?.index);
    const known = await othersKnown();
    return acts.map((act) => actRow(act, known)).reverse();
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

/** What this account may still see of others' records: whose they are, and what is called how. */
interface Others {
  readonly owners: ReadonlyMap<string, string>;
  readonly titles: ReadonlyMap<string, string>;
}

async function othersKnown(): Promise<Others> {
  const account = current();
  const owners = new Map<string, string>();
  const titles = new Map<string, string>();
  for (const { view, maker, items } of await account.sharedWithMe()) {
    const source = view.state.share?.source;
    if (source !== undefined) owners.set(source, maker.account);
    for (const { fact, metadata } of items) titles.set(fact.revision, inOneLine(metadata.title));
  }
  const own = await ownRecord();
  for (const record of await account.records()) {
    if (record.space === own.space) continue;
    await record.sync();
    for (const { account: owner, role } of record.view.state.members.values())
      if (role === "owner") owners.set(record.space, owner);
    for (const [revision, { opened }] of record.listing.revisions)
      if (opened !== undefined) titles.set(revision, inOneLine(opened.metadata.title));
  }
  return { owners, titles };
}

function actRow(act: Act, { owners, titles }: Others): JournalRow {
  const { index, at, kind, actor, about, statement, place, subject } = act;
  const revisions =
    about.revisions?.map(({ revision }) => revision) ??
    (about.revision === undefined ? [] : [about.revision]);
  return {
    id: `other ${index}`,
    n: index,
    index,
    at,
    kind,
    who: personOf(actor.account),
    ...(about.account === undefined ? {} : { whom: personOf(about.account) }),
    whose: personOf(owners.get(subject)),
    titles: revisions.map((each) => titles.get(each)).filter((each) => each !== undefined),
    count: about.count ?? revisions.length,
    ...(about.until === undefined ? {} : { until: about.until }),
    proof: statement,
    tag: "",
    tagCheck: "undisclosed",
    inLog: place === "in-log",
    anchoring: { state: "none", stamps: [], blocks: [] },
    of: "other",
  };
}

function rowOf(record: HealthRecord, line: JournalLine, of: JournalRow["of"]): JournalRow {
  const { n, index, at, kind, actor, about } = line;
  const revisions =
    about.revisions?.map(({ revision }) => revision) ??
    (about.revision === undefined ? [] : [about.revision]);
  const titles = revisions
    .map((revision) => record.listing.revisions.get(revision)?.opened?.metadata.title)
    .filter((title) => title !== undefined)
    .map(inOneLine);
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
    proof: lineCheck(line, record.listing),
    tag: line.tag,
    tagCheck: line.tagCheck,
    inLog: line.place === "in-log",
    anchoring: anchoringTold(line.anchoring),
    of,
    ...(about.declared === undefined ? {} : { declared: about.declared }),
    ...(about.offline === undefined ? {} : { offline: about.offline }),
  };
}
