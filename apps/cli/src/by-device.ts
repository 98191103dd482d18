import { type Account, type Approval, ClientError, Joining, type RawStore } from "@ecrin/client";
import type { Command } from "commander";
import { Invocation } from "./invocation.ts";
import { askSecondFactor } from "./second-factor.ts";
import { shortId } from "./short-id.ts";
import type { Words } from "./words.ts";

/** Signs in on a new device that another one lets in (spec/device-approval.md). */
export async function signInByDevice(
  call: Invocation,
  ask: { readonly server: string; readonly store: RawStore; readonly deviceName?: string },
): Promise<Account> {
  const { byDevice } = call.words.ways;
  const joining = await Joining.begin({ ...ask, secondFactor: askSecondFactor(call) });
  call.tell(byDevice.number(inGroups(joining.number)));
  call.tell(byDevice.code(inGroups(await joining.meet())));
  await joining.letIn();
  await untilRight(call, byDevice.ask, (code) => joining.check(code));
  return await joining.enter(await call.password());
}

/** `devices approve`: lets the device in that shows this number. */
export function defineApprove(devices: Command, { ways, help }: Words): void {
  devices
    .command("approve")
    .description(ways.approve.help)
    .argument("<number...>", ways.approve.argument)
    .option("--yes", help.options.yes)
    .action(async (number: string[], options: { yes?: boolean }, command: Command) => {
      await approve(Invocation.of(command), number.join(""), options.yes);
    });
}

async function approve(call: Invocation, number: string, yes: boolean | undefined): Promise<void> {
  const words = call.words.ways.approve;
  await call.confirm(words.confirm, yes);
  await call.unlocked(async (account) => {
    const approval = await account.approveDevice(number);
    const code = await confirmed(call, approval);
    await call.result({ device: approval.device, code }, [words.done(inGroups(code))]);
    call.tell(shortId(approval.device));
  });
}

async function confirmed(call: Invocation, approval: Approval): Promise<string> {
  return await untilRight(call, call.words.ways.approve.ask, async (code) => {
    return await approval.confirm(code);
  });
}

/** A code mistyped is asked for again, where somebody is there, until the client says that it is over. */
async function untilRight<T>(
  call: Invocation,
  question: string,
  take: (typed: string) => T | Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      return await take(await call.secrets.ask(question));
    } catch (error) {
      const isMistyped = error instanceof ClientError && error.code === "code-differs";
      if (!isMistyped || !call.secrets.isAsked) throw error;
      call.tell(call.words.ways.byDevice.again);
    }
  }
}

function inGroups(digits: string): string {
  return digits.replace(/(\d{3})(?=\d)/g, "$1 ");
}
