// What the command line says of a journal, in English.

/** So many of something. */
export const many = (n: number, one: string, more: string) => `${n} ${n === 1 ? one : more}`;

export const journal = {
  kinds: {
    "sign-up": (who: string) => `${who} made the account`,
    "sign-in": (who: string) => `${who} signed in`,
    "sign-out": (who: string) => `${who} signed out`,
    recovery: (who: string) => `${who} asked for recovery with the kit alone`,
    password: (who: string) => `${who} changed the password`,
    upload: (who: string, what: string) => `${who} added ${what}`,
    correction: (who: string, what: string) => `${who} corrected ${what}`,
    deletion: (who: string, what: string) => `${who} deleted ${what}`,
    listing: (who: string, what: string) => `${who} fetched the list (${what})`,
    opening: (who: string, what: string) => `${who} opened ${what}`,
    export: (who: string, what: string) => `${who} exported ${what}`,
    membership: (who: string, what: string) => `${who} let ${what} into the record`,
    share: (who: string, what: string) => `${who} shared with ${what}`,
    revocation: (who: string, what: string) => `${who} ended the access of ${what}`,
    rotation: (who: string) => `${who} changed the keys`,
    expiry: (_who: string, what: string) => `The date has passed: ${what}`,
    refusal: (who: string, what: string) => `${who} was refused (${what})`,
    inbox: (who: string) => `${who} began an inbox`,
    deposit: (who: string) => `${who} made a deposit`,
    settlement: (who: string, what: string) => `${who} settled a deposit (${what})`,
    erasure: (who: string, what: string) => `${who} erased entries (${what})`,
    chain: (_who: string, what: string) => `A stretch of the log was closed: ${what}`,
    "log-key": (_who: string, what: string) => `The log has another key: ${what}`,
    succession: (_who: string, what: string) => `This log follows one that lost entries: ${what}`,
  },
  refusals: {
    "not-allowed": "no right",
    "not-found": "nothing there",
    closed: "ended",
  } as Readonly<Record<string, string>>,
  began: (who: string) => `${who} began the record`,
  renewed: (who: string) => `${who} renewed their own access to the record`,
  names: (n: number) => many(n, "name", "names"),
  aShare: "a share",
  gone: "an item no longer known",
  throughShare: "through a share",
  role: (role: string) => `as ${role}`,
  until: (when: string) => `until ${when}`,
  following: "Following; Ctrl-C ends it.",
  actsChecked: (count: number) =>
    `Checked on this device: ${count} entries of yours in the records of others, each at its place in the log. Nothing shows that none is missing, but for those this device has receipts of.`,
  checks: {
    none: "written by the service, no signature",
    named: "signed statement, named by its hash",
    "signed-by-reader": "signed by the reader's device, checked here",
    "signed-by-author": "signed by the author's device, checked here",
  },
  places: {
    "in-log": "found in the log's tree",
    waiting: "under no checkpoint yet",
  },
  tag: (tag: string) => `operator's tag ${tag}…`,
  tagChecked: (tag: string) => `HMAC checked (${tag}…)`,
  tagLater: (tag: string) => `HMAC not checked yet: look again (${tag}…)`,
  anchoring: {
    none: "not anchored",
    waiting: "not anchored, tried",
    pending: "not anchored, pending at a calendar",
    stamped: (authority: string) => `time-stamped by ${authority}`,
    confirmed: (height: number) => `confirmed at block ${height}`,
    nowhere: "Not anchored: this service takes its journal to no authority outside.",
    bySaying:
      "Anchors are told as the service tells them. An export carries their evidence: ecrin journal export, then ecrin verify.",
    demonstration:
      "Its anchors are a demonstration, made on the service's own machine: they prove nothing to anybody.",
  },
  checked: (n: number) =>
    `Checked on this device: ${many(n, "entry", "entries")}, their SHA-256 chain without a gap, the signed head, and each entry's place in the log's tree. An operator's tag proves nothing to others until its key is published.`,
};
