import type { Command } from "commander";
import { defineApprove } from "./by-device.ts";
import { Invocation } from "./invocation.ts";
import { defineLost } from "./lost.ts";
import { oneNamed, shortId } from "./short-id.ts";
import { columns, momentIn } from "./shown.ts";
import type { Words } from "./words.ts";

/** Where the account is signed in. */
export function defineDevices(program: Command, words: Words): void {
  const { help } = words;
  const devices = program.command("devices").description(help.devices);
  devices
    .command("list", { isDefault: true })
    .description(help.devices)
    .action(async (_options: object, command: Command) => {
      await list(Invocation.of(command));
    });
  devices
    .command("sign-out")
    .description(help.devicesSignOut)
    .argument("<device>", help.args.device)
    .option("--yes", help.options.yes)
    .action(async (device: string, options: { yes?: boolean }, command: Command) => {
      await signOut(Invocation.of(command), device, options.yes);
    });
  defineApprove(devices, words);
  defineLost(devices, words);
  devices
    .command("cancel-recovery")
    .description(help.cancelRecovery)
    .action(async (_options: object, command: Command) => {
      await cancelRecovery(Invocation.of(command));
    });
}

async function list(call: Invocation): Promise<void> {
  const { words } = call;
  await call.unlocked(async (account) => {
    const devices = await account.devices();
    const lines = devices.map(({ device, since, here }) => [
      shortId(device),
      momentIn(words, since),
      here ? words.table.me : "",
    ]);
    await call.result({ devices }, columns(lines));
  });
}

async function signOut(call: Invocation, text: string, yes: boolean | undefined): Promise<void> {
  const { said } = call.words;
  await call.unlocked(async (account) => {
    const devices = await account.devices();
    const found = oneNamed(devices, text, ({ device }) => device, "device-unknown");
    const name = shortId(found.device);
    await call.confirm(said.signOutAsk(name), yes);
    await account.signOutDevice(found.device);
    await call.result({ device: found.device, signedOut: true }, [said.signedOut(name)]);
  });
}

async function cancelRecovery(call: Invocation): Promise<void> {
  await call.unlocked(async (account) => {
    await account.cancelRecovery();
    await call.result({ cancelled: true }, [call.words.said.recoveryCancelled]);
  });
}
