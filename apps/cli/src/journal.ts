import {
  type Account,
  type Act,
  type Anchoring,
  type HealthRecord,
  type JournalLine,
  type LogAnchors,
  lineCheck,
} from "@ecrin/client";
import type { AccountId, EntryAbout, ItemId } from "@ecrin/protocol";
import { ENTRY_KINDS, type EntryKind } from "@ecrin/protocol";
import { type Command, InvalidArgumentError, Option } from "commander";
import { followed } from "./follow.ts";
import { Invocation } from "./invocation.ts";
import { defineJournalExport } from "./journal-export.ts";
import { contactNamed, nameOf, placeNamed, recordNamed } from "./naming.ts";
import { columns, momentIn, shown, titleIn, wordIn } from "./shown.ts";
import { parseSince } from "./when.ts";
import type { Words } from "./words.ts";

interface JournalOptions {
  readonly record?: string;
  readonly account?: boolean;
  readonly kind?: EntryKind;
  readonly by?: string;
  readonly item?: string;
  readonly since?: number;
  readonly until?: number;
  readonly limit?: number;
  readonly follow?: boolean;
  readonly mine?: boolean;
}

export function defineJournal(program: Command, words: Words): void {
  const { help } = words;
  const command = program
    .command("journal")
    .description(help.journal)
    .option("--record <owner>", help.options.record)
    .option("--account", help.options.account)
    .addOption(new Option("--kind <kind>", help.options.kind).choices([...ENTRY_KINDS]))
    .option("--by <contact>", help.options.by)
    .option("--item <item>", help.options.item)
    .option("--since <date>", help.options.since, dayGiven)
    .option("--until <date>", help.options.untilDay, dayGiven)
    .option("--limit <number>", help.options.limit, countGiven)
    .option("--follow", help.options.follow)
    .option("--mine", help.options.mine)
    .action(async (options: JournalOptions, command: Command) => {
      const call = Invocation.of(command);
      if (options.mine === true) await acts(call, options);
      else await journal(call, options);
    });
  defineJournalExport(command, words);
}

function dayGiven(text: string): number {
  const at = parseSince(text);
  if (at === undefined) throw new InvalidArgumentError(text);
  return at;
}

function countGiven(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError(text);
  return Number(text);
}

const DAY = 86_400_000;

/** What the lines are about, by name. */
interface Known {
  readonly account: Account;
  readonly record: HealthRecord | undefined;
  readonly titles: ReadonlyMap<ItemId, string>;
  readonly words: Words;
}

async function journal(call: Invocation, options: JournalOptions): Promise<void> {
  const { words } = call;
  await call.unlocked(async (account) => {
    const record =
      options.account === true ? undefined : await recordNamed(account, options.record);
    await record?.sync();
    const wanted = await wantedBy(call, account, options);
    if (options.follow === true) {
      await followed(call, (signal) => (record ?? account).watchJournal({ signal }), {
        wanted,
        limit: options.limit,
        async rowOf(line) {
          await record?.sync();
          return row(line, { account, record, titles: titlesOf(record), words });
        },
      });
      return;
    }
    const all = record === undefined ? await account.journal() : await record.journal();
    const lines = all.filter(wanted).slice(-(options.limit ?? all.length));
    const known = { account, record, titles: titlesOf(record), words };
    const entries = lines.map((line) => ({ ...line, check: lineCheck(line, record?.listing) }));
    const table = columns(lines.map((line) => [...row(line, known)]));
    await call.result({ subject: record?.space ?? account.id, checked: all.length, entries }, [
      ...(table.length === 0 ? [words.said.nothing] : table),
      "",
      words.journal.checked(all.length),
      ...anchorsIn(words, await account.anchors()),
    ]);
  });
}

/** What this account did in others' records: each line found in the log, and nothing of what others did. */
async function acts(call: Invocation, options: JournalOptions): Promise<void> {
  const { words } = call;
  await call.unlocked(async (account) => {
    const wanted = await wantedBy(call, account, options);
    const titles = await titlesShared(account);
    const known = { account, record: undefined, titles, words };
    const rowOf = (act: Act) => [
      momentIn(words, act.at),
      sentence(act, known),
      `${words.journal.checks[act.statement]}; ${words.journal.places[act.place]}`,
    ];
    if (options.follow === true) {
      await followed(call, (signal) => account.watchActs({ signal }), {
        wanted,
        limit: options.limit,
        rowOf: (act) => Promise.resolve(rowOf(act)),
      });
      return;
    }
    const all = await account.acts();
    const entries = all.filter(wanted).slice(-(options.limit ?? all.length));
    const table = columns(entries.map(rowOf));
    await call.result({ account: account.id, checked: all.length, entries }, [
      ...(table.length === 0 ? [words.said.nothing] : table),
      "",
      words.journal.actsChecked(all.length),
    ]);
  });
}

/** Names of what others have let this account see. */
async function titlesShared(account: Account): Promise<ReadonlyMap<ItemId, string>> {
  const titles = new Map<ItemId, string>();
  for (const { items } of await account.sharedWithMe())
    for (const { fact, metadata } of items) titles.set(fact.item, titleIn(metadata.title));
  for (const record of await account.records()) {
    if (record.space !== (await account.record()).space) await record.sync();
    for (const [item, title] of titlesOf(record)) titles.set(item, title);
  }
  return titles;
}

/** What is to be said of anchors as a whole. */
function anchorsIn({ journal: { anchoring } }: Words, told: LogAnchors): string[] {
  if (!told.configured) return [anchoring.nowhere];
  return [anchoring.bySaying, ...(told.demonstration ? [anchoring.demonstration] : [])];
}

async function wantedBy(call: Invocation, account: Account, options: JournalOptions) {
  const by = options.by === undefined ? undefined : accountNamed(account, options.by);
  const place =
    options.item === undefined ? undefined : await placeNamed(account, call.home, options.item);
  const item = place && ("record" in place ? place.listed.item : place.item.fact.item);
  return (line: Pick<JournalLine, "kind" | "actor" | "about" | "at">) =>
    (options.kind === undefined || line.kind === options.kind) &&
    (by === undefined || line.actor.account === by) &&
    (item === undefined || itemsOf(line.about).includes(item)) &&
    (options.since === undefined || line.at >= options.since) &&
    (options.until === undefined || line.at < options.until + DAY);
}

function accountNamed(account: Account, text: string): AccountId {
  return text.toLowerCase() === account.name.toLowerCase()
    ? account.id
    : contactNamed(account, text).account;
}

function itemsOf(about: EntryAbout): ItemId[] {
  const many = about.revisions?.map(({ item }) => item) ?? [];
  return about.item === undefined ? many : [about.item, ...many];
}

/** The last name each item had, deleted ones too. */
function titlesOf(record: HealthRecord | undefined): ReadonlyMap<ItemId, string> {
  const titles = new Map<ItemId, string>();
  for (const { fact, opened } of record?.listing.revisions.values() ?? []) {
    if (opened !== undefined) titles.set(fact.item, titleIn(opened.metadata.title));
  }
  return titles;
}

function row(line: JournalLine, known: Known): string[] {
  const { words } = known;
  const { checks, places, tag, tagChecked, tagLater } = words.journal;
  const short = line.tag.slice(0, 8);
  const said = [
    checks[lineCheck(line, known.record?.listing)],
    places[line.place],
    line.tagCheck === "undisclosed"
      ? tag(short)
      : (line.tagCheck === "checked" ? tagChecked : tagLater)(short),
    anchoringIn(words, line.anchoring),
  ];
  return [momentIn(words, line.at), sentence(line, known), said.join("; ")];
}

/** How far an entry is anchored outside: `pending` is never called anchored. */
function anchoringIn({ journal: { anchoring } }: Words, { state, by }: Anchoring): string {
  if (state !== "anchored") return anchoring[state];
  const held = by.flatMap((anchor) => {
    if (anchor.state === "stamped") return [anchoring.stamped(shown(anchor.authority ?? ""))];
    return anchor.state === "confirmed" ? [anchoring.confirmed(anchor.height ?? 0)] : [];
  });
  return held.join(", ");
}

/** An entry in words: who, what, and by which way. */
function sentence(
  {
    kind,
    actor,
    about,
    n,
  }: Pick<JournalLine, "kind" | "actor" | "about"> & Partial<Pick<JournalLine, "n">>,
  known: Known,
): string {
  const { words, account } = known;
  const who = nameOf(account, actor.account, words);
  // Whoever is let in by nobody else began it, or came back with new keys.
  if (kind === "membership" && about.account === actor.account)
    return n === 0 ? words.journal.began(who) : words.journal.renewed(who);
  const via = about.via === undefined ? [] : [words.journal.throughShare];
  return [words.journal.kinds[kind](who, objectOf(kind, about, known)), ...via].join(" ");
}

function objectOf(kind: EntryKind, about: EntryAbout, known: Known): string {
  const { words, account } = known;
  const until =
    about.until === undefined ? "" : ` ${words.journal.until(momentIn(words, about.until))}`;
  if (kind === "listing") return words.journal.names(about.count ?? 0);
  if (kind === "erasure") return String(about.count ?? 0);
  if (kind === "chain") return String(about.epoch ?? 0);
  if (kind === "succession") return String(about.count ?? 0);
  if (kind === "log-key") return about.statement ?? "";
  if (kind === "settlement") return wordIn(words.deposits.settled, about.code ?? "") ?? "";
  if (kind === "refusal")
    return wordIn(words.journal.refusals, about.code ?? "") ?? about.code ?? "";
  if (itemsOf(about).length > 0) {
    const [first, second, ...rest] = itemsOf(about).map((item) => {
      const title = known.titles.get(item);
      return title === undefined ? words.journal.gone : words.quoted(title);
    });
    const more = rest.length === 0 ? [] : [words.said.documents(rest.length + 2)];
    return more[0] ?? [first, second].filter((each) => each !== undefined).join(", ");
  }
  if (about.account === undefined) return words.journal.aShare + until;
  const role = about.role === undefined ? "" : ` ${words.journal.role(words.roles[about.role])}`;
  const right = about.offline === true ? ` (${words.table.offline})` : "";
  return nameOf(account, about.account, words) + role + until + right;
}
