import type { Hash, LogId, SigningKey, Statement, Subject } from "@ecrin/protocol";

// What a person is told of a log that was lost, before they accept the one that follows it
// (spec/succession.md): the words alone, for whoever finds it out and for the alarm that says so.

/** A receipt for an entry that is in no log any more. */
export interface LostReceipt {
  /** The log that ended. */
  readonly log: LogId;
  readonly index: number;
  readonly subject: Subject;
  /** The entry's number in the journal of its subject. */
  readonly n: number;
  readonly at: number;
  readonly statement: Statement;
}

/** What the person is told before they accept another log. */
export interface Succession {
  /** The log that was known, and the one that is in force now. */
  readonly from: LogId;
  readonly to: LogId;
  /** A key of the latter. */
  readonly key: SigningKey;
  /** How each log that ended on the way did: the hash of its statement. */
  readonly ends: readonly { readonly log: LogId; readonly size: number; readonly hash: Hash }[];
  /** When the log that was known ended, by the word of whoever runs it. */
  readonly at: number;
  /** Entries that it had signed for, and how many of its first ones are left. */
  readonly signed: number;
  readonly left: number;
  /** Entries lost, of everybody's: of this log and of any that followed and ended too. */
  readonly lost: number;
  /** Of those, how many this account had seen under a checkpoint. */
  readonly lostOfSeen: number;
  /** Receipts this device holds for entries that are lost. */
  readonly receipts: readonly LostReceipt[];
}
