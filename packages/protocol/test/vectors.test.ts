// Every vector of vectors/protocol whose subject is one encoding or one statement.

import assert from "node:assert/strict";
import {
  type AccountId,
  canonicalJson,
  checkArrived,
  checkLink,
  checkLinks,
  checkSignature,
  contactCode,
  context,
  exportPayload,
  followEntry,
  fromBase64url,
  type Hash,
  handshakeCode,
  headPayload,
  type JournalPosition,
  type Link,
  linkField,
  linkListHash,
  linkListText,
  linkSetField,
  linkSetRoot,
  linksRoot,
  logKeyPayload,
  type Member,
  merkleRoot,
  openHead,
  ProtocolError,
  paddedSize,
  parseAcceptance,
  parseAccountStatement,
  parseAs,
  parseCanonical,
  parseContactCode,
  parseDeposit,
  parseHandshakeCode,
  parseRead,
  parseRevision,
  parseRewrap,
  parseSignIn,
  parseSpaceStatement,
  parseStatement,
  parseSuccession,
  receiptPayload,
  type SigningKey,
  type SpaceId,
  type Statement,
  type StatementKind,
  sameRecipients,
  toBase64url,
  type WrapLeaf,
  wrapsOfEpoch,
  wrapsRoot,
} from "../src/index.ts";
import { runVectors } from "./vector-file.ts";

type Part = { text?: string; bytes?: string; number?: number };

runVectors<undefined, { purpose: string; parts: Part[]; context: string }>("context", {
  accept({ purpose, parts, context: expected }) {
    const values = parts.map((part) =>
      part.bytes === undefined ? (part.text ?? part.number ?? 0) : fromBase64url(part.bytes),
    );
    assert.equal(toBase64url(context(purpose, ...values)), expected);
  },
});

runVectors<undefined, { json: string }, { json: string }>("canonical", {
  accept({ json }) {
    assert.equal(canonicalJson(parseCanonical(json)), json);
  },
  refuse: ({ json }) => parseCanonical(json),
});

runVectors<undefined, { text: string; hex: string }, { text: string }>("base64url", {
  accept({ text, hex }) {
    assert.equal(Buffer.from(fromBase64url(text)).toString("hex"), hex);
    assert.equal(toBase64url(Buffer.from(hex, "hex")), text);
  },
  refuse: ({ text }) => fromBase64url(text),
});

runVectors<undefined, { size: number; floor: number; padded: number }>("padded", {
  accept({ size, floor, padded }) {
    assert.equal(paddedSize(size, floor), padded);
  },
});

runVectors<undefined, { leaves: string[]; root: string }>("merkle", {
  accept({ leaves, root }) {
    assert.equal(toBase64url(merkleRoot(leaves.map((leaf) => fromBase64url(leaf)))), root);
  },
});

type WrapsShared = { space: SpaceId; members: Member[]; serverKey: Hash };

runVectors<WrapsShared, { n: number; wraps: WrapLeaf[]; root: string }, { wraps: WrapLeaf[] }>(
  "wraps",
  {
    accept({ n, wraps, root }, { space, members, serverKey }) {
      assert.ok(sameRecipients(wraps, wrapsOfEpoch(members, serverKey)));
      assert.equal(wrapsRoot(space, n, wraps), root);
    },
    // The server's problem of this name; here the lists are compared and nothing is thrown.
    refuse({ wraps }, { members, serverKey }) {
      const same = sameRecipients(wraps, wrapsOfEpoch(members, serverKey));
      if (!same)
        throw Object.assign(new ProtocolError("malformed", "wraps"), { code: "wraps-differ" });
    },
  },
);

/** Reads a statement whole: its form, its page, its signature. */
async function readStatement(kind: StatementKind, text: string, key: string): Promise<unknown> {
  const readers: Partial<Record<StatementKind, (statement: string) => { fact: unknown }>> = {
    account: parseAccountStatement,
    space: parseSpaceStatement,
    revision: parseRevision,
    rewrap: parseRewrap,
    read: parseRead,
    acceptance: parseAcceptance,
    deposit: parseDeposit,
    succession: parseSuccession,
    "sign-in": parseSignIn,
  };
  const parsed = parseStatement(kind, text);
  await checkSignature(parsed, key as SigningKey);
  if (kind === "head") return parseAs(headPayload, parsed.payload, "head");
  if (kind === "export") return parseAs(exportPayload, parsed.payload, "export");
  if (kind === "log-key") return parseAs(logKeyPayload, parsed.payload, "log-key");
  if (kind === "receipt") return parseAs(receiptPayload, parsed.payload, "receipt");
  return readers[kind]?.(text).fact;
}

type StatementCase = { as: StatementKind; statement: string; key: string };

runVectors<Record<string, string>, StatementCase & { payload: object }, StatementCase>(
  "statement",
  {
    async accept({ as, statement, key, payload }, texts) {
      assert.deepEqual(await readStatement(as, texts[statement] ?? "", key), payload);
    },
    refuse: ({ as, statement, key }, texts) => readStatement(as, texts[statement] ?? "", key),
  },
);

type Statements = { statements: Record<string, string> };

runVectors<Statements, { statement: string }, { statement: string }>("read", {
  accept({ statement }, { statements }) {
    assert.ok(parseRead(statements[statement]).fact.revisions.length > 0);
  },
  refuse: ({ statement }, { statements }) => parseRead(statements[statement]),
});

runVectors<undefined, { text: string; read: object }, { text: string }>("handshake", {
  accept({ text, read }) {
    const code = parseHandshakeCode(text);
    assert.deepEqual(code, read);
    const whole = text.trim();
    if ("short" in code) assert.match(code.short, /^[0-9A-HJKMNP-TV-Z]{8}$/);
    else assert.equal(handshakeCode(code), whole);
  },
  refuse: ({ text }) => parseHandshakeCode(text),
});

runVectors<Statements, { statement: string }, { statement: string }>("deposit", {
  accept({ statement }, { statements }) {
    assert.ok(parseDeposit(statements[statement]).fact.to.length > 0);
  },
  refuse: ({ statement }, { statements }) => parseDeposit(statements[statement]),
});

runVectors<undefined, { links: Link[]; identity: string; root: string }, { link: unknown }>(
  "link",
  {
    async accept({ links, identity, root }) {
      const read = links.map((link) => parseAs(linkField, link, "link"));
      for (const link of read) assert.equal((await checkLink(link)).identity, identity);
      assert.equal(linksRoot(read), root);
    },
    refuse: ({ link }) => checkLink(parseAs(linkField, link, "link")),
  },
);

type SetCase = { set: unknown; headers: string[] };
type SetGround = { share: SpaceId; source: SpaceId; statements: Record<string, Statement> };

async function readLinkSet({ set, headers }: SetCase, { share, source, statements }: SetGround) {
  const read = parseAs(linkSetField, set, "links");
  const root = linkSetRoot(share, linkListHash(linkListText(read)), read);
  const named = headers.map((name) => statements[name] ?? assert.fail());
  return { root, links: await checkLinks(read, source, named) };
}

runVectors<SetGround, SetCase & { root: string; identities: string[] }, SetCase>("link-set", {
  async accept(each, ground) {
    const { root, links } = await readLinkSet(each, ground);
    assert.equal(root, each.root);
    assert.deepEqual(
      links.map((link) => link.identity),
      each.identities,
    );
    assert.deepEqual(
      links.map((link) => link.header),
      each.headers.map((name) => parseRevision(ground.statements[name]).hash),
    );
  },
  refuse: readLinkSet,
});

type ContactCase = { text: string; account: AccountId; identity: Hash; made?: boolean };

runVectors<undefined, ContactCase, { text: string }>("contact", {
  accept({ text, account, identity, made }) {
    assert.deepEqual(parseContactCode(text), { account, identity });
    if (made) assert.equal(contactCode(account, identity), text);
  },
  refuse: ({ text }) => parseContactCode(text),
});

type Listed = { salt: string; entry: string };
type JournalCase = { entries: Listed[]; head?: string };

async function follow(each: JournalCase, subject: SpaceId, logKey: SigningKey): Promise<string[]> {
  let position: JournalPosition = { next: 0 };
  const commitments: string[] = [];
  for (const { salt, entry } of each.entries) {
    ({ position } = followEntry(subject, position, salt, entry));
    if (position.hash !== undefined) commitments.push(position.hash);
  }
  if (each.head !== undefined) checkArrived(position, await openHead(each.head, logKey));
  return commitments;
}

type JournalShared = { subject: SpaceId; logKey: SigningKey };

runVectors<JournalShared, JournalCase & { commitments: string[] }, JournalCase>("journal", {
  async accept(each, { subject, logKey }) {
    assert.deepEqual(await follow(each, subject, logKey), each.commitments);
  },
  refuse: (each, { subject, logKey }) => follow(each, subject, logKey),
});
