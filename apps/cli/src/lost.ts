import type { Command } from "commander";
import { Invocation } from "./invocation.ts";
import { oneNamed, shortId } from "./short-id.ts";
import type { Words } from "./words.ts";

/** `devices lost`: everything that is to be done about a phone that is gone. */
export function defineLost(devices: Command, { ways, help }: Words): void {
  devices
    .command("lost")
    .description(ways.lost.help)
    .argument("<device>", help.args.device)
    .option("--yes", help.options.yes)
    .action(async (device: string, options: { yes?: boolean }, command: Command) => {
      await lose(Invocation.of(command), device, options.yes);
    });
}

async function lose(call: Invocation, text: string, yes: boolean | undefined): Promise<void> {
  const said = call.words.ways.lost;
  await call.unlocked(async (account) => {
    const devices = await account.devices();
    const found = oneNamed(devices, text, ({ device }) => device, "device-unknown");
    const name = shortId(found.device);
    await call.confirm(said.confirm(name), yes);
    const report = await account.loseDevice(found.device);
    const { turned, waiting, opened } = report;
    await call.result(report, [
      said.done(name),
      said.turned(turned.length),
      ...(waiting.length === 0 ? [] : [said.waiting(waiting.length)]),
      said.opened(opened),
      said.names,
      said.next,
    ]);
  });
}
