import type { Command } from "commander";
import { CommandError } from "./exit.ts";
import { Invocation } from "./invocation.ts";
import { recordNamed } from "./naming.ts";
import { shown } from "./shown.ts";
import { refuseExisting, writeWhole } from "./whole-file.ts";
import type { Words } from "./words.ts";

interface ExportOptions {
  readonly record?: string;
  readonly account?: boolean;
  readonly extends?: string;
  readonly force?: boolean;
}

/** `ecrin journal export`, below `journal`. */
export function defineJournalExport(journal: Command, { help }: Words): void {
  journal
    .command("export")
    .description(help.journalExport)
    .argument("<file>", help.args.newFile)
    .option("--record <owner>", help.options.record)
    .option("--account", help.options.account)
    .option("--extends <leaves>", help.options.sinceLeaves)
    .option("--force", help.options.force)
    .action(async (file: string, options: ExportOptions, command: Command) => {
      // `journal` takes the first two as well, and sees them first.
      await exportTo(Invocation.of(command), file, {
        ...journal.opts<ExportOptions>(),
        ...options,
      });
    });
}

async function exportTo(call: Invocation, file: string, options: ExportOptions): Promise<void> {
  if (options.extends !== undefined && !/^(0|[1-9]\d{0,14})$/.test(options.extends))
    throw new CommandError("usage", options.extends);
  // Nothing is asked for that could not be written.
  if (options.force !== true) await refuseExisting(file);
  await call.unlocked(async (account) => {
    const asked = {
      language: call.language,
      ...(options.extends === undefined ? {} : { since: Number(options.extends) }),
    };
    const begin = async () =>
      options.account === true
        ? await account.exportJournal(asked)
        : await (await recordNamed(account, options.record)).exportJournal(asked);
    const bytes = await writeWhole(file, options.force === true, begin);
    await call.result({ file, bytes }, [call.words.said.journalExported(shown(file))]);
  });
}
