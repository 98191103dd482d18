import type { Account, HealthRecord } from "@ecrin/client";
import type { ShareLife } from "@ecrin/protocol";
import type { Command } from "commander";
import { CommandError } from "./exit.ts";
import { Invocation } from "./invocation.ts";
import { contactNamed, nameOf, recordNamed } from "./naming.ts";
import { isOpen } from "./shares.ts";
import { namesId } from "./short-id.ts";
import type { Words } from "./words.ts";

interface RevokeOptions {
  readonly record?: string;
  readonly yes?: boolean;
}

export function defineRevoke(program: Command, { help }: Words): void {
  program
    .command("revoke")
    .description(help.revoke)
    .argument("<share-or-member>", help.args.shareOrMember)
    .option("--record <owner>", help.options.record)
    .option("--yes", help.options.yes)
    .action(async (text: string, options: RevokeOptions, command: Command) => {
      await revoke(Invocation.of(command), text, options);
    });
}

async function revoke(call: Invocation, text: string, options: RevokeOptions): Promise<void> {
  const { said } = call.words;
  await call.unlocked(async (account) => {
    const record = await recordNamed(account, options.record);
    const named = (await record.shares()).find((each) => namesId(text, each.share));
    if (named !== undefined) {
      const who = nameOf(account, named.recipient, call.words);
      const what = said.documents(named.links.count);
      await call.confirm(said.revokeShareAsk(who, what), options.yes);
      await record.endShare(named.share);
      const result = { shares: [named.share], member: false };
      await call.result(result, [said.shareRevoked(who, what)]);
      return;
    }
    await revokePerson(call, account, record, text, options.yes);
  });
}

/** Everything one person may see of the record: every share with them, and their membership. */
async function revokePerson(
  call: Invocation,
  account: Account,
  record: HealthRecord,
  text: string,
  yes: boolean | undefined,
): Promise<void> {
  const { said } = call.words;
  const contact = contactOrNothing(account, text);
  const who = nameOf(account, contact.account, call.words);
  const isTheirs = (each: ShareLife) =>
    each.recipient === contact.account && isOpen(each, Date.now());
  const shares = (await record.shares()).filter(isTheirs);
  const isMember = (await record.members()).some((each) => each.account === contact.account);
  if (shares.length === 0 && !isMember) throw new CommandError("nothing-with-contact", who);
  const count = shares.reduce((sum, { links }) => sum + links.count, 0);
  const asked = [
    ...(shares.length === 0 ? [] : [said.revokeShareAsk(who, said.documents(count))]),
    ...(isMember ? [said.revokeMemberAsk(who)] : []),
  ];
  await call.confirm(asked.join("\n"), yes);
  for (const { share } of shares) await record.endShare(share);
  if (isMember) await record.endMember(contact.account);
  const result = { shares: shares.map(({ share }) => share), member: isMember };
  await call.result(result, [said.revoked(who)]);
}

function contactOrNothing(account: Account, text: string) {
  try {
    return contactNamed(account, text);
  } catch (cause) {
    if (cause instanceof CommandError && cause.code === "contact-unknown") {
      throw new CommandError("share-unknown", text, { cause });
    }
    throw cause;
  }
}
