// Where an entry stands behind one that is erased, the chain of the space tells the operator's
// check whether it carried its statement.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { hashOf, parseEntry, sha256 } from "@ecrin/protocol";
import { openKeys, readLogKeys } from "../src/keys.ts";
import { checkAt, readHeld } from "../src/operator-check.ts";
import { erase } from "../src/operator-erase.ts";
import { type Cluster, startCluster, startTestServer, type TestServer } from "./harness.ts";
import { OFF } from "./operator-deeds.ts";
import { Person } from "./person.ts";
import { beginRecord, memberOf, type TestSpace } from "./record.ts";

let cluster: Cluster;
before(async () => {
  cluster = await startCluster();
});
after(() => cluster.stop());

const EMPTY = { size: 0, root: hashOf(sha256(new Uint8Array())) };

/** A record whose journal begins with two memberships of one statement, and ends with what ended one of them. */
async function makeRecord(server: TestServer): Promise<TestSpace> {
  const [alice, bob, carol] = await Promise.all(
    [1, 2, 3].map(() => new Person(server.line).signUp()),
  );
  if (alice === undefined || bob === undefined || carol === undefined) return assert.fail();
  const record = await beginRecord(alice, [[bob, {}]]);
  await record.done(record.add(memberOf(carol)));
  await record.done(await record.turn(EMPTY, { ended: [bob.account] }));
  return record;
}

interface Line {
  readonly n: number;
  readonly index: number;
  readonly entry: string;
  readonly statement: string | null;
}

async function linesOf({ admin }: TestServer, { space }: TestSpace): Promise<readonly Line[]> {
  return await admin<Line[]>`
    select n, index, entry, statement from journal_openings where subject = ${space} order by n`;
}

/** What the check finds after a deed, which is undone. */
async function foundAfter({ admin, dataDir }: TestServer, deed: string): Promise<string[]> {
  const folder = join(dataDir, "keys");
  const outside = await readHeld({ folder, keys: await readLogKeys(folder) });
  const found: string[] = [];
  const undone = admin.begin(async (tx) => {
    await tx.unsafe(`${OFF} alter table space_statements disable trigger all; ${deed}`);
    const { faults } = await checkAt(tx, outside);
    found.push(...faults.map(({ looked, count, first }) => `${looked} ${count} ${first}`));
    throw new RangeError("undone");
  });
  await assert.rejects(undone, RangeError);
  return found;
}

test("behind an entry that is erased too, the statement that an entry carries is missed", async () => {
  const server = await startTestServer(cluster);
  try {
    const folder = join(server.dataDir, "keys");
    const place = { folder, keys: await openKeys(folder), admin: server.admin };
    for (const from of [0, 1, 3]) {
      const record = await makeRecord(server);
      const lines = await linesOf(server, record);
      assert.deepEqual(
        lines.map(({ entry, statement }) => [parseEntry(entry).kind, statement !== null]),
        [
          ["membership", true],
          ["membership", false],
          ["membership", true],
          ["rotation", true],
          ["revocation", false],
        ],
      );
      const wanted = { subject: record.space, from, count: 1, code: "asked" };
      await erase(place, wanted, server.line.now);
      assert.deepEqual(await foundAfter(server, "select 1"), [], `${from}`);
      const { index, statement } = lines[from + 1] ?? assert.fail();
      const missing = `update journal_openings set statement = null where index = ${index};`;
      const fault = [`opening 1 place ${index}`];
      assert.deepEqual(await foundAfter(server, missing), statement === null ? [] : fault);
      // Nor does it help to take the statement, or put another, in the chain.
      const there = `space = '${record.space}'`;
      for (const chain of [
        `delete from space_statements where ${there}`,
        `update space_statements set statement = 'x' where ${there}`,
        `update space_statements a set statement = b.statement from space_statements b
         where a.${there} and b.space = a.space and b.seq = (a.seq + 1) % 3`,
      ])
        assert.deepEqual(await foundAfter(server, missing + chain), fault, chain);
    }
  } finally {
    await server.stop();
  }
});
