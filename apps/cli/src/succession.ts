import { ClientError, type Succession } from "@ecrin/client";
import type { Command } from "commander";
import { Invocation } from "./invocation.ts";
import { momentIn } from "./shown.ts";
import type { Words } from "./words.ts";

interface SuccessionOptions {
  readonly accept?: boolean;
  readonly yes?: boolean;
}

/** `ecrin succession`: that the service's log lost entries and another follows it; and accepting that. */
export function defineSuccession(program: Command, { help }: Words): void {
  program
    .command("succession")
    .description(help.succession)
    .option("--accept", help.options.acceptLog)
    .option("--yes", help.options.yes)
    .action(async (options: SuccessionOptions, command: Command) => {
      await succession(Invocation.of(command), options);
    });
}

async function succession(call: Invocation, options: SuccessionOptions): Promise<void> {
  const { succession: said } = call.words;
  const { pending, lost } = await look(call);
  if (pending === undefined) {
    await call.result({ pending: false, lostReceipts: lost.length }, [
      said.none,
      ...(lost.length === 0 ? [] : [said.kept(lost.length)]),
    ]);
    return;
  }
  const lines = linesOf(pending, call.words);
  if (options.accept !== true) {
    await call.result({ pending: true, ...pending }, [...lines, "", said.how]);
    return;
  }
  for (const line of lines) call.tell(line);
  await call.confirm(said.consequence, options.yes);
  await call.unlocked(
    async (account) => {
      // A device that got in before accepting does so now; the others have by getting in.
      const successions = account.successions();
      if ((await successions.pending()) !== undefined) await successions.accept(pending.to);
    },
    { acceptLog: pending.to },
  );
  await call.result({ accepted: pending.to }, [said.accepted]);
}

/** What is to be accepted, also where the account does not open before it is. */
async function look(call: Invocation) {
  try {
    return await call.unlocked(async (account) => ({
      pending: await account.successions().pending(),
      lost: await account.successions().lostReceipts(),
    }));
  } catch (error) {
    if (!(error instanceof ClientError) || error.succession === undefined) throw error;
    return { pending: error.succession, lost: [] };
  }
}

function linesOf(pending: Succession, words: Words): string[] {
  const { succession: said } = words;
  const { at, signed, left, lost, lostOfSeen, receipts } = pending;
  return [
    said.ended(momentIn(words, at), signed, left, lost),
    said.seen(lostOfSeen),
    ...(receipts.length === 0 ? [] : [said.receipts(receipts.length)]),
    ...receipts.map((receipt) => said.receipt(momentIn(words, receipt.at), receipt.subject)),
  ];
}
