import { type Account, ClientError } from "@ecrin/client";
import { type InvitationId, parseContactCode } from "@ecrin/protocol";
import type { Command } from "commander";
import { renderUnicodeCompact } from "uqr";
import { CommandError } from "./exit.ts";
import { Invocation } from "./invocation.ts";
import { nameOf } from "./naming.ts";
import { oneNamed, shortId } from "./short-id.ts";
import { columns, momentIn, shown } from "./shown.ts";
import type { Words } from "./words.ts";

/** Whom one knows: by invitation, or by the code compared face to face. */
export function defineContacts(program: Command, { help }: Words): void {
  program
    .command("invite")
    .description(help.invite)
    .argument("<address>", help.args.address)
    .requiredOption("--name <name>", help.options.contactName)
    .action(async (address: string, options: { name: string }, command: Command) => {
      await invite(Invocation.of(command), address, options.name);
    });
  program
    .command("invitations")
    .description(help.invitations)
    .action(async (_options: object, command: Command) => {
      await invitations(Invocation.of(command));
    });
  program
    .command("accept")
    .description(help.accept)
    .argument("<invitation>", help.args.invitation)
    .requiredOption("--name <name>", help.options.contactName)
    .action(async (invitation: string, options: { name: string }, command: Command) => {
      await accept(Invocation.of(command), invitation, options.name);
    });
  program
    .command("contacts")
    .description(help.contacts)
    .action(async (_options: object, command: Command) => {
      await contacts(Invocation.of(command));
    });
  program
    .command("verify-contact")
    .description(help.verifyContact)
    .argument("[code]", help.args.code)
    .option("--name <name>", help.options.contactName)
    .action(async (code: string | undefined, options: { name?: string }, command: Command) => {
      const call = Invocation.of(command);
      if (code === undefined) await showCode(call);
      else await verify(call, code, options.name);
    });
}

async function invite(call: Invocation, address: string, name: string): Promise<void> {
  await call.unlocked(async (account) => {
    const invitation = await account.contacts().invite(address, name).catch(refuseMore);
    await call.result({ invitation, name }, [call.words.said.invited(shown(name))]);
  });
}

/** What there is no room for is an invitation, and nothing that could be removed. */
function refuseMore(cause: unknown): never {
  const isFull = cause instanceof ClientError && cause.code === "quota-reached";
  throw isFull ? new CommandError("invitations-open", "", { cause }) : cause;
}

async function invitations(call: Invocation): Promise<void> {
  const { words } = call;
  await call.unlocked(async (account) => {
    const all = await account.contacts().invitations();
    const received = all.received.map(({ invitation, from, at }) => [
      shortId(invitation),
      momentIn(words, at),
      nameOf(account, from, words),
    ]);
    const sent = all.sent.map(({ invitation, at, state, contact }) => [
      shortId(invitation),
      momentIn(words, at),
      words.invitationStates[state],
      contact === undefined ? "" : shown(contact.name),
    ]);
    const lines = [
      ...section(words.table.received, columns(received)),
      ...section(words.table.sent, columns(sent)),
    ];
    const value = {
      received: all.received,
      sent: all.sent.map(({ invitation, at, state, contact }) => {
        return { invitation, at, state, account: contact?.account };
      }),
    };
    await call.result(value, lines.length === 0 ? [words.said.nothing] : lines);
  });
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];
}

async function accept(call: Invocation, text: string, name: string): Promise<void> {
  await call.unlocked(async (account) => {
    const invitation = await invitationNamed(account, text);
    const contact = await account.contacts().accept(invitation, name);
    await call.result({ invitation, account: contact.account, name: contact.name }, [
      call.words.said.accepted(shown(contact.name)),
    ]);
  });
}

async function invitationNamed(account: Account, text: string): Promise<InvitationId> {
  const { received } = await account.contacts().invitations();
  const idOf = ({ invitation }: { readonly invitation: InvitationId }) => invitation;
  return oneNamed(received, text, idOf, "invitation-unknown").invitation;
}

async function contacts(call: Invocation): Promise<void> {
  const { words } = call;
  await call.unlocked(async (account) => {
    await account.contacts().invitations(); // Whoever has accepted since is a contact by this.
    const all = account.contacts().list();
    const lines = columns(
      all.map((each) => [shortId(each.account), shown(each.name), words.verified[each.verified]]),
    );
    const value = all.map(({ account: id, name, verified }) => ({ account: id, name, verified }));
    await call.result({ contacts: value }, lines.length === 0 ? [words.said.nothing] : lines);
  });
}

async function showCode(call: Invocation): Promise<void> {
  await call.unlocked(async (account) => {
    const code = await account.contacts().code();
    const lines = [call.words.said.myCode, "", renderUnicodeCompact(code), "", code];
    await call.result({ code }, lines);
  });
}

async function verify(call: Invocation, code: string, given: string | undefined): Promise<void> {
  await call.unlocked(async (account) => {
    await account.contacts().invitations();
    const name = given ?? nameKnown(account, code) ?? (await call.line(call.words.ask.contactName));
    const contact = await account.contacts().verify(code, name);
    const { account: id, verified } = contact;
    await call.result({ account: id, name, verified }, [call.words.said.verified(shown(name))]);
  });
}

/** What a contact is called already: verifying must not ask for it again. */
function nameKnown(account: Account, code: string): string | undefined {
  try {
    return account.contacts().get(parseContactCode(code).account)?.name;
  } catch {
    return undefined; // What is no code is refused by `verify`, with its own words.
  }
}
