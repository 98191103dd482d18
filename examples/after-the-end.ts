import type { Account, HealthRecord } from "@ecrin/client";
import { openBox } from "@ecrin/crypto";
import { fromBase64url, type ItemId, parseRevision, secretContext } from "@ecrin/protocol";
import { outcome, type Report } from "./report.ts";

/** What the journey leaves behind: a membership ended, and something sealed after it. */
export interface AfterTheEnd {
  readonly camille: Account;
  readonly record: HealthRecord;
  readonly his: HealthRecord;
  readonly later: ItemId;
}

/**
 * Gives the ex-reader everything the server holds of what was sealed after his
 * membership ended: its row, and the release key of every epoch. With them and
 * the keys he kept he tries what there is to try.
 */
export async function afterTheEnd(
  { record, his, later }: AfterTheEnd,
  report: Report,
): Promise<void> {
  await record.sync();
  const { n } = record.view.epoch.epoch;
  const epochs = Array.from({ length: n }, (_, i) => i + 1);
  const releaseKeys = await Promise.all(
    epochs.map((epoch) => record.view.secret("release", epoch)),
  );
  const kept = await Promise.all(
    epochs.slice(0, -1).map((epoch) => his.view.secret("space", epoch)),
  );
  const row = await record.listing.row(later);
  const { fact } = parseRevision(row.statement);
  const wrap = fromBase64url(row.wrap ?? "", "wrap");
  const ctx = secretContext(fact, row.wrapEpoch);
  const tried = await Promise.all(
    [...kept, ...releaseKeys].map((key) =>
      outcome(() => openBox(key, "revision secret", ctx, wrap)),
    ),
  );
  const shut = tried.length === 2 * n - 1 && tried.every((each) => each === "cannot-open");
  report.promise("with all the server holds he opens nothing sealed after the end", shut);
}
