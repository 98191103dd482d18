import { readKit } from "@ecrin/client";
import type { Command } from "commander";
import { Invocation } from "./invocation.ts";
import { kitTarget, removeEmpty, writeKit } from "./kit-file.ts";
import type { Words } from "./words.ts";

/** The kit on paper: made anew, and checked. */
export function defineKit(program: Command, { help }: Words): void {
  const kit = program.command("kit").description(help.kit);
  kit
    .command("new")
    .description(help.kitNew)
    .option("--kit-file <file>", help.options.kitFile)
    .option("--yes", help.options.yes)
    .action(async (options: { kitFile?: string; yes?: boolean }, command: Command) => {
      await renew(Invocation.of(command), options.kitFile, options.yes);
    });
  kit
    .command("check")
    .description(help.kitCheck)
    .action(async (_options: object, command: Command) => {
      await check(Invocation.of(command));
    });
}

async function renew(
  call: Invocation,
  file: string | undefined,
  yes: boolean | undefined,
): Promise<void> {
  const { said } = call.words;
  await call.confirm(said.kitAsk, yes);
  const kitFile = await kitTarget(call, file);
  try {
    await call.unlocked(async (account) => {
      await writeKit(call, await account.newKit(), kitFile);
      await call.result({ account: account.id, kitFile }, [said.kitChanged]);
    });
  } catch (error) {
    await removeEmpty(kitFile);
    throw error;
  }
}

/** Whether a kit is whole. It is asked for like a password, and nothing is sent anywhere. */
async function check(call: Invocation): Promise<void> {
  const kit = await readKit(await call.secrets.ask(call.words.ask.kit));
  await call.result({ whole: true, account: kit.account }, [call.words.said.kitGood(kit.account)]);
}
