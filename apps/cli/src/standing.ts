import type { Account, OfflineAccount, OfflineRecord, OutboxEntry } from "@ecrin/client";
import { awayWords } from "./away-words.ts";
import type { Invocation } from "./invocation.ts";
import { titleIn } from "./shown.ts";

/** An account as a command has it: signed in, or as this device keeps it where the service does not answer. */
export type AtHand = Account | OfflineAccount;

/** Says how many changes are on this device only, and how many were refused. */
export async function tellWaiting(call: Invocation, { outbox }: Pick<OfflineAccount, "outbox">) {
  const away = awayWords(call.words);
  const { waits, apart } = counted(await outbox.waiting());
  if (waits > 0) call.tell(away.waits(waits));
  if (apart > 0) call.tell(away.apart(apart));
}

/** Sends what waits on this device, and says what came of it. */
export async function sendWaiting(call: Invocation, account: Account): Promise<void> {
  const { outbox } = account.keeping;
  if ((await outbox.waiting()).length === 0) return;
  const away = awayWords(call.words);
  const { sent, reason } = await account.send();
  if (sent > 0) call.tell(away.sent(sent));
  if (reason === "clock" || reason === "proof-refused") call.tell(away.clock);
  await tellWaiting(call, { outbox });
}

/** How many wait to go out by themselves, and how many were set apart. */
export function counted(waiting: readonly OutboxEntry[]): { waits: number; apart: number } {
  const apart = waiting.filter((entry) => entry.apart !== undefined).length;
  return { waits: waiting.length - apart, apart };
}

/** What something that waits is, in words. */
export function waitingInWords(
  { words }: Pick<Invocation, "words">,
  { what }: OutboxEntry,
  records: readonly OfflineRecord[],
): string {
  const away = awayWords(words);
  if (what.kind === "read") return away.read;
  if (what.kind === "unshare" || what.kind === "end") return away.ended;
  const named = what.kind === "delete" ? what.parents : [what.revision];
  const titles = named.flatMap((id) =>
    records.flatMap(({ revisions }) => revisions.get(id)?.opened?.metadata.title ?? []),
  );
  const title = titleIn(titles[0] ?? "");
  return what.kind === "delete" ? away.deleted(title) : away.written(title);
}
