// What worker and page say to each other about an export of a journal and what it proves.

import type { ExportNamed, ExportReason } from "@ecrin/client";

/** An anchor of an export, as far as it could be checked here. */
export type AnchorTold =
  | {
      readonly kind: "time-stamp";
      readonly size: number;
      readonly authority: string;
      readonly at: number;
      readonly root: string;
      readonly revocationChecked: boolean;
    }
  | {
      readonly kind: "block";
      readonly size: number;
      readonly height: number;
      readonly block: string;
    }
  /** Of an authority that whoever checks does not count on. */
  | {
      readonly kind: "time-stamp-not-counted";
      readonly size: number;
      readonly authority: string;
      readonly at: number;
      readonly root: string;
    }
  | { readonly kind: "pending"; readonly size: number; readonly calendar: string };

/** A log that ended: of what it had signed for, the first `left` lines are in the one that follows. */
export interface LostTold {
  readonly signed: number;
  readonly left: number;
  /** When, as the service says itself. */
  readonly at: number;
}

export interface ReaderTold {
  readonly account: string;
  /** The code of the identity, to compare face to face. */
  readonly identity: string;
  /** As this account knows them; empty where no record is open or nobody is known. */
  readonly name: string;
}

/** What an export proves. */
export interface ExportHolds {
  readonly holds: true;
  readonly subject: string;
  readonly entries: number;
  /** Leaves under its checkpoint. */
  readonly size: number;
  /** When the service says it was made. */
  readonly at: number;
  readonly signedReads: number;
  readonly erased: number;
  readonly tagsChecked: number;
  readonly tagsUndisclosed: number;
  readonly since?: number;
  /** Logs before this one that ended with lines lost, the oldest first. */
  readonly lost: readonly LostTold[];
  readonly anchors: readonly AnchorTold[];
  readonly isAnchored: boolean;
  readonly demonstration: boolean;
  readonly operators: number;
  readonly quorum: boolean;
  /** Whether the witnesses are those that this account counts on, and not those that the operator names. */
  readonly witnessesKnown: boolean;
  readonly readers: readonly ReaderTold[];
  readonly logKey: string;
  readonly logKeyKnown: boolean;
  /** Whether the authorities' certificates were chosen by whoever checks. */
  readonly rootsKnown: boolean;
  /** Lines of the log under the earlier copy that was given, which this one goes on from. */
  readonly earlier?: number;
}

/** The first thing that is wrong. */
export interface ExportRefused {
  readonly holds: false;
  /** It is the earlier copy that does not hold. */
  readonly inEarlier: boolean;
  /** A file of the archive, or `archive`. */
  readonly file: string;
  /** A line or a field in it; empty where there is none to name. */
  readonly place: string;
  /** What is wrong there, and a name or a number that it is about. */
  readonly reason: ExportReason;
  readonly named: ExportNamed;
  /** As the verifier says it: the same words as `ecrin verify`. */
  readonly said: string;
}

export type ExportVerdict = ExportHolds | ExportRefused;

/** What is known beforehand by whoever checks, typed or in files. */
export interface VerifyAsked {
  readonly file: Blob;
  /** The log's first key; empty where none is known. */
  readonly logKey: string;
  /** Whether blocks of a demonstration count. */
  readonly demonstration: boolean;
  /** Certificates of authorities to count on, in PEM or DER; none: the copy's. */
  readonly roots: readonly Blob[];
  /** A list of witnesses to count on. */
  readonly witnesses: Blob | undefined;
  /** A copy of before, which this one must go on from. */
  readonly earlier: Blob | undefined;
}

export interface JournalTaken {
  readonly file: Blob;
  readonly verdict: ExportVerdict;
}

/** What the service says of anchors of its log. */
export interface AnchorsTold {
  readonly configured: boolean;
  readonly demonstration: boolean;
}

/** What the service says of the anchors of one line's checkpoint. */
export interface AnchoringTold {
  readonly state: "none" | "waiting" | "pending" | "anchored";
  /** Authorities that time-stamped it. */
  readonly stamps: readonly { readonly authority: string; readonly at: number }[];
  /** Blocks that hold it. */
  readonly blocks: readonly number[];
}
