import type { Role } from "@ecrin/protocol";
import { type Command, Option } from "commander";
import { CommandError } from "./exit.ts";
import { Invocation } from "./invocation.ts";
import { contactNamed, nameOf, personNamed, recordNamed, verifiedIn } from "./naming.ts";
import { whenOf } from "./shares.ts";
import { shortId } from "./short-id.ts";
import { columns, fullMomentIn, momentIn, shown } from "./shown.ts";
import type { Words } from "./words.ts";

interface AddOptions {
  readonly record?: string;
  readonly role: Role;
  readonly until?: string;
  readonly offline?: boolean;
  readonly yes?: boolean;
}

interface EndOptions {
  readonly record?: string;
  readonly yes?: boolean;
}

/** Who may see the whole record. */
export function defineMembers(program: Command, { help }: Words): void {
  const members = program.command("members").description(help.members);
  members
    .command("list", { isDefault: true })
    .description(help.members)
    .option("--record <owner>", help.options.record)
    .action(async (options: { record?: string }, command: Command) => {
      await list(Invocation.of(command), options.record);
    });
  members
    .command("add")
    .description(help.membersAdd)
    .argument("<contact>", help.args.contact)
    .option("--record <owner>", help.options.record)
    .addOption(
      new Option("--role <role>", help.options.role)
        .choices(["owner", "manager", "writer", "reader"])
        .default("reader"),
    )
    .option("--until <when>", help.options.until)
    .option("--offline", help.options.offline)
    .option("--yes", help.options.yes)
    .action(async (contact: string, options: AddOptions, command: Command) => {
      await add(Invocation.of(command), contact, options);
    });
  members
    .command("end")
    .description(help.membersEnd)
    .argument("<contact>", help.args.contact)
    .option("--record <owner>", help.options.record)
    .option("--yes", help.options.yes)
    .action(async (contact: string, options: EndOptions, command: Command) => {
      await end(Invocation.of(command), contact, options);
    });
}

async function list(call: Invocation, owner: string | undefined): Promise<void> {
  const { words } = call;
  await call.unlocked(async (account) => {
    const record = await recordNamed(account, owner);
    const members = await record.members();
    const lines = members.map((each) => [
      shortId(each.account),
      nameOf(account, each.account, words),
      words.roles[each.role],
      each.until === undefined ? words.table.noEnd : words.table.until(momentIn(words, each.until)),
      verifiedIn(account, each.account, words),
      each.offline || each.role !== "reader" ? words.table.offline : "",
    ]);
    const value = members.map(({ account: id, role, offline, until }) => {
      return { account: id, name: nameOf(account, id, words), role, offline, until };
    });
    await call.result({ record: record.space, members: value }, columns(lines));
  });
}

async function add(call: Invocation, text: string, options: AddOptions): Promise<void> {
  const { words } = call;
  const until = options.until === undefined ? undefined : whenOf(options.until, Date.now());
  await call.unlocked(async (account) => {
    await account.contacts().invitations(); // Whoever has accepted since can become a member.
    const contact = contactNamed(account, text);
    const record = await recordNamed(account, options.record);
    const who = shown(contact.name);
    const how = verifiedIn(account, contact.account, words);
    const end = until === undefined ? undefined : fullMomentIn(words, until);
    const sentence = words.said.memberAsk(who, how, words.roles[options.role], end);
    await call.confirm(sentence, options.yes);
    const rights = {
      role: options.role,
      offline: options.offline === true,
      ...(until === undefined ? {} : { until }),
    };
    await record.addMember(contact.account, rights);
    await call.result({ account: contact.account, ...rights }, [words.said.memberAdded(who)]);
  });
}

async function end(call: Invocation, text: string, options: EndOptions): Promise<void> {
  const { said } = call.words;
  await call.unlocked(async (account) => {
    const record = await recordNamed(account, options.record);
    const members = (await record.members()).map((each) => each.account);
    const person = personNamed(account, text, members);
    const who = nameOf(account, person, call.words);
    if (!members.includes(person)) throw new CommandError("member-unknown", who);
    await call.confirm(said.revokeMemberAsk(who), options.yes);
    await record.endMember(person);
    await call.result({ account: person, ended: true }, [said.revoked(who)]);
  });
}
