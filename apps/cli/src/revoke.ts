import type { Account, HealthRecord, OfflineAccount } from "@ecrin/client";
import type { AccountId, ShareLife } from "@ecrin/protocol";
import type { Command } from "commander";
import { awayWords } from "./away-words.ts";
import { CommandError } from "./exit.ts";
import { Invocation } from "./invocation.ts";
import { folded, nameOf, personNamed, recordHere, recordNamed } from "./naming.ts";
import { isOpen } from "./shares.ts";
import { namesId, oneNamed } from "./short-id.ts";
import { tellWaiting } from "./standing.ts";
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
  await call.atHand(
    (account) => revokeNow(call, account, text, options),
    (here) => revokeLater(call, here, text, options),
  );
}

async function revokeNow(
  call: Invocation,
  account: Account,
  text: string,
  options: RevokeOptions,
): Promise<void> {
  const { said } = call.words;
  const record = await recordNamed(account, options.record);
  const shares = await record.shares();
  if (shares.some(({ share }) => namesId(text, share))) {
    const named = oneNamed(shares, text, ({ share }) => share, "share-unknown");
    const who = nameOf(account, named.recipient, call.words);
    const what = said.documents(named.links.count);
    await call.confirm(said.revokeShareAsk(who, what), options.yes);
    await record.endShare(named.share);
    const result = { shares: [named.share], member: false };
    await call.result(result, [said.shareRevoked(who, what)]);
    return;
  }
  await revokePerson(call, account, record, text, options.yes);
}

/** Without network it waits, and goes out before everything else. */
async function revokeLater(
  call: Invocation,
  here: OfflineAccount,
  text: string,
  { record: owner, yes }: RevokeOptions,
): Promise<void> {
  const away = awayWords(call.words);
  const record = await recordHere(here, owner);
  const shares = await record.shares();
  const isShare = shares.some(({ share }) => namesId(text, share));
  const named = isShare ? [oneNamed(shares, text, ({ share }) => share, "share-unknown")] : [];
  const people = here.people.filter(({ name }) => folded(name).includes(folded(text)));
  if (named.length === 0 && people.length > 1) throw new CommandError("contact-ambiguous", text);
  const [person] = people;
  const theirs = shares.filter(({ recipient }) => recipient === person?.account);
  const ending = named.length > 0 ? named : theirs;
  const isPerson = (each: { account: string }) => each.account === person?.account;
  const isMember = named.length === 0 && (await record.members()).some(isPerson);
  const whose = named[0]?.recipient ?? person?.account;
  if (whose === undefined) throw new CommandError("share-unknown", text);
  const who = nameOf(here, whose, call.words);
  if (ending.length === 0 && !isMember) throw new CommandError("nothing-with-contact", who);
  await call.confirm(away.revokeWaits(who), yes);
  for (const { share } of ending) await record.endShare(share);
  if (isMember) await record.endMember(whose);
  const result = { shares: ending.map(({ share }) => share), member: isMember, waits: true };
  await call.result(result, [away.revokeWaits(who)]);
  await tellWaiting(call, here);
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
  const all = await record.shares();
  const members = (await record.members()).map((each) => each.account);
  const person = personOrNothing(account, text, [
    ...members,
    ...all.map(({ recipient }) => recipient),
  ]);
  const who = nameOf(account, person, call.words);
  const isTheirs = (each: ShareLife) => each.recipient === person && isOpen(each, Date.now());
  const shares = all.filter(isTheirs);
  const isMember = members.includes(person);
  if (shares.length === 0 && !isMember) throw new CommandError("nothing-with-contact", who);
  const count = shares.reduce((sum, { links }) => sum + links.count, 0);
  const asked = [
    ...(shares.length === 0 ? [] : [said.revokeShareAsk(who, said.documents(count))]),
    ...(isMember ? [said.revokeMemberAsk(who)] : []),
  ];
  await call.confirm(asked.join("\n"), yes);
  for (const { share } of shares) await record.endShare(share);
  if (isMember) await record.endMember(person);
  const result = { shares: shares.map(({ share }) => share), member: isMember };
  await call.result(result, [said.revoked(who)]);
}

function personOrNothing(account: Account, text: string, others: readonly AccountId[]) {
  try {
    return personNamed(account, text, others);
  } catch (cause) {
    if (cause instanceof CommandError && cause.code === "contact-unknown") {
      throw new CommandError("share-unknown", text, { cause });
    }
    throw cause;
  }
}
