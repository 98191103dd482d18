// What happens in the record of vectors/record/whole-record.json, in the order in which it does.

import { box, xwingPublic } from "../../packages/crypto/test/reference.ts";
import {
  accountStatement,
  BEGIN,
  by,
  DAY,
  deviceNamed,
  enrol,
  HOUR,
  headOf,
} from "../../packages/protocol/test/people.ts";
import {
  b64,
  canonical,
  context,
  type Fields,
  idOf,
  keyPair,
  pattern,
  sha256,
  statement,
  statementHash,
} from "../../packages/protocol/test/reference.ts";
import { after, beginRecord, member, spaceStatement } from "../../packages/protocol/test/spaces.ts";
import { sealedDeposit, sealedInbox } from "./sealed-deposit.ts";
import {
  type Factor,
  kitText,
  renew,
  type SealedPerson,
  sealedKeyring,
  sealedPerson,
  sealedSlot,
} from "./sealed-people.ts";
import {
  type Contents,
  deletion,
  type Keys,
  keysOf,
  leafOf,
  recipient,
  type Sealed,
  sealedEpoch,
  sealedRevision,
  secretWrap,
  serverRecipient,
  treeOf,
  type Wrap,
  wrapsOf,
  wrapsRoot,
} from "./sealed-space.ts";

const kitCode = pattern("kit code", 32);
const [exportKey, secretKey] = [pattern("export key", 64), pattern("secret key", 32)];
const accountKey = pattern("account key", 32);
const factors = (when: string, kit: Buffer): Factor[] => [
  { kind: "kit", slot: idOf(`kit slot ${when}`), factor: kit },
  { kind: "password", slot: idOf(`slot ${when}`), factor: Buffer.concat([exportKey, secretKey]) },
];
const releaseKey = b64(xwingPublic(pattern("server release key", 32)));
const server = serverRecipient(releaseKey);

// Alice owns the record, Bob writes into it, Carol shares something of hers with Alice.
const alice = sealedPerson("alice", factors("before", pattern("kit code before", 32)));
const bob = sealedPerson("bob", [{ kind: "kit", slot: idOf("b"), factor: pattern("bob kit", 32) }]);
const carol = sealedPerson("carol", [
  { kind: "kit", slot: idOf("c"), factor: pattern("carol kit", 32) },
]);
const carolsLaptop = deviceNamed("carol laptop");
enrol(carol, carolsLaptop);
const text = (words: string): Contents => ({
  metadata: {
    v: 1,
    kind: "raw",
    title: words.slice(0, 12),
    type: "note",
    mediaType: "text/plain",
    size: Buffer.byteLength(words),
  },
  bytes: Buffer.from(words),
});

// 1. What Carol shares, while Alice had her first identity.
const share = idOf("whole share");
const carolsRecord = idOf("record of carol");
const untilThen = BEGIN + 30 * DAY;
const carolsPlace = { space: carolsRecord, item: idOf("item of carol"), revision: idOf("carol 1") };
const carolsBegin = beginRecord("of nobody", carol, [member(carol, { role: "owner" })]);
const vaccination = text("Vaccination à jour, rappel en 2036.");
const shared = sealedRevision(
  carol,
  {
    ...carolsPlace,
    op: "create",
    parents: [],
    spaceHead: headOf([carolsBegin]),
    epoch: 1,
    at: BEGIN + 2 * HOUR,
    device: carolsLaptop,
  },
  vaccination,
);
const list = {
  authors: [{ identity: { ...carol.identity }, statement: carol.chain[1] ?? "" }],
  links: [{ author: 0, header: statementHash(shared.statement), revision: carolsPlace.revision }],
};
const listHash = sha256(Buffer.from(canonical(list)));
const shareKeys = keysOf(share, 1);
const linkBox = (of: "releases" | "secrets", key: Buffer, secret: Buffer) =>
  box(pattern(`link ${of}`, 32), key, `link ${of}`, context(`link ${of}`, share, listHash), secret);
const secrets = linkBox("secrets", shareKeys.space, shared.secret);
const releases = linkBox("releases", shareKeys.release, shared.release);
const links = { ...list, releases: b64(releases), secrets: b64(secrets) };
const shareWraps = wrapsOf(share, 1, [recipient(carol), recipient(alice, true), server]);
const shareBegin = spaceStatement(carol, {
  space: share,
  seq: 0,
  at: BEGIN + 3 * HOUR,
  op: "begin",
  kind: "share",
  members: [member(carol, { role: "owner" }), member(alice, { role: "reader", until: untilThen })],
  epoch: sealedEpoch(share, 1, shareWraps),
  source: { space: carolsRecord },
  until: untilThen,
  links: { count: 1, root: b64(context("links", share, listHash, secrets, releases)) },
});
const about = { from: "Carol", note: "Voici mon carnet." };
const aboutBox = box(
  pattern("about", 32),
  shareKeys.space,
  "about",
  context("about", share),
  Buffer.from(canonical(about)),
);

// 2. Alice's record in its first epoch: a note of hers, then Bob is added and seals a letter.
const space = idOf("whole record");
const place = (item: string, revision: string) => ({
  space,
  item: idOf(`whole ${item}`),
  revision: idOf(`whole ${revision}`),
});
const note = place("note", "note 1");
const letter = place("letter", "letter 1");
const wraps1 = wrapsOf(space, 1, [recipient(alice), server]);
const begun = spaceStatement(alice, {
  space,
  seq: 0,
  at: BEGIN + HOUR,
  op: "begin",
  kind: "record",
  members: [member(alice, { role: "owner" })],
  epoch: sealedEpoch(space, 1, wraps1),
});
const noteThen = text("Pénicilline : non.");
const noted = sealedRevision(
  alice,
  {
    ...note,
    op: "create",
    parents: [],
    spaceHead: headOf([begun]),
    epoch: 1,
    at: BEGIN + HOUR,
  },
  noteThen,
);
const wrapsOfBob = wrapsOf(space, 1, [recipient(bob)]);
const added = after(begun, alice, "add", {
  member: member(bob, { role: "writer" }),
  wraps: wrapsRoot(space, 1, wrapsOfBob),
});
const pdf = Buffer.from("%PDF-1.4\n% A letter that is no letter.\n");
const resource = canonical({
  content: [{ attachment: { contentType: "application/pdf", url: "#attachment" } }],
  resourceType: "DocumentReference",
  status: "current",
});
const letterThen: Contents = {
  metadata: {
    v: 1,
    kind: "fhir",
    title: "Lettre",
    type: "DocumentReference",
    mediaType: "application/pdf",
    size: pdf.length,
    date: "2026-09-21",
    resource: Buffer.byteLength(resource),
  },
  resource,
  bytes: pdf,
};
const lettered = sealedRevision(
  bob,
  {
    ...letter,
    op: "create",
    parents: [],
    spaceHead: headOf([begun, added]),
    epoch: 1,
    at: BEGIN + 3 * HOUR,
  },
  letterThen,
);

// 3. Alice makes everything anew: identity, slots, device. The epoch turns, and Bob's letter,
// sealed before that, arrives after it and is carried into the second epoch.
const identityBefore = { identity: alice.hash, seal: b64(alice.seeds.seal) };
const tablet = deviceNamed("alice tablet");
const now = factors("now", kitCode);
renew(alice, "alice renewed", now);
alice.chain.push(accountStatement(alice, "sign-out", { device: alice.device.device }));
enrol(alice, tablet);
const wrapsThen = wrapsOf(space, 2, [recipient(alice), recipient(bob), server]);
const turned = after(
  added,
  alice,
  "epoch",
  {
    at: BEGIN + 5 * HOUR,
    epoch: sealedEpoch(space, 2, wrapsThen),
    ended: [],
    changed: [member(alice, { role: "owner" })],
    pins: [{ account: alice.account, head: headOf(alice.chain) }],
    revisions: treeOf([noted.statement]),
  },
  { device: tablet },
);
const chain = [begun, added, turned];
const carried = secretWrap(letter, 2, lettered.secret);
const rewrap = statement(
  "rewrap",
  {
    space,
    revision: statementHash(lettered.statement),
    epoch: 2,
    wrap: b64(sha256(carried)),
    by: by(bob),
    at: BEGIN + 6 * HOUR,
    spaceHead: headOf(chain),
  },
  bob.device.pair,
);

// 4. In the second epoch Carol is added to read, and an inbox begun; Carol answers into it, and
// Alice corrects her note and deletes the letter.
const wrapsOfCarol = wrapsOf(space, 2, [recipient(carol, true)]);
const joined = after(
  turned,
  alice,
  "add",
  {
    member: member(carol, { role: "reader", until: untilThen }),
    wraps: wrapsRoot(space, 2, wrapsOfCarol),
  },
  { device: tablet },
);
const inbox = sealedInbox(space, 1, alice);
const inboxBegun = after(joined, alice, "inbox", { inbox: inbox.fact }, { device: tablet });
chain.push(joined, inboxBegun);
const answer = text("Merci, je passe jeudi.");
const given = sealedDeposit(
  carol,
  {
    space,
    deposit: idOf("whole answer"),
    spaceHead: headOf(chain),
    at: BEGIN + 9 * HOUR,
    device: carolsLaptop,
  },
  inbox,
  answer,
);
const later = { spaceHead: headOf(chain), epoch: 2, device: tablet };
const correction = { ...note, revision: idOf("whole note 2") };
const noteNow = text("Pénicilline : oui.");
const corrected = sealedRevision(
  alice,
  { ...correction, ...later, op: "correct", parents: [note.revision], at: BEGIN + 7 * HOUR },
  noteNow,
);
const deleted = deletion(alice, {
  ...letter,
  ...later,
  revision: idOf("whole letter 2"),
  op: "delete",
  parents: [letter.revision],
  at: BEGIN + 8 * HOUR,
});

// What the server hands out to Alice, in the words of spec/http.md.
const mine = (wraps: readonly Wrap[]) =>
  wraps.filter((each) => each.recipient === alice.account).map((each) => ({ ...each }));
const headers = [noted.statement, lettered.statement, corrected.statement, deleted];
const tree = treeOf(headers);
const logKey = keyPair(pattern("log key", 32)).key;
const known = (whose: SealedPerson, name: string): Fields => ({
  account: whose.account,
  identity: whose.hash,
  name,
  verified: "face-to-face",
  head: headOf(whose.chain),
});
const keyring: Fields = {
  identity: { seal: b64(alice.seeds.seal), sign: b64(alice.seeds.sign) },
  secretKey: b64(secretKey),
  profile: { name: "Alice" },
  contacts: [known(bob, "Bob"), known(carol, "Carol")],
  heads: [
    [space, headOf(chain)],
    [`${space}.tree`, { seq: tree.size, hash: tree.root }],
    [alice.account, headOf(alice.chain)],
  ],
  log: { key: logKey },
  record: space,
  earlier: [identityBefore],
};
const listed = (sealed: Sealed, index: number, wrapEpoch: number, over: Fields = {}): Fields => {
  const { statement: text, wrap, metadata } = sealed;
  return { index, statement: text, wrapEpoch, wrap: b64(wrap), metadata, ...over };
};

export const handedOut = {
  kit: kitText(alice.account, kitCode),
  device: { device: tablet.device, seed: b64(pattern("device alice tablet", 32)) },
  now: BEGIN + 10 * HOUR,
  server: { logKey, releaseKey },
  account: {
    account: alice.account,
    chain: alice.chain,
    slots: now.map((each) => sealedSlot(alice, each, accountKey)),
    keyring: sealedKeyring(alice.account, accountKey, 5, keyring),
  },
  accounts: { [bob.account]: bob.chain, [carol.account]: carol.chain },
  record: {
    space,
    statements: chain,
    head: headOf(chain),
    wraps: {
      list: wrapsThen.map(leafOf),
      additions: [{ seq: 3, list: wrapsOfCarol.map(leafOf) }],
      mine: mine(wrapsThen),
    },
    revisions: [
      listed(noted, 0, 1),
      listed(lettered, 1, 2, { rewrap, wrap: b64(carried) }),
      listed(corrected, 2, 2),
      { index: 3, statement: deleted, wrapEpoch: 2 },
    ],
    tree,
    contents: {
      [note.revision]: noted.content,
      [letter.revision]: lettered.content,
      [correction.revision]: corrected.content,
    },
  },
  inbox: {
    deposits: [
      {
        statement: given.statement,
        recipient: "inbox",
        wrap: b64(given.wrap),
        metadata: given.metadata,
      },
    ],
    seeds: [{ ...inbox.handed }],
    contents: { [idOf("whole answer")]: given.content },
  },
  share: {
    share,
    statements: [shareBegin],
    head: headOf([shareBegin]),
    wraps: { list: shareWraps.map(leafOf), additions: [], mine: mine(shareWraps) },
    links,
    headers: [shared.statement],
    about: b64(aboutBox),
    ended: false,
    metadata: [shared.metadata],
    contents: { [carolsPlace.revision]: shared.content },
    read: statement(
      "read",
      {
        space: share,
        revisions: [carolsPlace],
        reason: "care",
        nonce: "a-nonce-of-the-server",
        by: by(alice, undefined, tablet),
        at: BEGIN + 9 * HOUR,
      },
      tablet.pair,
    ),
    releases: [b64(shared.release)],
  },
};

const opened = (sealed: Sealed, contents: Contents): Fields => ({
  secret: b64(sealed.secret),
  metadata: contents.metadata,
  release: b64(sealed.release),
  contentKey: b64(sealed.contentKey),
  ...(contents.resource === undefined ? {} : { resource: contents.resource }),
  bytes: b64(contents.bytes),
});
const textOf = (keys: Keys): Fields => ({ space: b64(keys.space), release: b64(keys.release) });

/** What opening it gives. Another way to the same account key: what the password comes to. */
export const inside = {
  kitCode: b64(kitCode),
  password: { exportKey: b64(exportKey), secretKey: b64(secretKey) },
  accountKey: b64(accountKey),
  keyring,
  epochs: [textOf(keysOf(space, 1)), textOf(keysOf(space, 2))],
  revisions: [
    { revision: note.revision, ...opened(noted, noteThen) },
    { revision: letter.revision, ...opened(lettered, letterThen) },
    { revision: correction.revision, ...opened(corrected, noteNow) },
    { revision: idOf("whole letter 2") },
  ],
  heads: { [note.item]: [correction.revision], [letter.item]: [idOf("whole letter 2")] },
  inbox: {
    seed: b64(inbox.seed),
    deposits: [{ deposit: idOf("whole answer"), author: carol.account, ...opened(given, answer) }],
  },
  share: {
    space: b64(shareKeys.space),
    about,
    revisions: [{ revision: carolsPlace.revision, ...opened(shared, vaccination) }],
  },
};
