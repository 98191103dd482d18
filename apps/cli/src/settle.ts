import type { Choice, HealthRecord, OfflineRecord, Revision } from "@ecrin/client";
import type { ItemId } from "@ecrin/protocol";
import type { Command } from "commander";
import { awayWords } from "./away-words.ts";
import { CommandError } from "./exit.ts";
import { Invocation } from "./invocation.ts";
import { itemHere, listedNamed, nameOf } from "./naming.ts";
import { oneNamed, shortId } from "./short-id.ts";
import { columns, momentIn, titleIn } from "./shown.ts";
import { type AtHand, tellWaiting } from "./standing.ts";
import type { Words } from "./words.ts";

interface SettleOptions {
  readonly keep?: string;
  readonly both?: boolean;
  readonly yes?: boolean;
}

/** Two versions of one item: shown, and decided about (spec/offline.md, Conflicts). */
export function defineSettle(program: Command, words: Words): void {
  const { help } = awayWords(words);
  program
    .command("settle")
    .description(help.settle)
    .argument("<item>", words.help.args.item)
    .option("--keep <version>", help.settleKeep)
    .option("--both", help.settleBoth)
    .option("--yes", words.help.options.yes)
    .action(async (item: string, options: SettleOptions, command: Command) => {
      const call = Invocation.of(command);
      await call.atHand(
        async (account) => {
          const { record, listed } = await listedNamed(account, call.home, item);
          const history = await record.history(listed.item);
          await settle(call, account, { record, item: listed.item, history }, options);
        },
        async (here) => {
          const { record, listed } = await itemHere(here, call.home, item);
          const history = record.history(listed.item);
          await settle(call, here, { record, item: listed.item, history }, options);
          await tellWaiting(call, here);
        },
      );
    });
}

interface Sides {
  readonly record: HealthRecord | OfflineRecord;
  readonly item: ItemId;
  /** Oldest first. */
  readonly history: readonly Revision[];
}

async function settle(
  call: Invocation,
  account: AtHand,
  { record, item, history }: Sides,
  { keep, both, yes }: SettleOptions,
): Promise<void> {
  const away = awayWords(call.words);
  const fronts = frontsOf(history);
  const title = titleIn(history.findLast(({ opened }) => opened)?.opened?.metadata.title ?? "");
  if (keep === undefined && both !== true) {
    const lines = versionLines(call, account, fronts);
    const said = fronts.length < 2 ? away.oneVersion(title) : away.versions(title);
    const next = fronts.length < 2 ? [] : [away.settleNext];
    await call.result({ item, versions: fronts.map(versionJson) }, [said, ...lines, ...next]);
    return;
  }
  if (keep === undefined && fronts.length < 2) {
    throw new CommandError("usage", away.oneVersion(title));
  }
  const chosen = keep === undefined ? undefined : versionNamed(history, keep);
  const isDeletion = chosen?.fact.op === "delete";
  const ask = chosen === undefined ? away.settleAskBoth(title) : away.settleAskOne(title);
  await call.confirm(isDeletion ? away.settledDeleted(title) : ask, yes);
  const choice: Choice = chosen === undefined ? { both: true } : { keep: chosen.fact.revision };
  const { copies } = await record.settle(item, choice, {
    shown: fronts.map(({ fact }) => fact.revision),
  });
  const done = chosen === undefined ? away.settledBoth : away.settledOne;
  await call.result({ item, kept: chosen?.fact.revision, copies }, [
    isDeletion ? away.settledDeleted(title) : done(title),
  ]);
}

/** Versions that no other names as parent. */
function frontsOf(history: readonly Revision[]): Revision[] {
  const behind = new Set(history.flatMap(({ fact }) => fact.parents));
  return history.filter(({ fact }) => !behind.has(fact.revision));
}

function versionNamed(history: readonly Revision[], text: string): Revision {
  return oneNamed(history, text, ({ fact }) => fact.revision, "item-unknown");
}

function versionLines(call: Invocation, account: AtHand, fronts: readonly Revision[]): string[] {
  const away = awayWords(call.words);
  return columns(
    fronts.map(({ fact }) => {
      const who = nameOf(account, fact.by.account, call.words);
      const say = fact.op === "delete" ? away.versionDeleted : away.version;
      const isHere = fact.by.device === account.device;
      return [`  ${shortId(fact.revision)}`, say(who, momentIn(call.words, fact.at), isHere)];
    }),
  );
}

function versionJson({ fact, opened }: Revision) {
  const { revision, at, op, by } = fact;
  return { revision, op, at, author: by.account, device: by.device, title: opened?.metadata.title };
}
