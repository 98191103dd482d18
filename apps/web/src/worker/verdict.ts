import {
  type ByteSource,
  type CheckedAnchor,
  checkExport,
  inOneLine,
  isHeld,
  type Progress,
  ProtocolError,
  parseSigningKey,
  readRoots,
  readWitnessList,
  reasonOf,
  type VerifiedExport,
  type Witness,
} from "@ecrin/client";
import type { AnchorTold, ExportRefused, ExportVerdict, VerifyAsked } from "../wire-export.ts";
import { Refusal } from "./handlers.ts";
import { nameIfKnown } from "./people.ts";

// A copy of a journal is checked by the very code of `ecrin verify` (spec/export.md, Verification),
// a mebibyte at a time. Nothing is fetched, and no account need be open.

/**
 * @param pinned witnesses that count in the place of the copy's, where no list is given; none: the copy's
 * @throws Refusal `log-key`, `roots-file`, `witnesses-file` where what was given is none of that
 */
export async function verdictOn(
  { file, earlier, ...given }: VerifyAsked,
  progress: Progress,
  pinned: readonly Witness[] = [],
): Promise<ExportVerdict> {
  const options = { progress, ...(await optionsOf(given, pinned)) };
  const before = earlier === undefined ? undefined : await checked(earlier, options, true);
  if (before?.holds === false) return before;
  const from = before === undefined ? {} : { earlier: before.said.checkpoint };
  const outcome = await checked(file, { ...options, ...from }, false);
  if (!outcome.holds) return outcome;
  return told(outcome.said, options.roots !== undefined, before?.said.checkpoint.size);
}

type Outcome = { readonly holds: true; readonly said: VerifiedExport } | ExportRefused;

async function checked(
  file: Blob,
  options: Parameters<typeof checkExport>[1],
  inEarlier: boolean,
): Promise<Outcome> {
  try {
    return { holds: true, said: await checkExport(sourceOf(file), options) };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const [file = "archive", ...rest] = (error.field ?? "archive").split(": ");
    const { reason, named } = reasonOf(error);
    const place = rest.join(": ");
    return { holds: false, inEarlier, file, place, reason, named, said: error.message };
  }
}

async function optionsOf(
  { logKey, demonstration, roots, witnesses }: Omit<VerifyAsked, "file" | "earlier">,
  pinned: readonly Witness[],
) {
  const key = keyGiven(logKey);
  const counted = witnesses === undefined ? pinned : await witnessesIn(witnesses);
  return {
    ...(key === undefined ? {} : { logKey: key }),
    ...(roots.length === 0 ? {} : { roots: (await Promise.all(roots.map(rootsIn))).flat() }),
    // A list that was given counts even where nobody is on it.
    ...(witnesses === undefined && counted.length === 0 ? {} : { witnesses: counted }),
    // What a demonstration mines is easy; a real block never is (spec/anchor.md).
    ...(demonstration ? { leastWork: 1n } : {}),
  };
}

/** As large as such a file ever is, and more. */
const MOST_BYTES = 1 << 20;

async function rootsIn(file: Blob): Promise<readonly Uint8Array<ArrayBuffer>[]> {
  try {
    if (file.size > MOST_BYTES) throw new RangeError("too large");
    return readRoots(new Uint8Array(await file.arrayBuffer()));
  } catch {
    throw new Refusal("roots-file");
  }
}

async function witnessesIn(file: Blob): Promise<readonly Witness[]> {
  try {
    if (file.size > MOST_BYTES) throw new RangeError("too large");
    return readWitnessList(await file.text());
  } catch {
    throw new Refusal("witnesses-file");
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

function told(
  said: VerifiedExport,
  rootsKnown: boolean,
  earlier: number | undefined,
): ExportVerdict {
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
    rootsKnown,
    ...(earlier === undefined ? {} : { earlier }),
  };
}

function anchorTold(anchor: CheckedAnchor): AnchorTold[] {
  const { size } = anchor;
  switch (anchor.kind) {
    case "time-stamp": {
      const { at, root, revocation } = anchor;
      const authority = inOneLine(anchor.authority);
      const revocationChecked = revocation === "checked";
      return [{ kind: "time-stamp", size, authority, at, root, revocationChecked }];
    }
    case "time-stamp-not-counted": {
      const { at, root } = anchor;
      const authority = inOneLine(anchor.authority);
      return [{ kind: "time-stamp-not-counted", size, authority, at, root }];
    }
    case "block":
      return [{ kind: "block", size, height: anchor.height, block: anchor.block }];
    case "pending":
      return [{ kind: "pending", size, calendar: inOneLine(anchor.calendar) }];
    case "time-stamp-not-checked":
      // `checkExport` checks every time stamp or refuses the export.
      return [];
    default:
      return anchor satisfies never;
  }
}
