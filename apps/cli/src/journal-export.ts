import { open } from "node:fs/promises";
import type { Command } from "commander";
import { CommandError } from "./exit.ts";
import { Invocation } from "./invocation.ts";
import { recordNamed } from "./naming.ts";
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
  await call.unlocked(async (account) => {
    const asked = {
      language: call.language,
      ...(options.extends === undefined ? {} : { since: Number(options.extends) }),
    };
    const parts =
      options.account === true
        ? await account.exportJournal(asked)
        : await (await recordNamed(account, options.record)).exportJournal(asked);
    const bytes = await writeTo(file, parts, options.force === true);
    await call.result({ file, bytes }, [call.words.said.journalExported(file)]);
  });
}

async function writeTo(
  file: string,
  parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  replace: boolean,
): Promise<number> {
  const handle = await open(file, replace ? "w" : "wx", 0o600).catch(
    (cause: NodeJS.ErrnoException) => {
      throw new CommandError(cause.code === "EEXIST" ? "file-exists" : "file-unwritable", file, {
        cause,
      });
    },
  );
  let bytes = 0;
  try {
    for await (const part of parts) {
      await handle.writeFile(part);
      bytes += part.length;
    }
  } finally {
    await handle.close();
  }
  return bytes;
}
