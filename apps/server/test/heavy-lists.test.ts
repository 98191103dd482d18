import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { type JournalEntry, type ListedRevision, MAX_LIST, type Statement } from "@ecrin/protocol";
import { PAGE_BYTES } from "../src/quotas.ts";
import {
  assertRefused,
  beginRecord,
  donePosting,
  memberOf,
  sealTest,
  type TestSpace,
} from "./record.ts";
import { makeShare, postShare } from "./share.ts";
import { alice, bob, server, twoPeople } from "./two-people.ts";

twoPeople();

// Lists whose rows are as heavy as they may be. What is laid down past the service is what a
// client of somebody's own could have sent.

const MB = 1 << 20;
const COUNT = 24;

async function filled(): Promise<TestSpace> {
  const record = await beginRecord(alice);
  await donePosting(
    record,
    Array.from({ length: COUNT }, () => sealTest(record)),
  );
  return record;
}

/** Asks for a list page by page, as clients do, until it is whole. @returns how long each page was */
async function pagesOf(path: string, rowsOf: (body: never) => readonly unknown[]) {
  const lengths: number[] = [];
  for (let from = 0; from < COUNT; from += lengths.at(-1) ?? 0) {
    const answer = await alice.line.ask("GET", `${path}?from=${from}`, undefined, alice.seat);
    assert.equal(answer.status, 200);
    const weight = JSON.stringify(answer.body).length;
    assert.ok(weight < MAX_LIST / 2, `a page of ${weight} bytes`);
    lengths.push(rowsOf(answer.body as never).length);
    assert.notEqual(lengths.at(-1), 0);
  }
  return lengths;
}

const PER_PAGE = PAGE_BYTES / MB;

test("a page of revisions ends before it weighs too much, and the next goes on from there", async () => {
  const record = await filled();
  await server.admin`
    update ecrin.revisions set metadata = ${randomBytes(MB)} where space = ${record.space}`;
  const path = `/v1/spaces/${record.space}/revisions`;
  const lengths = await pagesOf(path, (body: { revisions: ListedRevision[] }) => body.revisions);
  assert.deepEqual(lengths, [PER_PAGE, COUNT - PER_PAGE]);
});

test("one row that weighs more than a page is a page", async () => {
  const record = await filled();
  await server.admin`
    update ecrin.revisions set metadata = ${randomBytes(PAGE_BYTES + 1)}
    where space = ${record.space} and index < 2`;
  const path = `/v1/spaces/${record.space}/revisions`;
  const lengths = await pagesOf(path, (body: { revisions: ListedRevision[] }) => body.revisions);
  assert.deepEqual(lengths, [1, 1, COUNT - 2]);
});

test("so does a page of a chain", async () => {
  const record = await beginRecord(alice);
  for (let i = 1; i < COUNT; i++) {
    const until = server.clock.at + i * 86_400_000;
    await record.done(record.add(memberOf(bob, { until })));
  }
  await server.admin`
    update ecrin.space_statements set statement = repeat('x', ${MB}) where space = ${record.space}`;
  const path = `/v1/spaces/${record.space}`;
  const lengths = await pagesOf(path, (body: { statements: Statement[] }) => body.statements);
  assert.deepEqual(lengths, [PER_PAGE, COUNT - PER_PAGE]);
});

test("and of a journal", async () => {
  const { space } = await filled();
  await server.admin`alter table ecrin.journal_openings disable trigger journal_openings_stay`;
  await server.admin`
    update ecrin.journal_openings set statement = repeat('x', ${MB}) where subject = ${space}`;
  await server.admin`alter table ecrin.journal_openings enable always trigger journal_openings_stay`;
  const path = `/v1/journal/${space}`;
  const lengths = await pagesOf(path, (body: { entries: JournalEntry[] }) => body.entries);
  // That the record was begun is an entry too.
  assert.deepEqual(lengths, [PER_PAGE, COUNT + 1 - PER_PAGE]);
});

test("what a share links is told in one piece, or refused where that weighs too much", async () => {
  const record = await beginRecord(alice);
  const sealed = [sealTest(record), sealTest(record)];
  await donePosting(record, sealed);
  const made = await makeShare(record, bob, sealed, server.clock.at + 86_400_000);
  assert.equal((await postShare(record, made)).status, 200);
  const ask = () =>
    bob.line.ask("GET", `/v1/shares/${made.share.space}/metadata`, undefined, bob.seat);
  const weigh = async (bytes: number) =>
    await server.admin`
      update ecrin.revisions set metadata = ${randomBytes(bytes)} where space = ${record.space}`;
  await weigh(16 * MB);
  assert.equal((await ask()).status, 200);
  await weigh(16 * MB + 1);
  assertRefused(await ask(), "too-large");
});
