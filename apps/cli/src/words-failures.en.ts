// What has gone wrong, and what to do about it, in English.

import type { ClientErrorCode } from "@ecrin/client";
import type { CommandErrorCode } from "./exit.ts";

/** Where the same is said each time: what is to be waited for has its own words. */
export type SaidAlways = Exclude<ClientErrorCode, "rate-limited">;

/** What went wrong inside the packages below, and what to do. */
export const client: Readonly<Record<SaidAlways, string>> = {
  malformed: "The server did not understand the request. This client may be older than the server.",
  clock: "The clock of this computer is wrong. Set it and try again.",
  "not-signed-in": "The session has ended. Try again.",
  "proof-refused": "The server refused the session's proof. Check the clock and try again.",
  "sign-in-refused": "Address, password or kit do not match.",
  "device-or-kit-needed":
    "The password alone opens nothing. Sign in on this device with the kit: ecrin sign-in",
  "not-allowed": "You have no right to do this.",
  "not-found": "There is nothing here by that name for you: ended, deleted, or never there.",
  conflict: "This is there already.",
  "stale-head": "Somebody else changed this meanwhile. Try again.",
  "stale-tree": "Somebody else changed this meanwhile. Try again.",
  "rotation-due": "The keys have to be changed first, and you have no right to do it.",
  closed: "This has been closed.",
  "too-large": "This is larger than the server takes.",
  "unsupported-type": "The server did not understand the request.",
  "wraps-differ": "The server received other keys than those announced. Nothing was changed.",
  "signature-refused": "The server refused a signature. Nothing was changed.",
  "statement-refused": "The server refused this as not allowed here. Nothing was changed.",
  "content-differs": "The file did not arrive as it was sealed. Nothing was added; try again.",
  internal: "The server failed. Try again later.",
  unavailable: "The server cannot answer now. Try again later.",
  "quota-reached": "There is no room for more of this here: remove something, or begin another.",
  "storage-full": "The server has no room left.",
  "cannot-open": "This does not open: it was changed, or it is not for you.",
  offline: "The server cannot be reached. Check the network and --server.",
  "bad-answer": "What answers there is not an Écrin server of this version. Check --server.",
  rollback:
    "ALARM: the server shows an older state than this device has seen. Change nothing and tell the operator.",
  fork: "ALARM: the server shows another history than this device has seen. Change nothing and tell the operator.",
  "entry-missing":
    "ALARM: the log lacks an entry that the server gave a receipt for. Keep this device as it is and tell the operator.",
  "not-witnessed":
    "ALARM: the witnesses you count on have not seen this log for more than a day: others may be shown another. Ask them, or the operator: ecrin witnesses",
  "log-key-changed":
    "ALARM: the server signs its journal with another key than before. Change nothing and tell the operator.",
  "log-succeeded":
    "ALARM: the journal of this service lost entries for good, and another follows it. See what is lost, then decide: ecrin succession",
  "contact-changed":
    "ALARM: this contact's identity is another than the one verified. Compare codes face to face: ecrin verify-contact",
  "contact-not-verified":
    "You do not know this person yet. Invite them, or compare codes: ecrin verify-contact",
  "not-accepted": "This is offered to you. Accept it first: ecrin shared --accept …",
  "not-enrolled": "Nobody is signed in here. Use: ecrin sign-in",
  "device-password-needed":
    "The password was changed on another device. Use: ecrin sign-in, and give the new one, then the old one that this device still has.",
  "parameters-below-floor":
    "ALARM: the server asks for a weaker password protection than allowed. Nothing was sent.",
  "wrong-password": "Wrong password.",
  "wrong-kit": "The kit was mistyped, or belongs to another account.",
  "factor-refused": "The code or passkey was not accepted. Wait for the next code and try again.",
  "second-factor-needed":
    "A second factor is asked for. Run the command where you can type a code.",
  "code-differs":
    "The code is not the right one. Nobody was let in; if it happens again, begin anew.",
  "not-kept": "It is not kept on this device, and there is no network.",
  "stale-view": "What is known here is too old to act upon. Try again with the network.",
  refused: "This cannot be done.",
  locked: "The account is locked.",
};

/** What the command line itself refuses. */
export const command: Readonly<Record<CommandErrorCode, (detail: string) => string>> = {
  usage: (d) => `${d} See: ecrin --help`,
  interrupted: () => "Stopped. What was not finished was not done.",
  "cannot-ask": (d) =>
    `Nobody can be asked here: “${d}”. Give it as an option or by --password-file.`,
  "no-server": () => "Which server? Give --server https://…",
  "home-taken": (d) =>
    `Somebody is signed in here already: ${d}. Choose another folder with --home.`,
  "home-busy": (d) => `Another command is using ${d}. Wait for it, then try again.`,
  "not-signed-in": () => "Nobody is signed in here. Use: ecrin sign-in",
  "item-unknown": (d) => `There is no item “${d}”. See: ecrin list`,
  "items-of-two-records": (d) => `“${d}” is in another record. A share is made from one record.`,
  "item-ambiguous": (d) => `“${d}” means more than one item. Type more of it.`,
  "keeping-not-given": (d) =>
    `“${d}” may not be kept on this device: whoever shared it did not give that right.`,
  "list-moved-on": (d) =>
    `Line ${d} of the last list is gone, or its access has ended. See: ecrin list`,
  "contact-unknown": (d) => `There is no contact “${d}”. See: ecrin contacts`,
  "contact-ambiguous": (d) => `“${d}” means more than one contact. Type more of it.`,
  "record-unknown": (d) => `There is no record “${d}” for you. See: ecrin whoami`,
  "share-unknown": (d) => `There is no share or contact “${d}”. See: ecrin shares`,
  "deposit-unknown": (d) => `There is no deposit “${d}”. See: ecrin inbox`,
  "member-unknown": (d) => `${d} is not a member of this record.`,
  "id-ambiguous": (d) => `“${d}” means more than one of them. Type more of it.`,
  "device-unknown": (d) => `There is no device “${d}”. See: ecrin devices`,
  "invitation-unknown": (d) => `There is no invitation “${d}”. See: ecrin invitations`,
  "invitations-open": () =>
    "Too many of your invitations wait for an answer. You can invite again once one is accepted, or a year old. See: ecrin invitations",
  "nothing-with-contact": (d) => `${d} has no access that could be ended.`,
  "file-missing": (d) => `There is no file “${d}”.`,
  "export-refused": (d) => `The export does not hold. ${d}`,
  "file-exists": (d) => `“${d}” is there already. Use --force to replace it.`,
  "file-unwritable": (d) => `“${d}” cannot be written.`,
  "file-unreadable": (d) => `“${d}” cannot be read.`,
  "not-fhir": (d) =>
    `“${d}” is not a FHIR bundle that can be imported. Use --as-file to keep it as a file.`,
  "not-for-terminal": (d) => `“${d}” is not text. Write it to a file with -o, or into a pipe.`,
  "when-unclear": (d) =>
    `“${d}” is no moment. Write 2h, 3d, tomorrow, 2030-01-31 or 2030-01-31T18:00.`,
  "when-past": (d) => `“${d}” has passed already.`,
  "passwords-differ": () => "The two passwords differ. Nothing was changed.",
  "password-short": (d) =>
    `Take at least ${d} characters: a few words that do not belong together.`,
  "kit-file-kind": () =>
    "The kit goes to a file ending in .pdf or .txt, or to - for standard output.",
  "not-confirmed": () => "Nothing was changed.",
  "server-failed": (d) => `The server could not start: ${d}`,
};
