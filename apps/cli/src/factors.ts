import type { Command } from "commander";
import { renderUnicodeCompact } from "uqr";
import { CommandError } from "./exit.ts";
import { Invocation } from "./invocation.ts";
import { columns, momentIn } from "./shown.ts";
import type { Words } from "./words.ts";

/** Second factors: listed, set, removed (spec/second-factor.md). */
export function defineFactors(program: Command, { ways }: Words): void {
  const factors = program.command("factors").description(ways.factors.help);
  factors
    .command("list", { isDefault: true })
    .description(ways.factors.help)
    .action(async (_options: object, command: Command) => {
      await list(Invocation.of(command));
    });
  factors
    .command("totp")
    .description(ways.factors.totpHelp)
    .action(async (_options: object, command: Command) => {
      await addTotp(Invocation.of(command));
    });
  factors
    .command("remove")
    .description(ways.factors.removeHelp)
    .argument("<factor>", ways.factors.removeArgument)
    .action(async (factor: string, _options: object, command: Command) => {
      await remove(Invocation.of(command), factor);
    });
}

async function list(call: Invocation): Promise<void> {
  const { words } = call;
  const said = words.ways.factors;
  await call.unlocked(async (account) => {
    const factors = await account.factors();
    const { totp, passkeys } = factors;
    const lines = [
      ...(totp === undefined ? [] : [["totp", momentIn(words, totp.at), said.totp, said.asked]]),
      ...passkeys.map(({ passkey, at, asked, slot }) => [
        passkey.slice(0, 8),
        momentIn(words, at),
        said.passkey,
        [asked ? [said.asked] : [], slot === undefined ? [] : [said.opens]].flat().join(", "),
      ]),
    ];
    await call.result(factors, lines.length === 0 ? [said.none] : columns(lines));
  });
}

async function addTotp(call: Invocation): Promise<void> {
  const said = call.words.ways.factors;
  await call.unlocked(async (account) => {
    const { secret, uri } = await account.beginTotp();
    call.tell(renderUnicodeCompact(uri));
    call.tell(said.scan(secret));
    await account.confirmTotp(await call.secrets.ask(said.confirmAsk));
    await call.result({ totp: true }, [said.added]);
  });
}

async function remove(call: Invocation, factor: string): Promise<void> {
  const said = call.words.ways.factors;
  await call.unlocked(async (account) => {
    if (factor === "totp") await account.removeTotp();
    else {
      const { passkeys } = await account.factors();
      const found = passkeys.filter(({ passkey }) => passkey.startsWith(factor));
      const [only, another] = found;
      if (only === undefined) throw new CommandError("device-unknown", factor);
      if (another !== undefined) throw new CommandError("id-ambiguous", factor);
      await account.removePasskey(only.passkey);
    }
    await call.result({ removed: factor }, [said.removed]);
  });
}
