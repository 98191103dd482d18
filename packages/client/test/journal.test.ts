import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { type Signer, signerFrom, signStatement } from "@ecrin/crypto";
import {
  type Entry,
  encodeEntry,
  entryCommitment,
  fromBase64url,
  fromUtf8,
  hashOf,
  newId,
  parseEntry,
  parseHash,
  parseRead,
  type RouteAnswer,
  type SpaceId,
  type Statement,
  SUITE,
  utf8,
} from "@ecrin/protocol";
import { HealthRecord, lineCheck } from "../src/index.ts";
import { unlockHere } from "../src/sign-in.ts";
import type { Unlocked } from "../src/unlocked.ts";
import { type Ground, newPerson, refusal, startGround } from "./ground.ts";

type Journal = RouteAnswer<"journal">;
const SALT = parseHash("A".repeat(43), "salt");

let ground: Ground;
let log: Signer;
let alice: Unlocked;
/** Her record, whose journal the server changes as a test says. */
let record: HealthRecord;
let change: (honest: Journal) => Journal | Promise<Journal>;

before(async () => {
  ground = await startGround();
  const seed = await readFile(join(ground.dataDir, "keys", "log"), "utf8");
  log = await signerFrom(fromBase64url(seed.trim()));
  const { store, password, account } = await newPerson(ground);
  const { space } = await account.record();
  const fetch: typeof globalThis.fetch = async (...ask) => {
    const answer = await globalThis.fetch(...ask);
    if (!String(ask[0]).includes(`/v1/journal/${space}`)) return answer;
    return Response.json(await change((await answer.json()) as Journal));
  };
  const { url: server, now } = ground;
  alice = (await unlockHere({ server, now, fetch, store, password })).u;
  record = new HealthRecord(alice, space);
  const file = { title: "lu", mediaType: "text/plain", content: utf8("lu") };
  await record.open(await record.add(file));
});
beforeEach(() => {
  change = (honest) => honest;
});
after(() => ground.stop());

test("an addition is its author's word only where its author is the one who is said to have acted", async () => {
  const { account, device } = alice;
  const named = { statement: "named", about: {}, actor: { account, device } } as const;
  assert.equal(lineCheck(named, undefined), "named");
  await record.sync();
  const line = (await record.journal()).find(({ kind }) => kind === "upload") ?? assert.fail();
  assert.equal(line.statement, "none");
  assert.equal(lineCheck(line, record.listing), "signed-by-author");
  assert.equal(lineCheck(line, undefined), "none");
  const other = newId<"account">();
  assert.equal(lineCheck({ ...line, actor: { account: other } }, record.listing), "none");
  const statement = hashOf(new Uint8Array(32));
  const about = { ...line.about, statement };
  assert.equal(lineCheck({ ...line, about }, record.listing), "none");
});

test("a journal without its signed head, cut short, or signed by another is refused", async () => {
  change = ({ entries }) => ({ entries });
  await assert.rejects(record.journal(), refusal("fork"));
  change = ({ entries, head }) => ({ entries: entries.slice(0, -1), ...(head && { head }) });
  await assert.rejects(record.journal());
  const other = await signerFrom(new Uint8Array(32));
  change = async (honest) => ({ ...honest, head: await headOver(honest, other) });
  await assert.rejects(record.journal(), { code: "signature-refused" });
});

/** Signs a head over the last entry. */
async function headOver(
  { entries }: Pick<Journal, "entries">,
  signer: Signer,
  subject: SpaceId = record.space,
) {
  const last = entries.at(-1);
  assert.ok(last !== undefined);
  const hash = hashOf(entryCommitment(fromBase64url(last.salt), utf8(last.entry)));
  const facts = { suite: SUITE, subject, n: last.n, hash, at: ground.now() };
  return await signStatement("head", facts, signer);
}

/** What the newest read in the journal asked for. */
function lastRead({ entries }: Journal): Statement {
  const read = entries.findLast(({ entry }) => parseEntry(entry).kind === "opening");
  assert.ok(read?.statement !== undefined);
  return read.statement;
}

/** Alice signs a read like the last one, but for `other`. */
async function readAgain(honest: Journal, other: Record<string, string> = {}): Promise<Statement> {
  const { space, revisions, reason, nonce } = parseRead(lastRead(honest)).fact;
  const asked = revisions.map((each) => ({ ...each }));
  return await alice.sign("read", { space, revisions: asked, reason, nonce, ...other });
}

/** The journal with one entry more for a read, chained and signed by the server. */
async function withRead(
  honest: Journal,
  statement: Statement,
  about: Partial<Entry["about"]> = {},
  kind: Entry["kind"] = "opening",
): Promise<Journal> {
  const last = honest.entries.at(-1);
  assert.ok(last !== undefined);
  const { fact, hash } = parseRead(lastRead(honest));
  const revisions = fact.revisions.map(({ item, revision }) => ({ item, revision }));
  const entry = encodeEntry({
    v: 1,
    subject: record.space,
    n: last.n + 1,
    prev: hashOf(entryCommitment(fromBase64url(last.salt), utf8(last.entry))),
    at: ground.now(),
    kind,
    actor: { account: alice.account, device: alice.device },
    about: { revisions, statement: parseRead(statement).hash, ...about },
  });
  const more = {
    n: last.n + 1,
    index: 999,
    salt: SALT,
    entry: fromUtf8(entry),
    before: hash,
    tag: hash,
  };
  const entries = [...honest.entries, { ...more, statement }];
  return { entries, head: await headOver({ entries }, log) };
}

test("an entry that says something else of a read than its statement is refused", async () => {
  const item = newId<"item">();
  const revision = newId<"revision">();
  const elsewhere = newId<"space">();
  const forged: ((honest: Journal) => Promise<Journal>)[] = [
    async (honest) => withRead(honest, await readAgain(honest), { revisions: [] }),
    async (honest) =>
      withRead(honest, await readAgain(honest), { revisions: [{ item, revision }] }),
    async (honest) => withRead(honest, await readAgain(honest), { via: elsewhere }),
    async (honest) => withRead(honest, await readAgain(honest, { space: elsewhere })),
    async (honest) => withRead(honest, await readAgain(honest), {}, "export"),
    async (honest) => withRead(honest, await readAgain(honest, { reason: "export" })),
  ];
  for (const forge of forged) {
    change = forge;
    await assert.rejects(record.journal(), { code: "statement-refused" });
  }
});

test("a read without the statement that its reader signed is refused", async () => {
  change = (honest) => ({
    ...honest,
    entries: honest.entries.map(({ statement, ...each }) =>
      parseEntry(each.entry).kind === "opening" || statement === undefined
        ? each
        : { ...each, statement },
    ),
  });
  await assert.rejects(record.journal(), refusal("fork"));
});

test("a head over another's journal is refused, and an empty journal where there was one", async () => {
  const head = (honest: Journal) => headOver(honest, log, newId<"space">());
  change = async (honest) => ({ ...honest, head: await head(honest) });
  await assert.rejects(record.journal(), refusal("fork"));
  change = () => ({ entries: [] });
  await assert.rejects(record.journal(), refusal("rollback"));
});

test("an erasure does not exchange the entry that was seen last", async () => {
  const other = await newPerson(ground, "Autre");
  const { space } = await other.account.record();
  const fetch: typeof globalThis.fetch = async (...ask) => {
    const answer = await globalThis.fetch(...ask);
    if (!String(ask[0]).includes(`/v1/journal/${space}`)) return answer;
    return Response.json(await withoutFirst(space, (await answer.json()) as Journal));
  };
  const { url: server, now } = ground;
  const { store, password } = other;
  const { u } = await unlockHere({ server, now, fetch, store, password });
  u.keyring.see(`${space}.journal`, { seq: 0, hash: SALT });
  await assert.rejects(new HealthRecord(u, space).journal(), refusal("fork"));
});

/** The journal without its first entry, and with an erasure that accounts for it. */
async function withoutFirst(space: SpaceId, { entries }: Journal): Promise<Journal> {
  const last = entries.at(-1) ?? assert.fail();
  const n = last.n + 1;
  const entry = encodeEntry({
    v: 1,
    subject: space,
    n,
    prev: hashOf(entryCommitment(fromBase64url(last.salt), utf8(last.entry))),
    at: ground.now(),
    kind: "erasure",
    actor: {},
    about: { from: 0, count: 1 },
  });
  const erasure = { n, index: 999, salt: SALT, entry: fromUtf8(entry), before: SALT, tag: SALT };
  const left = [...entries.slice(1), erasure];
  return { entries: left, head: await headOver({ entries: left }, log, space) };
}

test("an entry carries the statement that it names", async () => {
  change = (honest) => ({
    ...honest,
    entries: honest.entries.map((each) =>
      parseEntry(each.entry).kind === "membership"
        ? { ...each, statement: lastRead(honest) }
        : each,
    ),
  });
  assert.equal((await recordKinds()).has("membership"), true);
  await assert.rejects(record.journal(), { code: "statement-refused" });
});

/** Kinds of the entries that an honest server hands out. */
async function recordKinds(): Promise<Set<string>> {
  const forged = change;
  change = (honest) => honest;
  const lines = await record.journal();
  change = forged;
  return new Set(lines.map(({ kind }) => kind));
}

test("one read is one entry", async () => {
  change = (honest) => withRead(honest, lastRead(honest));
  await assert.rejects(record.journal(), refusal("fork"));
  // Another read of the same, which she did sign, is another entry. Last: she remembers its head.
  change = async (honest) => withRead(honest, await readAgain(honest));
  const lines = await record.journal();
  assert.equal(lines.filter(({ kind }) => kind === "opening").length, 2);
});
