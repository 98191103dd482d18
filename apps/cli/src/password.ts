import type { Command } from "commander";
import { Invocation } from "./invocation.ts";
import type { Words } from "./words.ts";

export function definePassword(program: Command, { help }: Words): void {
  program
    .command("password")
    .description(help.password)
    .action(async (_options: object, command: Command) => {
      await changePassword(Invocation.of(command));
    });
}

/** Asks for the present password, then for the new one; both come from `--password-file` in that order too. */
async function changePassword(call: Invocation): Promise<void> {
  await call.unlocked(async (account, before) => {
    await account.changePassword(before, await call.newPassword());
    await call.result({ changed: true }, [call.words.said.passwordChanged]);
  });
}
