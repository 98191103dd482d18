import type { Account, SharedView } from "@ecrin/client";
import type { AccountId, ShareLife } from "@ecrin/protocol";
import type { Command } from "commander";
import { awayWords } from "./away-words.ts";
import { CommandError } from "./exit.ts";
import { Invocation } from "./invocation.ts";
import { contactNamed, listedNamed, nameOf, recordNamed, verifiedIn } from "./naming.ts";
import { decide, offered } from "./offers.ts";
import { sharedHere } from "./shared-here.ts";
import { sharedItemLine } from "./shared-item.ts";
import { namesId, shortId } from "./short-id.ts";
import { columns, fullMomentIn, momentIn, shown, titleIn } from "./shown.ts";
import { parseWhen } from "./when.ts";
import type { Words } from "./words.ts";

interface ShareOptions {
  readonly with: string;
  readonly until: string;
  readonly note?: string;
  readonly offline?: boolean;
  readonly yes?: boolean;
}

/** A selection for one person until a date: made, looked over, received. Its end is in revoke.ts. */
export function defineShares(program: Command, words: Words): void {
  const { help } = words;
  program
    .command("share")
    .description(help.share)
    .argument("<item...>", help.args.items)
    .requiredOption("--with <contact>", help.options.with)
    .requiredOption("--until <when>", help.options.until)
    .option("--note <text>", help.options.note)
    .option("--offline", awayWords(words).help.shareOffline)
    .option("--yes", help.options.yes)
    .action(async (items: string[], options: ShareOptions, command: Command) => {
      await share(Invocation.of(command), items, options);
    });
  program
    .command("shares")
    .description(help.shares)
    .option("--record <owner>", help.options.record)
    .option("--all", help.options.all)
    .action(async (options: { record?: string; all?: boolean }, command: Command) => {
      await shares(Invocation.of(command), options.record, options.all === true);
    });
  program
    .command("shared")
    .description(help.shared)
    .argument("[share]", help.args.share)
    .option("--accept <share>", help.options.acceptOffer)
    .option("--decline <share>", help.options.declineOffer)
    .action(
      async (
        only: string | undefined,
        { accept, decline }: { accept?: string; decline?: string },
        command: Command,
      ) => {
        const call = Invocation.of(command);
        if (accept !== undefined) await decide(call, accept, "accept");
        else if (decline !== undefined) await decide(call, decline, "decline");
        else await shared(call, only);
      },
    );
}

async function share(call: Invocation, texts: readonly string[], options: ShareOptions) {
  const { words } = call;
  const until = whenOf(options.until, Date.now());
  await call.unlocked(async (account) => {
    await account.contacts().invitations(); // Whoever has accepted since can be shared with.
    const contact = contactNamed(account, options.with);
    const { record, titles, revisions } = await chosen(account, call, texts);
    const who = shown(contact.name);
    const how = verifiedIn(account, contact.account, words);
    const what = titles.length > 3 ? words.said.documents(titles.length) : titles.join(", ");
    const ask = words.said.shareAsk(who, how, what, fullMomentIn(words, until));
    const offline = options.offline === true;
    const price = awayWords(words).shareOfflineAsk(who, fullMomentIn(words, until));
    await call.confirm(offline ? `${ask} ${price}` : ask, options.yes);
    const made = await record.share({
      with: contact.account,
      items: revisions,
      until,
      offline,
      ...(options.note === undefined ? {} : { note: options.note }),
    });
    const value = { share: made, with: contact.account, items: revisions, until, offline };
    await call.result(value, [words.said.shareMade(shortId(made), who, momentIn(words, until))]);
  });
}

/** @throws CommandError `when-unclear`, `when-past` */
export function whenOf(text: string, now: number): number {
  const at = parseWhen(text, now);
  if (at === undefined) throw new CommandError("when-unclear", text);
  if (at <= now) throw new CommandError("when-past", text);
  return at;
}

/** The items chosen, all of one record: a share is made from one. */
async function chosen(account: Account, call: Invocation, texts: readonly string[]) {
  const places: Awaited<ReturnType<typeof listedNamed>>[] = [];
  for (const text of texts) places.push(await listedNamed(account, call.home, text));
  const [first] = places;
  if (first === undefined) throw new CommandError("item-unknown");
  const stray = places.findIndex(({ record }) => record.space !== first.record.space);
  if (stray >= 0) throw new CommandError("items-of-two-records", texts[stray]);
  return {
    record: first.record,
    titles: places.map(({ listed }) => call.words.quoted(titleIn(listed.metadata.title))),
    revisions: places.map(({ listed }) => listed.revision),
  };
}

async function shares(call: Invocation, owner: string | undefined, all: boolean): Promise<void> {
  const { words } = call;
  await call.unlocked(async (account) => {
    const record = await recordNamed(account, owner);
    const found = (await record.shares()).filter((each) => all || isOpen(each, Date.now()));
    const lines = columns(
      found.map((each) => [
        shortId(each.share),
        nameOf(account, each.recipient, words),
        words.said.documents(each.links.count),
        isOpen(each, Date.now())
          ? words.table.until(momentIn(words, each.until))
          : words.table.ended,
        each.offline ? words.table.offline : "",
      ]),
    );
    const value = found.map((each) => ({
      share: each.share,
      with: each.recipient,
      count: each.links.count,
      until: each.until,
      offline: each.offline,
      ended: !isOpen(each, Date.now()),
    }));
    await call.result({ shares: value }, lines.length === 0 ? [words.said.nothing] : lines);
  });
}

/** Whether a share still opens anything. */
export function isOpen({ ended, until }: ShareLife, now: number): boolean {
  return ended === undefined && until > now;
}

async function shared(call: Invocation, only: string | undefined): Promise<void> {
  await call.atHand(
    (account) => sharedThere(call, account, only),
    (here) => sharedHere(call, here, only),
  );
}

async function sharedThere(call: Invocation, account: Account, only: string | undefined) {
  const { words } = call;
  const views: SharedView[] = [];
  for (const view of await account.sharedWithMe()) {
    if (only !== undefined && !namesId(only, view.share)) continue;
    await view.sync();
    if (!view.ended) views.push(view);
  }
  const refused = account.sharesRefused.filter(
    ({ share }) => only === undefined || namesId(only, share),
  );
  if (only !== undefined && views.length + refused.length === 0)
    throw new CommandError("share-unknown", only);
  const items = views.flatMap((view) => view.items.map((item) => ({ view, item })));
  await call.home.keepList(
    items.map(({ view, item: { fact } }) => {
      const { space, item, revision } = fact;
      return { space, item, revision, share: view.share };
    }),
  );
  let number = 0;
  const lines = views.flatMap((view) => [
    shareLine(account, view, words),
    ...(view.about.note === "" ? [] : [`  ${shown(view.about.note)}`]),
    ...columns(view.items.map((item) => sharedItemLine(words, item, ++number))),
  ]);
  for (const { share, from } of refused) {
    lines.push(`${shortId(share)}  ${words.table.from(whoIs(account, from, words))}`);
    lines.push(`  ${words.said.shareRefused}`);
  }
  const { offers, lines: offering } =
    only === undefined ? await offered(account, words) : { offers: [], lines: [] };
  lines.push(...offering);
  const value = { shared: views.map(viewJson), refused, offers };
  await call.result(value, lines.length === 0 ? [words.said.nothing] : lines);
}

/** The sender's own name is theirs to choose; what this person calls them, and how sure that is, comes first. */
function shareLine(account: Account, view: SharedView, words: Words): string {
  const from = whoIs(account, view.maker.account, words);
  const until = view.view.state.share?.until;
  const end = until === undefined ? "" : `, ${words.table.until(momentIn(words, until))}`;
  const right = view.offline ? `, ${awayWords(words).mayKeep}` : "";
  return `${shortId(view.share)}  ${words.table.from(from)}${end}${right}`;
}

function whoIs(account: Account, who: AccountId, words: Words): string {
  return `${nameOf(account, who, words)} (${verifiedIn(account, who, words)})`;
}

function viewJson(view: SharedView) {
  const items = view.items.map(({ metadata, fact }) => {
    const { title, type, mediaType, size } = metadata;
    return { item: fact.item, revision: fact.revision, title, type, mediaType, size, at: fact.at };
  });
  return {
    share: view.share,
    from: view.maker.account,
    name: view.about.from,
    note: view.about.note,
    until: view.view.state.share?.until,
    offline: view.offline,
    items,
  };
}
