import {
  type ByteSource,
  type CheckedAnchor,
  checkExport,
  isHeld,
  type Progress,
  ProtocolError,
  parseSigningKey,
  reasonOf,
  type VerifiedExport,
  type Witness,
} from "@ecrin/client";
import type { AnchorTold, ExportVerdict, VerifyAsked } from "../wire-export.ts";
import { Refusal } from "./handlers.ts";
import { nameIfKnown } from "./people.ts";

// A copy of a journal is checked by the very code of `ecrin verify` (spec/export.md, Verification),
// a mebibyte at a time. Nothing is fetched, and no account need be open.

/**
 * @param witnesses those that count in the place of the copy's; none: the copy's
 * @throws Refusal `log-key` where what was typed is no key
 */
export async function verdictOn(
  { file, logKey, demonstration }: VerifyAsked,
  progress: Progress,
  witnesses: readonly Witness[] = [],
): Promise<ExportVerdict> {
  const key = keyGiven(logKey);
  try {
    const said = await checkExport(sourceOf(file), {
      progress,
      ...(key === undefined ? {} : { logKey: key }),
      ...(witnesses.length === 0 ? {} : { witnesses }),
      // What a demonstration mines is easy; a real block never is (spec/anchor.md).
      ...(demonstration ? { leastWork: 1n } : {}),
    });
    return told(said);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const [file = "archive", ...place] = (error.field ?? "archive").split(": ");
    const { reason, named } = reasonOf(error);
    return { holds: false, file, place: place.join(": "), reason, named, said: error.message };
  }
}

function keyGiven(text: string) {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  try {
    return parseSigningKey(trimmed, "key");
  } catch {
    throw new Refusal("log-key");
  }
}

function sourceOf(file: Blob): ByteSource {
  return {
    size: file.size,
    read: async (from, length) =>
      new Uint8Array(await file.slice(from, from + length).arrayBuffer()),
  };
}

function told(said: VerifiedExport): ExportVerdict {
  const { manifest, checkpoint, quorum, anchors, since } = said;
  return {
    holds: true,
    subject: manifest.subject,
    entries: said.entries,
    size: checkpoint.size,
    at: manifest.at,
    signedReads: said.signedReads,
    erased: said.erased,
    tagsChecked: said.tagsChecked,
    tagsUndisclosed: said.tagsUndisclosed,
    ...(since === undefined ? {} : { since }),
    lost: said.ended.map(({ size, from, at }) => ({ signed: size, left: from, at })),
    anchors: anchors.flatMap(anchorTold),
    isAnchored: anchors.some(isHeld),
    demonstration: manifest.demonstration === true,
    operators: quorum.operators,
    quorum: quorum.quorum === "reached",
    witnessesKnown: said.witnessesKnown,
    readers: said.readers.map(({ account, identity }) => ({
      account,
      identity,
      name: nameIfKnown(account),
    })),
    logKey: said.logKey,
    logKeyKnown: said.logKeyKnown,
  };
}

function anchorTold(anchor: CheckedAnchor): AnchorTold[] {
  const { size } = anchor;
  switch (anchor.kind) {
    case "time-stamp": {
      const { authority, at, root, revocation } = anchor;
      const revocationChecked = revocation === "checked";
      return [{ kind: "time-stamp", size, authority, at, root, revocationChecked }];
    }
    case "block":
      return [{ kind: "block", size, height: anchor.height, block: anchor.block }];
    case "pending":
      return [{ kind: "pending", size, calendar: anchor.calendar }];
    case "time-stamp-not-checked":
      // `checkExport` checks every time stamp or refuses the export.
      return [];
    default:
      return anchor satisfies never;
  }
}
