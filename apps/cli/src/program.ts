import type { Command } from "commander";
import { defineAdd } from "./add.ts";
import { defineChange } from "./change.ts";
import { defineContacts } from "./contacts.ts";
import { defineDemo } from "./demo-command.ts";
import { defineDeposits } from "./deposits.ts";
import { defineDevices } from "./devices.ts";
import { defineExport } from "./export.ts";
import { defineFactors } from "./factors.ts";
import { globalOptions } from "./invocation.ts";
import { defineJournal } from "./journal.ts";
import { defineKeep } from "./keep.ts";
import { defineKit } from "./kit.ts";
import { defineList } from "./list.ts";
import { defineMembers } from "./members.ts";
import { defineOpen } from "./open.ts";
import { definePassword } from "./password.ts";
import { defineRenew } from "./renew.ts";
import { defineRevoke } from "./revoke.ts";
import { defineServe } from "./serve.ts";
import { defineSettle } from "./settle.ts";
import { defineShares } from "./shares.ts";
import { defineSignIn } from "./sign-in.ts";
import { defineSignUp } from "./sign-up.ts";
import { CommandLine, type Streams } from "./streams.ts";
import { defineSuccession } from "./succession.ts";
import { defineSync } from "./sync.ts";
import { defineVerify } from "./verify.ts";
import { defineWhoami } from "./whoami.ts";
import { defineWitnesses } from "./witnesses.ts";
import type { Words } from "./words.ts";

/** The whole command line, in the order in which one needs it. Mistakes throw; nothing exits by itself. */
export function makeProgram(words: Words, streams: Streams): Command {
  const { help } = words;
  const program = new CommandLine(streams)
    .description(help.about)
    .helpOption("-h, --help", help.helpOption)
    .helpCommand("help [command]", help.helpCommand)
    .addHelpText("after", `\n${help.exits}`)
    .configureHelp({ showGlobalOptions: true, styleTitle: (title) => titleIn(words, title) })
    .configureOutput({
      writeOut: (text) => streams.stdout.write(text),
      outputError: () => undefined,
    })
    .exitOverride();
  for (const option of globalOptions(words)) program.addOption(option);
  const families = [
    defineServe,
    defineSignUp,
    defineSignIn,
    defineWhoami,
    defineAdd,
    defineList,
    defineOpen,
    defineExport,
    defineChange,
    defineSettle,
    defineKeep,
    defineSync,
    defineContacts,
    defineShares,
    defineDeposits,
    defineRevoke,
    defineMembers,
    defineJournal,
    defineVerify,
    defineWitnesses,
    defineSuccession,
    defineDevices,
    defineFactors,
    defineKit,
    definePassword,
    defineRenew,
    defineDemo,
  ];
  for (const define of families) define(program, words);
  return program;
}

function titleIn({ help }: Words, title: string): string {
  const titles: Readonly<Record<string, string>> = {
    "Usage:": help.usage,
    "Arguments:": help.arguments,
    "Options:": help.optionsTitle,
    "Global Options:": help.globalTitle,
    "Commands:": help.commands,
  };
  return titles[title] ?? title;
}
