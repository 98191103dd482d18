import { ownerOf, rotateIdentity } from "@ecrin/client";
import type { Command } from "commander";
import { CommandError } from "./exit.ts";
import { Invocation } from "./invocation.ts";
import { kitTarget, removeEmpty, writeKit } from "./kit-file.ts";
import { droppedIn, RENEW_WORDS } from "./renew-words.ts";
import { askSecondFactor } from "./second-factor.ts";
import type { Words } from "./words.ts";

/** Everything of the account made anew after a compromise (spec/keys.md). */
export function defineRenew(program: Command, { help }: Words): void {
  program
    .command("renew")
    .description(help.renew)
    .option("--kit-file <file>", help.options.kitFile)
    .option("--yes", help.options.yes)
    .action(async (options: { kitFile?: string; yes?: boolean }, command: Command) => {
      await renew(Invocation.of(command), options.kitFile, options.yes);
    });
}

/** Asks for the present password, then for the new one; what this does not undo is said before. */
async function renew(
  call: Invocation,
  file: string | undefined,
  yes: boolean | undefined,
): Promise<void> {
  const words = RENEW_WORDS[call.language];
  const store = await call.home.store();
  try {
    if ((await ownerOf(store)) === undefined) throw new CommandError("not-signed-in");
    const server = await call.server();
    await call.confirm(words.ask, yes);
    const password = await call.password();
    const newPassword = await call.newPassword();
    const kitFile = await kitTarget(call, file);
    try {
      const made = await rotateIdentity({
        ...{ server, store, password, newPassword, secondFactor: askSecondFactor(call) },
        step: (step) => call.tell(words.steps[step]),
      });
      await writeKit(call, made.kit, kitFile);
      await made.account.kitKept();
      const { id, device } = made.account;
      await made.account.lock();
      const { turned, dropped, unsent } = made;
      await call.result({ account: id, device, turned, dropped, unsent, kitFile }, [
        words.done,
        ...droppedIn(call.language, dropped),
        ...(turned ? [] : [words.inPart]),
        ...(unsent === 0 ? [] : [words.unsent(unsent)]),
      ]);
    } catch (error) {
      await removeEmpty(kitFile);
      throw error;
    }
  } finally {
    await store.close();
  }
}
