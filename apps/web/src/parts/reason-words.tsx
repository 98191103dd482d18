import type { ExportNamed, ExportReason } from "@ecrin/client";
import { Trans } from "@lingui/react/macro";
import type { ReactNode } from "react";

/** Why a copy of a journal does not hold, in a sentence. */
export function ReasonWords({
  reason,
  named: { name = "", number = 0 },
}: {
  readonly reason: ExportReason;
  readonly named: ExportNamed;
}): ReactNode {
  switch (reason) {
    case "missing":
      return <Trans>This file is missing from the copy.</Trans>;
    case "damaged":
      return <Trans>Its bytes are not those that were put in. It was damaged or changed.</Trans>;
    case "long":
      return <Trans>It is longer than such a file can be.</Trans>;
    case "incomplete":
      return <Trans>The journal stops before its end.</Trans>;
    case "changed":
      return <Trans>It is not what the signed list of the copy says.</Trans>;
    case "unlisted":
      return <Trans>The signed list of the copy and its files do not agree: {name}.</Trans>;
    case "other-size":
      return <Trans>It belongs to another state of the log than its place says.</Trans>;
    case "other-log":
      return <Trans>This is another log than the one you know.</Trans>;
    case "other-keys":
      return <Trans>Its keys are those of another log.</Trans>;
    case "not-grown":
      return <Trans>The lines do not lead to the state of the log that was signed: {name}.</Trans>;
    case "not-earlier":
      return <Trans>It does not go on from the copy before.</Trans>;
    case "not-followed":
      return <Trans>The log that follows does not begin with the end of this one.</Trans>;
    case "entries-lost":
      return (
        <Trans>The copy before is of lines that the log has lost for good, and says so.</Trans>
      );
    case "head":
      return <Trans>The last line that the service signed is not the last line here.</Trans>;
    case "no-head":
      return <Trans>The service has not signed where the lines end.</Trans>;
    case "order":
      return <Trans>It does not stand in its order.</Trans>;
    case "count":
      return <Trans>There are more lines, or fewer, than the signed list says.</Trans>;
    case "gaps":
      return <Trans>Too many lines are missing.</Trans>;
    case "gone":
      return <Trans>Line {number} is missing, and nothing says that it was erased.</Trans>;
    case "proof":
      return <Trans>The proof of its place in the log has the wrong length.</Trans>;
    case "tag-order":
      return <Trans>The operator’s tag does not follow the tag before it.</Trans>;
    case "tag":
      return <Trans>The operator’s tag does not fit the key that was published for it.</Trans>;
    case "statement-other":
      return <Trans>What was signed is not what the line speaks of.</Trans>;
    case "read-unsigned":
      return <Trans>The line tells of an opening that nobody signed.</Trans>;
    case "read-twice":
      return <Trans>One signed opening stands for two lines.</Trans>;
    case "reader-missing":
      return <Trans>The keys of the reader are missing from the copy.</Trans>;
    case "other-subject":
      return <Trans>It belongs to somebody else’s journal.</Trans>;
    case "other-account":
      return <Trans>These are the keys of another account.</Trans>;
    case "stamp":
      return <Trans>The time stamp does not hold.</Trans>;
    case "anchor-other":
      return <Trans>The anchor was made for something else.</Trans>;
    case "block":
      return <Trans>It does not lead to block {number}.</Trans>;
    case "block-idle":
      return <Trans>It does not lead to {name}.</Trans>;
    case "demonstration":
      return (
        <Trans>
          This block is a demonstration’s, which proves nothing. If you know that the copy comes
          from one, say so under More checks.
        </Trans>
      );
    case "work":
      return <Trans>It is no block of the public chain: there is too little work in it.</Trans>;
    case "malformed":
      return <Trans>It does not have the form it should have.</Trans>;
    case "signature-refused":
      return <Trans>A signature is not by the one who should have signed.</Trans>;
    case "statement-refused":
      return <Trans>It is signed, but it is not allowed to stand there.</Trans>;
    case "fork":
      return <Trans>It does not go on from what was signed before.</Trans>;
    case "rollback":
      return <Trans>It is older than what was signed before.</Trans>;
    default:
      return reason satisfies never;
  }
}
