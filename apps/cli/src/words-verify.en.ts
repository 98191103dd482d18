// What `ecrin verify` says of an export, in English.

import { many } from "./words-journal.en.ts";
import { reasons } from "./words-reasons.en.ts";

export const verify = {
  reasons,
  reading: "Checking",
  entries: (entries: number, subject: string, size: number) =>
    `${many(entries, "entry", "entries")} of ${subject}, under a checkpoint of ${many(size, "leaf", "leaves")}.`,
  made: (when: string) => `Made ${when}, as the service says.`,
  reads: (count: number) =>
    `${many(count, "read, signed by its reader's device", "reads, each signed by its reader's device")}.`,
  tags: (checked: number, undisclosed: number) =>
    `HMAC checked for ${many(checked, "tag", "tags")}; the keys of ${undisclosed} are not disclosed yet.`,
  erased: (count: number) =>
    `${many(count, "entry was", "entries were")} erased, and the journal says so.`,
  lost: (log: string, size: number, from: number) =>
    `LOST: the log ${log} ended at ${size} entries; those from place ${from} on are lost, ${size - from} of them. Whether any were of this journal, only receipts and earlier exports can tell.`,
  since: (size: number) => `It goes on from the checkpoint of ${size} leaves.`,
  notAnchored: "Not anchored: no time stamp and no block holds it.",
  stamped: (size: number, by: string, at: string, root: string, known: boolean) =>
    `${size} leaves: time-stamped by ${by} on ${at}${known ? "" : ", revocation not known"}. Compare the root: ${root}`,
  block: (size: number, height: number, block: string) =>
    `${size} leaves: confirmed at block ${height}. Ask any Bitcoin node whether it is ${block}`,
  pending: (size: number, calendar: string) =>
    `${size} leaves: pending at ${calendar}; a promise, which proves nothing yet.`,
  notCounted: (size: number, by: string, root: string) =>
    `${size} leaves: a time stamp by ${by}, not counted: none of the roots you gave is its own, ${root}`,
  notChecked: (size: number) => `${size} leaves: a time stamp that was not checked.`,
  demonstration: "The anchors are those of a demonstration: they prove nothing to anybody.",
  quorum: (operators: number, needed: number, reached: boolean) =>
    `Witnesses: quorum ${reached ? "reached" : "none"} (${operators} independent; ${needed} are needed).`,
  witnessesNamed:
    "  These witnesses are those that the operator names: --witnesses FILE counts yours.",
  reader: (account: string, identity: string) => `Reader ${account} has the code ${identity}.`,
  keyKnown: "The log is the one whose key was given.",
  keyShown: (key: string) => `Compare the log's key with the one you know: ${key}`,
  holds: (file: string) => `${file} holds.`,
};
