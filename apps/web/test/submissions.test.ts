import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

// Error prevention (WCAG 2.2, 3.3.6): whatever a person sends can be checked and corrected first,
// taken back, or is asked about once more before it is done.

const SOURCE = join(import.meta.dirname, "..", "src");

/** Calls that change nothing. */
const READING = [
  "offers",
  "status",
  "changedElsewhere",
  "saved",
  "send",
  "documents",
  "refresh",
  "find",
  "series",
  "history",
  "open",
  "contacts",
  "code",
  "invitations",
  "access",
  "received",
  "openShared",
  "journal",
  "acts",
  "watch",
  "devices",
  "notices",
  "anchors",
  "takeJournal",
  "verifyExport",
  "verifyReady",
  "lookShown",
  "standing",
  "lookScanned",
  "visited",
  "openVisited",
  "waiting",
  "openWaiting",
  "factors",
  "unfinished",
  "passkeyOffer",
  "joinMeet",
  "witnesses",
  "witnessesAsked",
  "witnessesSeen",
  "witnessesMeant",
];

/** Asked about in a sentence first: the call stands in the doing of an `AskFirst`. */
const CONFIRMED = [
  "loseDevice",
  "witnessesPin",
  "renew",
  "passkeyRemove",
  "totpRemove",
  "endShare",
  "endMember",
  "signOutDevice",
  "newKit",
  "leave",
  "remove",
  "refuseWaiting",
  "dropWaiting",
];

/** Shown whole on a page of its own before it is done. */
const REVIEWED = ["share"];

/** Taken back by another call, or by going the same way once more. */
const REVERSED: Readonly<Record<string, string>> = {
  lock: "unlock",
  kitKept: "newKit",
  add: "remove",
  correct: "history",
  cancelRecovery: "recover",
  showCode: "dropShown",
  dropShown: "showCode",
  endGuest: "showCode",
  leaveVisit: "scan",
  takeWaiting: "remove",
  joinBegin: "joinBegin",
  passkeyAdd: "passkeyRemove",
  totpBegin: "totpRemove",
  keep: "keep",
  keepShared: "keepShared",
  settle: "settle",
  pin: "unpin",
  unpin: "pin",
  retryWaiting: "dropWaiting",
};

/** Looked at before anything is done, refused with words beside what was typed, which stays. */
const CHECKED = [
  "joinEnter",
  "approveBegin",
  "approveConfirm",
  "passkeyBegin",
  "passkeyEnter",
  "totpConfirm",
  "signUp",
  "unlock",
  "reach",
  "enter",
  "recover",
  "verify",
  "invite",
  "accept",
  "changePassword",
  "checkKit",
  "decideOffer",
  "scan",
  "writeBack",
];

/** Refused with words beside the digits by `TypeDigits`, which is given the call. */
const COMPARED = ["typeShown", "typeScanned"];

const files = globSync("**/*.tsx", { cwd: SOURCE }).map((file) =>
  readFileSync(join(SOURCE, file), "utf8"),
);

function filesThatAsk(call: string): string[] {
  return files.filter((text) => text.includes(`ask("${call}"`));
}

test("every call is of one of these kinds", () => {
  const calls = ["wire.ts", "wire-visit.ts", "wire-ways.ts", "wire-witnesses.ts"]
    .map((file) => readFileSync(join(SOURCE, file), "utf8"))
    .map((text) => /export interface \w*Calls [^{]*\{([\s\S]*?)\n\}/.exec(text)?.[1] ?? "")
    .join("\n");
  const names = [...calls.matchAll(/^ {2}(\w+): \{/gm)].map(([, name = ""]) => name);
  assert.ok(names.length > 25);
  const known = [
    ...READING,
    ...CONFIRMED,
    ...REVIEWED,
    ...Object.keys(REVERSED),
    ...CHECKED,
    ...COMPARED,
  ];
  assert.deepEqual(names.toSorted(), known.toSorted());
});

test("what is confirmed is confirmed", () => {
  for (const call of CONFIRMED) {
    const asking = filesThatAsk(call);
    assert.ok(asking.length > 0, call);
    for (const text of asking) {
      const before = text.slice(0, text.indexOf(`ask("${call}"`));
      const asksFirst = before.lastIndexOf("<AskFirst") > before.lastIndexOf("</AskFirst>");
      assert.ok(asksFirst, `${call} is done without asking`);
    }
  }
});

test("what is reviewed is reviewed, and what is taken back has a way back", () => {
  for (const call of REVIEWED) {
    for (const text of filesThatAsk(call)) assert.match(text, /function Confirm\(/, call);
  }
  for (const [call, back] of Object.entries(REVERSED)) {
    const ways = files.filter((text) => text.includes(`"${back}"`));
    assert.ok(ways.length > 0, `${call} has no way back`);
  }
});

test("what is checked is refused in words, in the form in which it was typed", () => {
  for (const call of CHECKED) {
    const asking = filesThatAsk(call);
    assert.ok(asking.length > 0, call);
    for (const text of asking) assert.match(text, /<Problem error=/, call);
  }
});

test("digits that differ are refused beside them", () => {
  const parts = files.filter((text) => text.includes("export function TypeDigits("));
  assert.equal(parts.length, 1);
  for (const text of parts) assert.match(text, /wrong=\{[\s\S]*<Problem error=/);
  for (const call of COMPARED) {
    const asking = filesThatAsk(call);
    assert.ok(asking.length > 0, call);
    for (const text of asking) assert.match(text, /<TypeDigits/, call);
  }
});

test("no page has a time limit", () => {
  for (const text of files) assert.doesNotMatch(text, /setTimeout|setInterval/);
});
