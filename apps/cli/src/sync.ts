import type { Account, OfflineAccount, OfflineRecord, OfflineShare } from "@ecrin/client";
import type { Command } from "commander";
import { awayWords } from "./away-words.ts";
import { CommandError } from "./exit.ts";
import { Invocation } from "./invocation.ts";
import { nameOf } from "./naming.ts";
import { columns, momentIn } from "./shown.ts";
import { counted, sendWaiting, waitingInWords } from "./standing.ts";
import type { Words } from "./words.ts";

interface SyncOptions {
  readonly retry?: string;
  readonly drop?: string;
  readonly yes?: boolean;
}

/** Sends, fetches, and says what is saved where (spec/offline.md). */
export function defineSync(program: Command, words: Words): void {
  const { help } = awayWords(words);
  program
    .command("sync")
    .description(help.sync)
    .option("--retry <change>", help.retry)
    .option("--drop <change>", help.drop)
    .option("--yes", words.help.options.yes)
    .action(async (options: SyncOptions, command: Command) => {
      await sync(Invocation.of(command), options);
    });
}

async function sync(call: Invocation, options: SyncOptions): Promise<void> {
  await call.atHand(
    async (account) => {
      const isKept = await account.keeping.isAllowed();
      await decide(call, options, isKept ? await account.offline() : undefined);
      await sendWaiting(call, account);
      if (isKept) {
        for (const record of await account.records()) await record.sync();
        await account.sharedWithMe();
      }
      await tell(call, true, isKept ? await account.offline() : undefined, account);
    },
    async (here) => {
      await decide(call, options, here);
      await tell(call, false, here);
    },
  );
}

/** What the person says of a change that the service refused. */
async function decide(call: Invocation, { retry, drop, yes }: SyncOptions, here?: OfflineAccount) {
  const text = retry ?? drop;
  if (text === undefined) return;
  const found = (await here?.outbox.waiting())?.filter(({ id }) => numberOf(id) === Number(text));
  const [entry, another] = found ?? [];
  if (here === undefined || entry === undefined || another !== undefined)
    throw new CommandError("item-unknown", text);
  if (retry !== undefined) return await here.outbox.retry(entry.id);
  const what = waitingInWords(call, entry, await here.records());
  await call.confirm(awayWords(call.words).dropAsk(what), yes);
  await here.outbox.drop(entry.id);
}

async function tell(call: Invocation, reached: boolean, here?: OfflineAccount, account?: Account) {
  const { words } = call;
  const away = awayWords(words);
  const waiting = (await (here ?? account?.keeping)?.outbox.waiting()) ?? [];
  const records = (await here?.records()) ?? [];
  const rows = waiting.map((entry) => ({
    change: numberOf(entry.id),
    kind: entry.what.kind,
    what: waitingInWords(call, entry, records),
    at: entry.at,
    ...(entry.apart === undefined ? {} : { apart: entry.apart }),
  }));
  const kept = records.map(keptOf);
  const received = ((await here?.sharedWithMe()) ?? []).map(receivedOf);
  const { waits, apart } = counted(waiting);
  const lines = [
    ...(waits + apart > 0 ? [] : [reached ? away.allSaved : away.nothingWaits]),
    ...columns(
      rows.map(({ change, at, what, apart: code }) => [
        `${change}`.padStart(3),
        momentIn(words, at),
        code === undefined ? away.hereOnly : code,
        what,
      ]),
    ),
    ...(kept.length === 0
      ? [away.notKept]
      : kept.map(({ items, opens }) => away.kept(items, opens))),
    ...(here === undefined
      ? []
      : received.map(({ from, items, opens, until }) =>
          away.keptShare(nameOf(here, from, words), items, opens, momentIn(words, until)),
        )),
  ];
  await call.result({ reached, waits, apart, waiting: rows, kept, received }, lines);
}

function keptOf(record: OfflineRecord) {
  const items = record.list();
  const opens = items.filter((each) => each.opens).length;
  return { record: record.space, items: items.length, opens, seenAt: record.seenAt };
}

function receivedOf(share: OfflineShare) {
  const { items, maker, until, seenAt } = share;
  const opens = items.filter(({ fact }) => share.opens(fact.revision)).length;
  return { share: share.share, from: maker.account, items: items.length, opens, until, seenAt };
}

/** A change is named by its place in the order. */
function numberOf(id: string): number {
  return Number(id.slice(0, id.indexOf("-"))) + 1;
}
