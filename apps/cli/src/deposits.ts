import type { Account, Inbox, Waiting } from "@ecrin/client";
import type { AccountId } from "@ecrin/protocol";
import type { Command } from "commander";
import { withFile } from "./add.ts";
import { contentOf, isTextType, writeContent } from "./content.ts";
import { CommandError } from "./exit.ts";
import { Invocation } from "./invocation.ts";
import { nameOf, recordNamed } from "./naming.ts";
import { namesId, oneNamed, shortId } from "./short-id.ts";
import { columns, momentIn, sizeIn, titleIn, typeIn } from "./shown.ts";
import type { Words } from "./words.ts";

interface InboxOptions {
  readonly record?: string;
  readonly show?: string;
  readonly accept?: string;
  readonly refuse?: string;
}

/** Answering what one may only read, and deciding about answers (spec/deposit.md). */
export function defineDeposits(program: Command, { help }: Words): void {
  program
    .command("deposit")
    .description(help.deposit)
    .argument("<to>", help.args.depositTo)
    .argument("<file>", help.args.file)
    .option("--title <title>", help.options.title)
    .action(async (to: string, file: string, options: { title?: string }, command: Command) => {
      await deposit(Invocation.of(command), to, file, options);
    });
  program
    .command("deposits")
    .description(help.deposits)
    .action(async (_: unknown, command: Command) => {
      await deposits(Invocation.of(command));
    });
  program
    .command("inbox")
    .description(help.inbox)
    .option("--record <owner>", help.options.record)
    .option("--show <deposit>", help.options.showDeposit)
    .option("--accept <deposit>", help.options.acceptDeposit)
    .option("--refuse <deposit>", help.options.refuseDeposit)
    .action(async (options: InboxOptions, command: Command) => {
      await inbox(Invocation.of(command), options);
    });
}

async function deposit(
  call: Invocation,
  to: string,
  path: string,
  options: { readonly title?: string },
): Promise<void> {
  await call.unlocked(async (account) => {
    const place = await placeFor(account, to);
    const made = await withFile(path, options, (file) => account.deposit(place, file));
    await call.result(made, [call.words.deposits.made(shortId(made.deposit))]);
  });
}

/** A share received, by its id, or a record by its owner. */
async function placeFor(account: Account, text: string) {
  const shares = await account.sharedWithMe();
  if (!shares.some(({ share }) => namesId(text, share))) return await recordNamed(account, text);
  return oneNamed(shares, text, ({ share }) => share, "share-unknown");
}

/** What this account gave, and whether it is part of a record by now. */
async function deposits(call: Invocation): Promise<void> {
  const { words } = call;
  await call.unlocked(async (account) => {
    const given = await account.given();
    if (given.length === 0) return await call.result({ given }, [words.said.nothing]);
    const deciding = await decidingOver(account);
    const lines = columns(
      given.map(({ deposit, space, at, accepted }) => [
        shortId(deposit),
        nameOf(account, deciding.get(space), words),
        momentIn(words, at),
        accepted ? words.deposits.joined : words.deposits.notJoined,
      ]),
    );
    await call.result({ given }, [...lines, "", words.deposits.toldBy]);
  });
}

/** Who decides about what is given in a share, or a record, as far as this account sees it. */
async function decidingOver(account: Account): Promise<ReadonlyMap<string, AccountId>> {
  const people = new Map<string, AccountId>();
  for (const { share, maker } of await account.sharedWithMe()) people.set(share, maker.account);
  for (const record of await account.records())
    for (const { account: member, role } of await record.members())
      if (role === "owner") people.set(record.space, member);
  return people;
}

async function inbox(call: Invocation, options: InboxOptions): Promise<void> {
  const { words } = call;
  await call.unlocked(async (account) => {
    const of = account.inbox(await recordNamed(account, options.record));
    const waiting = await of.list();
    const chosen = options.show ?? options.accept ?? options.refuse;
    if (chosen !== undefined) return await decide(call, account, of, waiting, options, chosen);
    const lines = columns(waiting.map((each) => lineOf(account, each, words)));
    if (of.refused > 0) lines.push(words.deposits.broken(of.refused));
    await call.result(
      { waiting, refused: of.refused },
      lines.length === 0 ? [words.said.nothing] : lines,
    );
  });
}

function lineOf(account: Account, { deposit, author, at, metadata }: Waiting, words: Words) {
  return [
    shortId(deposit),
    nameOf(account, author, words),
    momentIn(words, at),
    typeIn(words, metadata),
    titleIn(metadata.title),
    sizeIn(words, metadata.size),
  ];
}

async function decide(
  call: Invocation,
  account: Account,
  of: Inbox,
  waiting: readonly Waiting[],
  options: InboxOptions,
  text: string,
): Promise<void> {
  const { words } = call;
  const one = oneNamed(waiting, text, (each) => each.deposit, "deposit-unknown");
  const { deposit, author } = one;
  if (options.show !== undefined) {
    const { title, mediaType } = one.metadata;
    if (call.streams.stdout.isTTY === true && !isTextType(mediaType))
      throw new CommandError("not-for-terminal", titleIn(title));
    await writeContent(call.streams.stdout, contentOf(await of.open(deposit)));
    return;
  }
  if (options.refuse !== undefined) {
    await of.refuse(deposit);
    return await call.result({ refused: deposit }, [words.deposits.refused]);
  }
  const item = await of.accept(deposit, nameOf(account, author, words));
  await call.result({ accepted: deposit, item }, [words.deposits.accepted]);
}
