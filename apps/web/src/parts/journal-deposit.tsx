import { Trans } from "@lingui/react/macro";
import type { JournalRow } from "../wire.ts";

/** What the journal says of what others wrote to the record's owner. */
export function AboutDeposit({ row, who }: { readonly row: JournalRow; readonly who: string }) {
  const isMine = row.who.known === "me";
  if (row.kind === "deposit") return <Trans>{who} wrote to you.</Trans>;
  if (row.kind === "inbox") {
    return isMine ? (
      <Trans>You made a new key for what others write to you.</Trans>
    ) : (
      <Trans>{who} made a new key for what others write.</Trans>
    );
  }
  return isMine ? (
    <Trans>You answered what somebody had written to you.</Trans>
  ) : (
    <Trans>{who} answered what somebody had written.</Trans>
  );
}
