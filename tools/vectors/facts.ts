// Reads, contact codes and journals: spec/read.md, spec/share.md, spec/journal.md.

import { BEGIN, by, person } from "../../packages/protocol/test/people.ts";
import {
  b64,
  canonical,
  context,
  type Fields,
  hashNamed,
  idOf,
  keyPair,
  pattern,
  statement,
  unb64,
} from "../../packages/protocol/test/reference.ts";
import { accepted, type Book, refused, shelf } from "./book.ts";

const alice = person("alice");
const at = BEGIN + 7_000_000;
const space = idOf("space record");

export function reads(): Book {
  const texts = shelf("s");
  const revision = (n: number) => ({
    space,
    item: idOf(`item ${n}`),
    revision: idOf(`revision ${n}`),
  });
  const read = (over: Fields) =>
    texts.take(
      statement(
        "read",
        {
          space,
          revisions: [revision(1)],
          reason: "care",
          by: by(alice),
          at,
          nonce: b64(pattern("nonce", 16)),
          ...over,
        },
        alice.device.pair,
      ),
    );
  const refusal = (name: string, field: string, over: Fields, code = "malformed") =>
    refused(name, code, field, { statement: read(over) });
  return {
    spec: "spec/read.md",
    accept: [
      accepted("one revision", { statement: read({}) }),
      accepted("two revisions of two spaces", {
        statement: read({
          revisions: [revision(1), { ...revision(1), space: idOf("space other") }],
        }),
      }),
      accepted("500 revisions", {
        statement: read({ revisions: Array.from({ length: 500 }, (_, i) => revision(i)) }),
      }),
      accepted("declared afterwards, without a nonce", {
        statement: read({ nonce: undefined, declared: true }),
      }),
      accepted("with the journal's head", {
        statement: read({ journal: { n: 4, hash: hashNamed("c") }, reason: "own" }),
      }),
    ],
    refuse: [
      refusal("no revision", "read.revisions", { revisions: [] }),
      refusal("501 revisions", "read.revisions", {
        revisions: Array.from({ length: 501 }, (_, i) => revision(i)),
      }),
      refusal(
        "a revision twice",
        "revisions",
        { revisions: [revision(1), revision(2), revision(1)] },
        "statement-refused",
      ),
      refusal(
        "a revision twice under two items",
        "revisions",
        { revisions: [revision(1), { ...revision(2), revision: idOf("revision 1") }] },
        "statement-refused",
      ),
      refusal("a reason that is none", "read.reason", { reason: "curiosity" }),
      refusal("no nonce", "read.nonce", { nonce: undefined }),
      refusal("an empty nonce", "read.nonce", { nonce: "" }),
      refusal("declared, and with a nonce", "read.declared", { declared: true }),
      refusal("not declared, said so", "read.declared", { nonce: undefined, declared: false }),
      refusal("no reader", "read.by", { by: undefined }),
      refusal("no time", "read.at", { at: undefined }),
      refusal("a journal head without hash", "read.journal.hash", { journal: { n: 4 } }),
      refusal("an emergency, which is not built", "read", { emergency: true }),
    ],
    shared: { statements: texts.texts },
  };
}

/** What is scanned or typed in a handshake: spec/handshake.md, The run. */
export function handshakeCodes(): Book {
  const [rendezvous, account, identity] = [
    pattern("id rendezvous", 16),
    pattern("id account alice", 16),
    pattern("identity hash", 32),
  ];
  const body = b64(Buffer.concat([rendezvous, account, identity]));
  const code = `ecrin-1:handshake:${body}`;
  const scanned = {
    rendezvous: b64(rendezvous),
    account: b64(account),
    identity: b64(identity),
  };
  const refusal = (name: string, text: string) => refused(name, "malformed", "code", { text });
  return {
    spec: "spec/handshake.md, The run",
    accept: [
      accepted("a code that was scanned", { text: code, read: scanned }),
      accepted("with blanks around it", { text: ` ${code}\n`, read: scanned }),
      accepted("a short code", { text: "K7QM2XHD", read: { short: "K7QM2XHD" } }),
      accepted("as people type it", { text: "k7qm - 2xhd", read: { short: "K7QM2XHD" } }),
      accepted("letters that are taken for digits", {
        text: "OIL1-0000",
        read: { short: "01110000" },
      }),
    ],
    refuse: [
      refusal("nothing", ""),
      refusal("a character too few", "K7QM2XH"),
      refusal("a character too many", "K7QM2XHD0"),
      refusal("a letter that is none", "K7QM2XHU"),
      refusal("another alphabet", "К7QM2XHD"),
      refusal("no prefix", body),
      refusal("a contact code", `ecrin-1:contact:${body}`),
      refusal("the prefix in capitals", `ECRIN-1:HANDSHAKE:${body}`),
      refusal("three bytes too few", code.slice(0, -4)),
      refusal("three bytes too many", `${code}AAAA`),
      refusal("another character", `${code.slice(0, -1)}+`),
    ],
  };
}

export function contactCodes(): Book {
  const account = pattern("id account alice", 16);
  const identity = pattern("identity hash", 32);
  const body = b64(Buffer.concat([account, identity]));
  const code = `ecrin-1:contact:${body}`;
  const row = (text: string): Fields => ({
    text,
    account: b64(account),
    identity: b64(identity),
  });
  const refusal = (name: string, text: string) => refused(name, "malformed", "code", { text });
  return {
    spec: "spec/share.md, Contacts",
    accept: [
      accepted("a contact code", { ...row(code), made: true }),
      accepted(
        "with what copying leaves around it",
        row(` ${code.slice(0, 30)}\n${code.slice(30)} \r\n`),
      ),
    ],
    refuse: [
      refusal("nothing", ""),
      refusal("no prefix", body),
      refusal("another suite", code.replace("ecrin-1", "ecrin-2")),
      refusal("another kind of code", code.replace("contact", "kit")),
      refusal("the prefix in capitals", `ECRIN-1:CONTACT:${body}`),
      refusal("a character too few", code.slice(0, -1)),
      refusal("a character too many", `${code}A`),
      refusal("three bytes too few", code.slice(0, -4)),
      refusal("three bytes too many", `${code}AAAA`),
      refusal("the other alphabet", `${code.slice(0, -1)}+`),
      refusal("padding", `${code}=`),
    ],
  };
}

export function journals(): Book {
  const log = keyPair(pattern("log key", 32));
  const entry = (n: number, prev: string | undefined, over: Fields = {}): Fields => ({
    v: 1,
    subject: space,
    n,
    ...(prev === undefined ? {} : { prev }),
    at: at + n,
    kind: "listing",
    actor: { account: alice.account, device: alice.device.device },
    about: { from: 0, count: n },
    ...over,
  });
  const salt = (n: number) => hashNamed(`salt ${n}`);
  const commit = (n: number, each: Fields) =>
    b64(context("entry", unb64(salt(n)), Buffer.from(canonical(each))));
  const listed = (n: number, each: Fields, over: Fields = {}) => ({
    salt: salt(n),
    entry: canonical(each),
    ...over,
  });
  const e0 = entry(0, undefined, { kind: "sign-up", actor: {}, about: {} });
  const c0 = commit(0, e0);
  const e1 = entry(1, c0, {
    kind: "opening",
    about: {
      revisions: [{ item: idOf("item"), revision: idOf("revision") }],
      statement: hashNamed("read"),
    },
  });
  const c1 = commit(1, e1);
  const e2 = entry(2, c1);
  const c2 = commit(2, e2);
  const head = (n: number, hash: string, over: Fields = {}, key = log) =>
    statement("head", { subject: space, n, hash, at, ...over }, key);
  const three = [listed(0, e0), listed(1, e1), listed(2, e2)];
  const refusal = (
    name: string,
    code: string,
    field: string | undefined,
    entries: readonly Fields[],
    signed?: string,
  ) => refused(name, code, field, { entries, ...(signed === undefined ? {} : { head: signed }) });
  return {
    spec: "spec/journal.md",
    shared: { subject: space, logKey: log.key },
    accept: [
      accepted("nothing yet", { entries: [], commitments: [] }),
      accepted("one entry", { entries: three.slice(0, 1), commitments: [c0], head: head(0, c0) }),
      accepted("three entries", { entries: three, commitments: [c0, c1, c2], head: head(2, c2) }),
    ],
    refuse: [
      refusal("an entry left out", "fork", "entry.prev", [listed(0, e0), listed(2, e2)]),
      refusal("an entry twice", "fork", "entry.prev", [listed(0, e0), listed(0, e0)]),
      refusal("an entry that names another before it", "fork", "entry.prev", [
        listed(0, e0),
        listed(1, { ...e1, prev: hashNamed("elsewhere") }),
      ]),
      refusal("an entry before it altered", "fork", "entry.prev", [
        listed(0, { ...e0, at: at + 1 }),
        listed(1, e1),
      ]),
      refusal("another salt before it", "fork", "entry.prev", [
        listed(0, e0, { salt: salt(9) }),
        listed(1, e1),
      ]),
      refusal("a number again", "fork", "entry.prev", [listed(0, e0), listed(1, { ...e1, n: 0 })]),
      refusal("a first entry that names one before it", "fork", "entry.prev", [
        listed(0, { ...e0, prev: c0 }),
      ]),
      refusal("an entry of another subject", "statement-refused", "entry.subject", [
        listed(0, { ...e0, subject: idOf("space other") }),
      ]),
      refusal("a salt of 16 bytes", "malformed", "salt", [
        listed(0, e0, { salt: b64(pattern("salt", 16)) }),
      ]),
      refusal("a space in the entry", "malformed", "entry", [
        { salt: salt(0), entry: canonical(e0).replace(",", ", ") },
      ]),
      refusal("a kind that does not exist", "malformed", "entry.kind", [
        listed(0, { ...e0, kind: "peek" }),
      ]),
      refusal("a member too many", "malformed", "entry", [listed(0, { ...e0, note: "x" })]),
      refusal("another version", "malformed", "entry.v", [listed(0, { ...e0, v: 2 })]),
      refusal("a read without the statement of its reader", "malformed", "entry.about.statement", [
        listed(0, e0),
        listed(1, { ...e1, about: { revisions: [] } }),
      ]),
      refusal("a read of nothing named", "malformed", "entry.about.revisions", [
        listed(0, e0),
        listed(1, { ...e1, kind: "export", about: { statement: hashNamed("read") } }),
      ]),
      refusal("rollback: a head before the last entry", "rollback", undefined, three, head(1, c1)),
      refusal(
        "fork: another entry at the head",
        "fork",
        undefined,
        three,
        head(2, hashNamed("elsewhere")),
      ),
      refusal("a head beyond the entries", "fork", undefined, three.slice(0, 2), head(2, c2)),
      refusal("a head of nothing", "fork", undefined, [], head(0, c0)),
      refusal(
        "a head by another key",
        "signature-refused",
        undefined,
        three,
        head(2, c2, {}, keyPair(pattern("another", 32))),
      ),
      refusal(
        "a receipt for a head",
        "malformed",
        "header",
        three,
        statement(
          "receipt",
          {
            subject: space,
            n: 2,
            hash: c2,
            at,
            statement: hashNamed("read"),
            index: 2,
            leaf: hashNamed("leaf"),
          },
          log,
        ),
      ),
      refusal(
        "a head without hash",
        "malformed",
        "head.hash",
        three,
        statement("head", { subject: space, n: 2, at }, log),
      ),
    ],
  };
}
