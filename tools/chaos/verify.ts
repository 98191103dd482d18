import { type Account, bytesOf, type HealthRecord } from "@ecrin/client";
import type { Ledger } from "./ledger.ts";

/**
 * Looks with fresh eyes (a device that was not there) whether everything that
 * was acknowledged is there and opens, and nothing else is half there.
 * @returns what is wrong, in words
 */
export async function verify(
  record: HealthRecord,
  recipient: Account,
  ledger: Ledger,
): Promise<string[]> {
  const wrong: string[] = [];
  const listed = new Set((await record.list()).map((each) => each.item));
  for (const { item, content } of ledger.added) {
    if (!listed.has(item)) wrong.push("an item that was acknowledged is not listed");
    else if (!same(await bytesOf(await record.open(item)), content))
      wrong.push("an item opens to other bytes");
  }
  const acknowledged = new Set(ledger.added.map((each) => each.item));
  for (const item of listed) if (!acknowledged.has(item)) await bytesOf(await record.open(item));
  const shares = new Map((await record.shares()).map((life) => [life.share, life]));
  for (const share of ledger.shared.keys()) {
    const life = shares.get(share);
    if (life === undefined) wrong.push("a share that was acknowledged is not in the chain");
    else if (ledger.ended.has(share) && life.ended === undefined)
      wrong.push("an ended share is open in the chain");
  }
  const open = new Map((await recipient.sharedWithMe()).map((view) => [view.share, view]));
  for (const [share, life] of shares) {
    const view = open.get(share);
    if (life.ended !== undefined && view !== undefined) wrong.push("an ended share is handed out");
    if (life.ended === undefined && view === undefined)
      wrong.push("an open share is not handed out");
    const revision = view?.items[0]?.fact.revision;
    if (view !== undefined && revision !== undefined) await bytesOf(await view.open(revision));
  }
  const journal = await record.journal();
  const uploads = journal.filter((line) => line.kind === "upload").length;
  if (uploads !== listed.size) wrong.push(`${listed.size} items, ${uploads} entries of uploads`);
  return wrong;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
