import {
  type Account,
  type ListedItem,
  type OfflineItem,
  type Unreadable,
  unreadableIn,
} from "@ecrin/client";
import type { Command } from "commander";
import { awayWords } from "./away-words.ts";
import { Invocation } from "./invocation.ts";
import { nameOf, recordHere, recordNamed } from "./naming.ts";
import { shortId } from "./short-id.ts";
import { columns, dayOf, sizeIn, titleIn, typeIn } from "./shown.ts";
import { tellWaiting } from "./standing.ts";
import type { Words } from "./words.ts";

export function defineList(program: Command, { help }: Words): void {
  program
    .command("list")
    .description(help.list)
    .option("--record <owner>", help.options.record)
    .action(async (options: { record?: string }, command: Command) => {
      await list(Invocation.of(command), options.record);
    });
}

async function list(call: Invocation, owner: string | undefined): Promise<void> {
  await call.atHand(
    (account) => listThere(call, account, owner),
    async (here) => {
      const record = await recordHere(here, owner);
      const items = newestFirst(record.list());
      await keepList(call, record.space, items);
      const lines = columns(items.map((each, i) => itemLine(call.words, each, i + 1)));
      const rows = items.map(({ waits, opens, ...each }) => ({ ...itemJson(each), waits, opens }));
      await call.result(
        { record: record.space, items: rows, unreadable: [], seenAt: record.seenAt },
        lines.length === 0 ? [call.words.said.nothing] : lines,
      );
      await tellWaiting(call, here);
    },
  );
}

async function listThere(call: Invocation, account: Account, owner: string | undefined) {
  const { words } = call;
  const record = await recordNamed(account, owner);
  const items = newestFirst(await record.list());
  await keepList(call, record.space, items);
  const lines = columns(items.map((each, i) => itemLine(words, each, i + 1)));
  const unreadable = unreadableIn(record.listing);
  const causes = Map.groupBy(unreadable, ({ turnedBy, author }) =>
    JSON.stringify([turnedBy ?? author, turnedBy === undefined]),
  );
  const losses = [...causes.values()].map((rows) => {
    const [{ turnedBy, author }] = rows as [Unreadable];
    const who = nameOf(account, turnedBy ?? author, words);
    const { unreadable: turned, sealedWrongly } = words.said;
    return (turnedBy === undefined ? sealedWrongly : turned)(rows.length, who);
  });
  await call.result({ record: record.space, items: items.map(itemJson), unreadable }, [
    ...(lines.length === 0 ? [words.said.nothing] : lines),
    ...losses,
  ]);
}

async function keepList({ home }: Invocation, space: string, items: readonly ListedItem[]) {
  await home.keepList(items.map(({ item, revision }) => ({ space, item, revision })));
}

function newestFirst<T extends ListedItem>(items: readonly T[]): T[] {
  const dayOfItem = ({ metadata, at }: ListedItem) => dayOf(metadata, at);
  return items.toSorted((a, b) => (dayOfItem(a) < dayOfItem(b) ? 1 : -1));
}

function itemLine(
  words: Words,
  each: ListedItem & Partial<Pick<OfflineItem, "waits" | "opens">>,
  number: number,
): string[] {
  const away = awayWords(words);
  const { metadata, at } = each;
  const notes = [
    metadata.size > 0 ? sizeIn(words, metadata.size) : "",
    each.revisions > 1 ? words.table.versions(each.revisions) : "",
    each.conflict ? words.table.conflict : "",
    each.waits === true ? away.hereOnly : each.opens === true ? away.opens : "",
  ].filter((note) => note !== "");
  return [
    `${number}`.padStart(3),
    shortId(each.item),
    dayOf(metadata, at),
    typeIn(words, metadata),
    titleIn(metadata.title),
    notes.join(", "),
  ];
}

function itemJson({ item, revision, metadata, at, author, conflict, revisions }: ListedItem) {
  const { title, type, mediaType, size, date } = metadata;
  return { item, revision, title, type, mediaType, size, date, at, author, conflict, revisions };
}
