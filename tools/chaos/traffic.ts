import { ClientError, type HealthRecord } from "@ecrin/client";
import type { AccountId } from "@ecrin/protocol";
import type { Ledger } from "./ledger.ts";

// Longer than any run takes: a share that has run out is rightly not handed out any more.
const DAY = 24 * 3_600_000;
const LARGE = 300_000;

/** Answers that a server which is being killed may give; anything else is a finding. */
const EXPECTED = new Set(["offline", "unavailable", "proof-refused", "stale-head", "stale-tree"]);

/** Somebody who adds, shares and ends shares until told to stop. */
export async function keepBusy(
  record: HealthRecord,
  recipient: AccountId,
  ledger: Ledger,
  isOver: () => boolean,
): Promise<void> {
  for (let i = 0; !isOver(); i++) {
    try {
      if (i % 5 === 3) await shareOne(record, recipient, ledger);
      else if (i % 5 === 4) await endOne(record, ledger);
      else await addOne(record, ledger, i % 20 === 0 ? LARGE : 200);
    } catch (error) {
      if (!(error instanceof ClientError) || !EXPECTED.has(error.code)) throw error;
      ledger.unanswered += 1;
      await new Promise<void>((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function addOne(record: HealthRecord, ledger: Ledger, size: number): Promise<void> {
  const content = crypto.getRandomValues(new Uint8Array(200));
  const whole = new Uint8Array(size);
  whole.set(content);
  const item = await record.add({
    title: "chaos",
    mediaType: "application/octet-stream",
    content: whole,
  });
  ledger.added.push({ item, content: whole });
}

async function shareOne(record: HealthRecord, recipient: AccountId, ledger: Ledger): Promise<void> {
  const last = ledger.added.at(-1);
  if (last === undefined) return;
  const share = await record.share({
    with: recipient,
    items: [last.item],
    until: Date.now() + DAY,
  });
  ledger.shared.set(share, last.item);
}

async function endOne(record: HealthRecord, ledger: Ledger): Promise<void> {
  const share = [...ledger.shared.keys()].find((each) => !ledger.ended.has(each));
  if (share === undefined) return;
  await record.endShare(share);
  ledger.ended.add(share);
}
