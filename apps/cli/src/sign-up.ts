import { ownerOf, signUp } from "@ecrin/client";
import type { Command } from "commander";
import { CommandError } from "./exit.ts";
import { Invocation } from "./invocation.ts";
import { kitTarget, removeEmpty, writeKit } from "./kit-file.ts";
import { shown } from "./shown.ts";
import type { Words } from "./words.ts";

interface SignUpOptions {
  readonly address?: string;
  readonly name?: string;
  readonly kitFile?: string;
  readonly device?: string;
}

export function defineSignUp(program: Command, { help }: Words): void {
  program
    .command("sign-up")
    .description(help.signUp)
    .option("--address <address>", help.options.address)
    .option("--name <name>", help.options.name)
    .option("--kit-file <file>", help.options.kitFile)
    .option("--device <name>", help.options.device)
    .action(async (options: SignUpOptions, command: Command) => {
      await run(Invocation.of(command), options);
    });
}

async function run(call: Invocation, options: SignUpOptions): Promise<void> {
  const { ask, said } = call.words;
  const server = await call.server();
  const store = await call.home.store();
  try {
    const owner = await ownerOf(store);
    if (owner !== undefined && !owner.pending) {
      throw new CommandError("home-taken", call.home.folder);
    }
    const address = options.address ?? (await call.line(ask.address));
    const name = options.name ?? (await call.line(ask.name));
    const password = await call.newPassword();
    const kitFile = await kitTarget(call, options.kitFile);
    const deviceName = options.device === undefined ? {} : { deviceName: options.device };
    try {
      const made = await signUp({ server, address, password, name, store, ...deviceName });
      await call.home.keepServer(server);
      await writeKit(call, made.kit, kitFile);
      await made.account.lock();
      const { id, device } = made.account;
      await call.result({ account: id, device, server, kitFile }, [said.signedUp(shown(name))]);
    } catch (error) {
      await removeEmpty(kitFile);
      throw error;
    }
  } finally {
    await store.close();
  }
}
