import type { Command } from "commander";
import { Invocation } from "./invocation.ts";
import { columns, momentIn, shown } from "./shown.ts";
import { readWitnesses } from "./verify.ts";
import type { Words } from "./words.ts";

interface WitnessesOptions {
  readonly pin?: string;
  readonly unpin?: boolean;
}

/** `ecrin witnesses`: those that the service asks, and those that this account counts on. */
export function defineWitnesses(program: Command, { help }: Words): void {
  program
    .command("witnesses")
    .description(help.witnesses)
    .option("--pin <file>", help.options.pinWitnesses)
    .option("--unpin", help.options.unpinWitnesses)
    .action(async (options: WitnessesOptions, command: Command) => {
      await witnesses(Invocation.of(command), options);
    });
}

async function witnesses(call: Invocation, options: WitnessesOptions): Promise<void> {
  const { witnesses: said } = call.words;
  await call.unlocked(async (account) => {
    if (options.pin !== undefined) await account.pinWitnesses(await readWitnesses(options.pin));
    else if (options.unpin === true) await account.pinWitnesses([]);
    const asked = await account.witnessesAsked();
    const pinned = account.witnesses();
    const { witnessed } = await account.checkLog();
    const names = new Set(pinned.map(({ key }) => key));
    const table = columns(
      asked.map(({ name, operator, key, state, at }) => [
        shown(name),
        shown(operator),
        said.states[state] + (at === undefined ? "" : ` ${momentIn(call.words, at)}`),
        names.has(key) ? said.pinned : "",
      ]),
    );
    await call.result({ asked, pinned, ...(witnessed === undefined ? {} : { witnessed }) }, [
      ...(table.length === 0 ? [said.nobody] : table),
      "",
      witnessed === undefined
        ? said.none
        : said.seen(witnessed.operators, momentIn(call.words, witnessed.at)),
    ]);
  });
}
