import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { noteExpired } from "../src/expiry.ts";
import { createJournal } from "../src/journal.ts";
import { openKeys } from "../src/keys.ts";
import { signerOf } from "../src/signer.ts";
import { beginRecord, donePosting, journalOf, memberOf, pass, sealTest } from "./record.ts";
import { makeShare, postShare } from "./share.ts";
import { alice, bob, server, twoPeople } from "./two-people.ts";

twoPeople();

const DAY = 24 * 3600_000;

/** The job, as another process would run it. */
async function note(): Promise<number> {
  const keys = await openKeys(join(server.dataDir, "keys"));
  const now = () => server.clock.at;
  const sql = server.admin;
  const journal = createJournal({ sql, signer: signerOf(keys.log), tags: keys.tags, now });
  return noteExpired({ sql, journal, now });
}

async function expiriesOf(subject: string): Promise<Record<string, unknown>[]> {
  const told = await journalOf(server.admin, subject);
  return told
    .filter(({ kind }) => kind === "expiry")
    .map(({ about, actor }) => ({ ...about, by: actor }));
}

test("a membership past its date is noted once, also by two at once", async () => {
  const record = await beginRecord(alice, [[bob, { until: server.clock.at + DAY }]]);
  assert.equal(await note(), 0);
  await pass(server, DAY - 1, alice, bob);
  assert.equal(await note(), 0);
  await pass(server, 1, alice, bob);
  const noted = await Promise.all([note(), note(), note()]);
  assert.deepEqual(noted.sort(), [0, 0, 1]);
  assert.equal(await note(), 0);
  assert.deepEqual(await expiriesOf(record.space), [{ account: bob.account, by: {} }]);
});

test("a share past its date is noted in its source; one that was ended before is not", async () => {
  const record = await beginRecord(alice);
  const sealed = [sealTest(record)];
  await donePosting(record, sealed);
  const until = server.clock.at + DAY;
  const lasting = await makeShare(record, bob, sealed, until);
  assert.equal((await postShare(record, lasting)).status, 200);
  const ended = await makeShare(record, bob, sealed, until);
  assert.equal((await postShare(record, ended)).status, 200);
  const unshare = record.sign({ op: "unshare", share: ended.share.space });
  const path = `/v1/shares/${ended.share.space}/end`;
  const answer = await alice.line.ask("POST", path, { unshare }, alice.seat);
  assert.equal(answer.status, 200);
  const listed = async (by: typeof bob) =>
    (
      await by.line.done<{ spaces: { space: string; closed: boolean }[] }>(
        "GET",
        "/v1/spaces",
        undefined,
        by.seat,
      )
    ).spaces
      .filter(({ space }) => space === lasting.share.space)
      .map(({ closed }) => closed);
  assert.deepEqual([await listed(alice), await listed(bob)], [[false], [false]]);
  await pass(server, DAY, alice, bob);
  // From then on it is its maker's to see: a practice has thousands that have ended.
  assert.deepEqual([await listed(alice), await listed(bob)], [[true], []]);
  await note();
  assert.equal(await note(), 0);
  assert.deepEqual(await expiriesOf(record.space), [{ share: lasting.share.space, by: {} }]);
  assert.deepEqual(await expiriesOf(lasting.share.space), []);
});

test("a date that is moved expires again when it comes", async () => {
  const record = await beginRecord(alice, [[bob, { until: server.clock.at + DAY }]]);
  await record.done(record.add(memberOf(bob, { until: server.clock.at + 2 * DAY })));
  await pass(server, DAY, alice, bob);
  assert.equal(await note(), 0);
  await pass(server, DAY, alice, bob);
  assert.equal(await note(), 1);
  assert.equal((await expiriesOf(record.space)).length, 1);
});
