// Refusals at the doors that vectors do not go through: what is written, and what is called with the wrong thing.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  assembleStatement,
  canonicalJson,
  checkLinks,
  context,
  currentEpoch,
  epochAt,
  followAccount,
  followSpace,
  fromUtf8,
  hashOf,
  headerFor,
  identityField,
  type Json,
  newId,
  parseAs,
  parseHash,
  parseId,
  parseSealingKey,
  parseSigningKey,
  parseStatement,
  type SpaceState,
  type StatementKind,
  statementField,
} from "../src/index.ts";
import { person, sealingKey } from "./people.ts";
import { hashNamed, idOf } from "./reference.ts";
import { beginRecord, member } from "./spaces.ts";

const refusal = (field: string) => ({ name: "ProtocolError", code: "malformed", field });

test("what canonical JSON does not know is not written either", () => {
  const levels = (count: number): Json => (count === 0 ? 1 : [levels(count - 1)]);
  assert.equal(canonicalJson(levels(16)), `${"[".repeat(16)}1${"]".repeat(16)}`);
  for (const value of [
    levels(17),
    null,
    [null],
    [undefined],
    1.5,
    -0,
    2 ** 53,
    "\ud800",
    () => 1,
    1n,
  ])
    assert.throws(() => canonicalJson(value as Json), refusal("payload"), String(value));
  assert.equal(canonicalJson({ a: undefined, b: 1 }), '{"b":1}');
});

test("text is UTF-8, and its byte order mark is kept to be refused later", () => {
  assert.throws(() => fromUtf8(new Uint8Array([0xc0, 0x80]), "name"), refusal("name"));
  assert.equal(fromUtf8(new Uint8Array([0xef, 0xbb, 0xbf, 0x61])), "\ufeffa");
});

test("ids, hashes and keys have one length and one form", () => {
  const id = idOf("x");
  assert.equal(parseId(id, "id"), id);
  assert.notEqual(newId(), newId());
  assert.equal(parseId(newId(), "id").length, 22);
  const hash = hashNamed("x");
  assert.equal(parseHash(hash, "hash"), hash);
  assert.equal(parseSigningKey(hash, "key"), hash);
  assert.equal(parseSealingKey(sealingKey("x"), "key"), sealingKey("x"));
  for (const wrong of [undefined, 22, "", id.slice(1), `${id}A`, `${id.slice(0, 21)}B`, hash])
    assert.throws(() => parseId(wrong, "id"), refusal("id"), String(wrong));
  for (const wrong of [undefined, "", id, `${hash}A`, `${hash.slice(0, 42)}B`]) {
    assert.throws(() => parseHash(wrong, "hash"), refusal("hash"), String(wrong));
    assert.throws(() => parseSigningKey(wrong, "key"), refusal("key"), String(wrong));
    assert.throws(() => parseSealingKey(wrong, "key"), refusal("key"), String(wrong));
  }
  for (const length of [0, 31, 33])
    assert.throws(() => hashOf(new Uint8Array(length)), refusal("hash"));
});

test("a context takes whole numbers only", () => {
  for (const wrong of [1.5, Number.NaN, 2 ** 53])
    assert.throws(() => context("x", wrong), RangeError);
});

test("a statement is text, of a kind there is, and not too long", () => {
  for (const wrong of [undefined, null, 1, {}, ["a.b.c"]])
    assert.throws(() => parseStatement("head", wrong), refusal("statement"));
  assert.throws(() => headerFor("heads" as StatementKind), refusal("kind"));
  for (const length of [0, 63, 65])
    assert.throws(() => assembleStatement("a.b", new Uint8Array(length)), refusal("signature"));
  // One character more than the most: refused for that, before anything in it is read.
  const payload = "A".repeat(262_144 - headerFor("head").length - 88);
  const longest = `${headerFor("head")}.${payload}.${"A".repeat(86)}`;
  assert.equal(longest.length, 262_144);
  assert.throws(() => parseStatement("head", longest), refusal("payload"));
  assert.throws(() => parseStatement("head", `${longest}A`), refusal("statement"));
});

test("a link names an author who is there", async () => {
  const { identity, chain } = person("alice");
  const author = { identity: parseAs(identityField, identity, "identity"), statement: chain[0] };
  const authors = [{ ...author, statement: parseAs(statementField, author.statement, "begin") }];
  const link = {
    author: 1,
    header: parseHash(hashNamed("header"), "header"),
    revision: newId<"revision">(),
  };
  const headers = [parseAs(statementField, chain[0], "header")];
  await assert.rejects(
    checkLinks({ authors, links: [link] }, newId<"space">(), headers),
    refusal("links.author"),
  );
});

test("a state without an epoch answers nothing", async () => {
  const alice = person("alice");
  const account = await followAccount(undefined, alice.chain);
  assert.ok(account);
  const first = beginRecord("record", alice, [member(alice, { role: "owner" })]);
  const state = await followSpace(undefined, [first], new Map([[account.account, account]]));
  assert.ok(state);
  assert.equal(epochAt(state, 0).epoch.n, 1);
  const none: SpaceState = { ...state, epochs: [] };
  assert.throws(() => currentEpoch(none), { code: "statement-refused" });
  assert.throws(() => epochAt(none, 0), { code: "statement-refused" });
  assert.equal(await followSpace(undefined, [], new Map()), undefined);
});
