import type { Account } from "@ecrin/client";
import type { Command } from "commander";
import { awayWords } from "./away-words.ts";
import { CommandError } from "./exit.ts";
import { Invocation } from "./invocation.ts";
import { placeNamed } from "./naming.ts";
import type { Words } from "./words.ts";

interface KeepOptions {
  readonly stop?: boolean;
  readonly release?: boolean;
  readonly yes?: boolean;
}

/** What this device keeps for work without network: asked in words first, and taken back at any time. */
export function defineKeep(program: Command, words: Words): void {
  const { help } = awayWords(words);
  program
    .command("keep")
    .description(help.keep)
    .argument("[item...]", help.keepItem)
    .option("--stop", help.keepStop)
    .option("--release", help.keepRelease)
    .option("--yes", words.help.options.yes)
    .action(async (items: string[], options: KeepOptions, command: Command) => {
      const call = Invocation.of(command);
      await call.unlocked(async (account) => {
        if (options.stop === true) await stop(call, account, options.yes);
        else if (items.length === 0) await allow(call, account, options.yes);
        else await keepEach(call, account, items, options.release === true);
      });
    });
}

async function allow(call: Invocation, account: Account, yes: boolean | undefined): Promise<void> {
  const away = awayWords(call.words);
  await call.confirm(away.keepAsk, yes);
  const record = await account.record();
  await account.keeping.allow();
  await record.sync();
  await account.sharedWithMe();
  await call.result({ kept: true, record: record.space }, [away.keepDone]);
}

async function stop(call: Invocation, account: Account, yes: boolean | undefined): Promise<void> {
  const away = awayWords(call.words);
  await call.confirm(away.stopAsk, yes);
  await account.keeping.forget();
  await call.result({ kept: false }, [away.stopDone]);
}

async function keepEach(
  call: Invocation,
  account: Account,
  items: readonly string[],
  isReleased: boolean,
): Promise<void> {
  const away = awayWords(call.words);
  if (!(await account.keeping.isAllowed())) throw new CommandError("usage", away.keepItemFirst);
  const done: string[] = [];
  for (const text of items) {
    const place = await placeNamed(account, call.home, text);
    if ("record" in place) {
      const { record, listed } = place;
      if (isReleased) await record.unpin(listed.revision);
      else await record.pin(listed.revision);
      done.push(listed.item);
    } else {
      const { revision, item } = place.item.fact;
      if (isReleased) await place.view.unpin(revision);
      else if (!(await place.view.pin(revision))) throw new CommandError("keeping-not-given", text);
      done.push(item);
    }
  }
  const said = isReleased ? away.releaseDone : away.keepItemDone;
  await call.result({ items: done, kept: !isReleased }, [said(done.length)]);
}
