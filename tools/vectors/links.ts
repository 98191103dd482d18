// What a share links: spec/share.md, Link set, and the earlier form.

import {
  accountStatement,
  BEGIN,
  by,
  deviceNamed,
  enrol,
  headOf,
  person,
  rotate,
} from "../../packages/protocol/test/people.ts";
import {
  b64,
  canonical,
  context,
  type Fields,
  hashNamed,
  idOf,
  merkleTreeHash,
  pattern,
  payloadOf,
  sha256,
  statement,
  statementHash,
  unb64,
} from "../../packages/protocol/test/reference.ts";
import { beginRecord, boxOf, member } from "../../packages/protocol/test/spaces.ts";
import { accepted, type Book, type Case, refused, shelf } from "./book.ts";

const at = BEGIN + 7_000_000;
const space = idOf("space record");
const share = idOf("space share");
const place = { space, item: idOf("item"), revision: idOf("revision") };
const record = beginRecord("record", person("alice"), [member(person("alice"), { role: "owner" })]);

/** Somebody who wrote on two devices and has another identity since; and somebody else. */
function cast() {
  const author = person("alice");
  const laptop = deviceNamed("alice laptop");
  enrol(author, laptop);
  const [begin = "", enrolled = ""] = author.chain;
  const before = { identity: { ...author.identity }, hash: author.hash };
  const signOut = accountStatement(author, "sign-out", { device: laptop.device });
  const mallory = person("mallory");
  rotate(author, "alice again");
  const forgedBegin = accountStatement(
    { ...mallory, account: author.account, chain: [] },
    "begin",
    { ...payloadOf(mallory.chain[0] ?? ""), account: author.account, identity: before.identity },
  );
  const header = (over: Fields = {}, device = author.device) =>
    statement(
      "revision",
      {
        ...place,
        parents: [],
        op: "create",
        by: by(author, 1, device),
        at,
        spaceHead: headOf([record]),
        epoch: 3,
        commit: { secret: hashNamed("R"), content: hashNamed("content key") },
        metadata: hashNamed("metadata"),
        content: { length: 4152, root: hashNamed("segments") },
        held: "server",
        ...over,
      },
      device.pair,
    );
  const deletion = statement(
    "revision",
    {
      ...place,
      parents: [idOf("parent")],
      op: "delete",
      by: by(author, 1),
      at,
      spaceHead: headOf([record]),
      epoch: 3,
    },
    author.device.pair,
  );
  return {
    author,
    laptop,
    begin,
    enrolled,
    before,
    signOut,
    mallory,
    forgedBegin,
    header,
    deletion,
  };
}

/** Link sets: one text, one root, each author once. */
export function linkSets(): Book {
  const {
    author,
    laptop,
    begin,
    enrolled,
    before,
    signOut,
    mallory,
    forgedBegin,
    header,
    deletion,
  } = cast();
  const texts = shelf("s");
  const phone = { identity: before.identity, statement: begin };
  const computer = { identity: before.identity, statement: enrolled };
  const second = { ...place, item: idOf("item 2"), revision: idOf("revision 2") };
  const [one, two] = [header(), header(second)];
  const byLaptop = header(second, laptop);
  const linkTo = (to: string, who = 0): Fields => ({
    author: who,
    header: statementHash(to),
    revision: payloadOf(to).revision ?? "",
  });
  const boxes = (count: number) => ({
    secrets: b64(pattern("box secrets", 48 + 32 * count)),
    releases: b64(pattern("box releases", 48 + 32 * count)),
  });
  const setOf = (headers: readonly string[], authors: readonly Fields[] = [phone]): Fields => ({
    authors,
    links: headers.map((each) => linkTo(each)),
    ...boxes(headers.length),
  });
  const rootOf = ({ authors = [], links = [], secrets = "", releases = "" }: Fields) => {
    const list = sha256(Buffer.from(canonical({ authors, links })));
    return b64(context("links", share, list, unb64(String(secrets)), unb64(String(releases))));
  };
  const right = (name: string, set: Fields, headers: readonly string[]) =>
    accepted(name, {
      set,
      headers: texts.takeAll(headers),
      root: rootOf(set),
      identities: headers.map(() => before.hash),
    });
  const refusal = (
    name: string,
    field: string | undefined,
    set: Fields,
    headers: readonly string[] = [one],
    code = "statement-refused",
  ) => refused(name, code, field, { set, headers: texts.takeAll(headers) });
  const mixed = {
    ...setOf([one, byLaptop], [phone, computer]),
    links: [linkTo(one), linkTo(byLaptop, 1)],
  };
  const single = setOf([one]);
  const many = Array.from({ length: 1001 }, (_, i) => ({
    author: 0,
    header: hashNamed("header"),
    revision: idOf(`revision ${i}`),
  }));
  const replayed = statement("revision", payloadOf(one), laptop.pair);
  const cases: Case[] = [
    refusal("no link", "links.links", { ...single, links: [] }, [], "malformed"),
    refusal("1,001 links", "links.links", { ...single, links: many }, [], "malformed"),
    refusal("no author", "links.authors", { ...single, authors: [] }, [one], "malformed"),
    refusal("an author twice", "authors", {
      ...mixed,
      authors: [phone, phone],
    }),
    refusal("an author whom no link names", "authors", { ...single, authors: [phone, computer] }),
    refusal("an author who is not there", "authors", {
      ...single,
      links: [linkTo(one), linkTo(two, 1)],
    }),
    refusal("authors in another order", "links.author", {
      ...mixed,
      authors: [computer, phone],
      links: [linkTo(one, 1), linkTo(byLaptop)],
    }),
    refusal("a revision twice", "links.revision", setOf([one, one]), [one, one]),
    refusal("a revision twice under two headers", "links.revision", {
      ...setOf([one, two]),
      links: [linkTo(one), { ...linkTo(two), revision: place.revision }],
    }),
    refusal(
      "a box of secrets for two",
      "secrets",
      { ...single, secrets: boxes(2).secrets },
      [one],
      "malformed",
    ),
    refusal(
      "a box of releases for one of two",
      "releases",
      { ...setOf([one, two]), releases: boxes(1).releases },
      [one, two],
      "malformed",
    ),
    refusal("a member too many", "links", { ...single, note: "x" }, [one], "malformed"),
    refusal("a header too few", "headers", single, [], "malformed"),
    refusal("a header too many", "headers", single, [one, two], "malformed"),
    refusal("headers in another order", "header", setOf([one, two]), [two, one]),
    refusal("another header of the same revision by the same author", "header", single, [
      header({ at: at + 1 }),
    ]),
    refusal(
      "a certificate not by the identity named",
      undefined,
      setOf([one], [{ ...phone, identity: { ...mallory.identity } }]),
      [one],
      "signature-refused",
    ),
    refusal(
      "a certificate of the identity after the rotation",
      undefined,
      setOf([one], [{ ...phone, identity: { ...author.identity } }]),
      [one],
      "signature-refused",
    ),
    refusal(
      "another sealing key than the certificate's",
      "author.identity",
      setOf([one], [{ ...phone, identity: { ...before.identity, seal: mallory.identity.seal } }]),
    ),
    refusal(
      "a certificate that states one identity and is signed by another",
      "author.identity",
      setOf([one], [{ identity: { ...mallory.identity }, statement: forgedBegin }]),
    ),
    refusal(
      "a statement that certifies nothing",
      "author.statement",
      setOf([one], [{ ...phone, statement: signOut }]),
    ),
    refusal(
      "a header signed by another device than the certificate's",
      undefined,
      setOf([one], [computer]),
      [one],
      "signature-refused",
    ),
    refusal(
      "a header signed again by another device",
      undefined,
      single,
      [replayed],
      "signature-refused",
    ),
    refusal(
      "a header that names another author",
      "header",
      setOf([header({ by: { ...by(author, 1), account: mallory.account } })]),
      [header({ by: { ...by(author, 1), account: mallory.account } })],
    ),
    refusal(
      "a header that names another device",
      "header",
      setOf([header({ by: { ...by(author, 1), device: laptop.device } })]),
      [header({ by: { ...by(author, 1), device: laptop.device } })],
    ),
    refusal("a header of another revision than the link's", "header", {
      ...single,
      links: [{ ...linkTo(one), revision: idOf("another revision") }],
    }),
    refusal(
      "a header of another space than the share's source",
      "header",
      setOf([header({ space: idOf("another space") })]),
      [header({ space: idOf("another space") })],
    ),
    refusal("a deletion", "header", setOf([deletion]), [deletion]),
    refusal(
      "a read for a header",
      "header",
      single,
      [statement("read", payloadOf(one), author.device.pair)],
      "malformed",
    ),
  ];
  return {
    spec: "spec/share.md, Link set",
    accept: [
      right("by the author's first device", single, [one]),
      right("by a device enrolled later", setOf([byLaptop], [computer]), [byLaptop]),
      right("two links of one author", setOf([one, two]), [one, two]),
      right("in another order", setOf([two, one]), [two, one]),
      right("two authors", mixed, [one, byLaptop]),
    ],
    refuse: cases,
    shared: { share, source: space, statements: texts.texts },
  };
}

/** Links on their own, as shares had them before there were link sets. */
export function linkCases(): Book {
  const {
    author,
    laptop,
    begin,
    enrolled,
    before,
    signOut,
    mallory,
    forgedBegin,
    header,
    deletion,
  } = cast();
  const certified = ({ device, key }: { device: string; key: string }) => ({ device, key });
  const { identity } = before;
  const link = (over: Fields = {}, authorOver: Fields = {}): Fields => ({
    ...place,
    header: header(),
    epoch: 3,
    secret: boxOf("R"),
    release: boxOf("h"),
    author: {
      account: author.account,
      identity,
      device: certified(author.device),
      statement: begin,
      ...authorOver,
    },
    ...over,
  });
  const right = link();
  const byLaptop = link(
    { header: header({}, laptop) },
    { device: certified(laptop), statement: enrolled },
  );
  const refusal = (
    name: string,
    field: string | undefined,
    wrong: Fields,
    code = "statement-refused",
  ) => refused(name, code, field, { link: wrong });
  const texts: Case[] = [
    refusal(
      "a certificate not by the identity named",
      undefined,
      link({}, { identity: { ...mallory.identity } }),
      "signature-refused",
    ),
    refusal(
      "a certificate of the identity after the rotation",
      undefined,
      link({}, { identity: { ...author.identity } }),
      "signature-refused",
    ),
    refusal(
      "another sealing key than the certificate's",
      "author.identity",
      link({}, { identity: { ...identity, seal: mallory.identity.seal } }),
    ),
    refusal(
      "a certificate that states one identity and is signed by another",
      "author.identity",
      link({}, { identity: { ...mallory.identity }, statement: forgedBegin }),
    ),
    refusal(
      "a statement that certifies nothing",
      "author.statement",
      link({}, { statement: signOut }),
    ),
    refusal("a certificate of another device", "author.device", link({}, { statement: enrolled })),
    refusal(
      "another key for the device",
      "author.device",
      link({}, { device: { ...certified(author.device), key: mallory.device.key } }),
    ),
    refusal(
      "a certificate of another account",
      "author.device",
      link({}, { account: mallory.account }),
    ),
    refusal(
      "a header signed by another device",
      undefined,
      link({ header: statement("revision", payloadOf(header()), laptop.pair) }),
      "signature-refused",
    ),
    refusal(
      "a header that names another author",
      "header",
      link({ header: header({ by: { ...by(author, 1), account: mallory.account } }) }),
    ),
    refusal(
      "a header that names another device",
      "header",
      link({ header: header({ by: { ...by(author, 1), device: laptop.device } }) }),
    ),
    refusal("a header of another item", "header", link({ item: idOf("another item") })),
    refusal("a header of another revision", "header", link({ revision: idOf("another revision") })),
    refusal("a header of another space", "header", link({ space: idOf("another space") })),
    refusal("another epoch than the header's", "epoch", link({ epoch: 4 })),
    refusal("a deletion", "header", link({ header: deletion })),
    refusal(
      "a read for a header",
      "header",
      link({ header: statement("read", payloadOf(header()), author.device.pair) }),
      "malformed",
    ),
    refusal(
      "a box of 79 bytes",
      "link.secret",
      link({ secret: boxOf("R").slice(0, 106) }),
      "malformed",
    ),
    refusal("a member too many", "link", link({ note: "x" }), "malformed"),
  ];
  const root = (links: readonly Fields[]) =>
    b64(merkleTreeHash(links.map((each) => sha256(Buffer.from(canonical(each))))));
  return {
    spec: "spec/share.md, Earlier form",
    accept: [
      accepted("by the author's first device", {
        links: [right],
        identity: before.hash,
        root: root([right]),
      }),
      accepted("by a device enrolled later", {
        links: [byLaptop],
        identity: before.hash,
        root: root([byLaptop]),
      }),
      accepted("two links", {
        links: [right, byLaptop],
        identity: before.hash,
        root: root([right, byLaptop]),
      }),
      accepted("two links in another order", {
        links: [byLaptop, right],
        identity: before.hash,
        root: root([byLaptop, right]),
      }),
    ],
    refuse: texts,
  };
}
