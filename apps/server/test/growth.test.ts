// What is asked all the time stays as quick, however much there is.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { newId, type Witness } from "@ecrin/protocol";
import { cosignedSizes } from "../src/cosigned.ts";
import { noteExpired } from "../src/expiry.ts";
import { forgetOld } from "../src/security-log.ts";
import { type Cluster, type Ground, layGround, startCluster } from "./harness.ts";
import { newSigner } from "./person.ts";

const DAY = 86_400_000;
const AT = 1_790_000_000_000;

let cluster: Cluster;
let ground: Ground;
before(async () => {
  cluster = await startCluster();
  ground = await layGround(cluster, () => AT);
});
after(async () => {
  await ground.end();
  await cluster.stop();
});

/** A plan of PostgreSQL, as it was carried out. */
interface Plan {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Rows Removed by Filter"?: number;
  readonly Plans?: readonly Plan[];
}

/** How many rows of a table a statement has looked at. */
function rowsOf(table: string, plan: Plan): number {
  const own =
    plan["Relation Name"] === table
      ? (plan["Actual Rows"] + (plan["Rows Removed by Filter"] ?? 0)) * plan["Actual Loops"]
      : 0;
  return (plan.Plans ?? []).reduce((sum, each) => sum + rowsOf(table, each), own);
}

test("the newest checkpoint with a quorum is found without looking at those before it", async () => {
  const { admin, app } = ground;
  const witnesses = ["a", "b", "c"].map(
    (name): Witness => ({ name: `${name}.example`, key: newSigner().key, operator: name }),
  );
  await admin`insert into log_checkpoints (size, root, at, note)
    select i * 10, ${Buffer.alloc(32)}, i, 'note' from generate_series(1, 30000) i`;
  for (const { name, key } of witnesses)
    await admin`insert into cosignatures (size, witness, key, line, at)
      select i * 10, ${name}, ${key}, 'line', i from generate_series(1, 20000) i`;
  // The last one by two of them only.
  const [first, second] = witnesses;
  for (const each of [first, second])
    await admin`insert into cosignatures (size, witness, key, line, at)
      values (300000, ${each?.name ?? ""}, ${each?.key ?? ""}, 'line', 1)`;
  await admin.unsafe("analyze");
  const sizes = await app<{ size: number }[]>`${cosignedSizes(app, witnesses, 3, 1)}`;
  assert.deepEqual([sizes.length, sizes[0]?.size, sizes.at(-1)?.size], [100, 200_000, 199_010]);
  assert.equal((await app`${cosignedSizes(app, witnesses, 3, 200_001)}`).length, 0);
  const [explained] = await app<{ "QUERY PLAN": { Plan: Plan }[] }[]>`
    explain (analyze, format json) ${cosignedSizes(app, witnesses, 3, 1)}`;
  const plan = explained?.["QUERY PLAN"][0]?.Plan ?? assert.fail("no plan");
  const looked = rowsOf("cosignatures", plan);
  assert.ok(looked > 0 && looked < 1000, `${looked} rows`);
});

test("a thousand ends at one moment do not hold the journal all at once", async () => {
  const { admin, app, journal } = ground;
  const [record, owner] = [newId<"space">(), newId<"account">()];
  const count = 1100;
  await admin.begin(async (tx) => {
    // Without the rows of those accounts, which nothing here looks at.
    await tx`set local session_replication_role = replica`;
    await tx`insert into ecrin.spaces (space, kind, owner, made_at, head_seq, head_hash, tree_root)
      values (${record}, 'record', ${owner}, 0, 0, 'h', 'r')`;
    await tx`insert into ecrin.space_members (space, account, role, until)
      select ${record}, lpad(i::text, 22, '0'), 'reader', ${AT} from generate_series(1, ${count}::int) i`;
  });
  const turn = async () =>
    (await admin<{ turn: number }[]>`select turn from journal_head`)[0]?.turn ?? 0;
  const before = await turn();
  assert.equal(await noteExpired({ sql: app, journal, now: () => AT }), count);
  assert.equal((await turn()) - before, 3);
  assert.equal(await noteExpired({ sql: app, journal, now: () => AT }), 0);
});

test("of the security log a year stays, and how the service was set up when it began", async () => {
  const { admin, app } = ground;
  const write = (days: number, kind: string, what: string) => admin`
    insert into security_log (at, kind, what) values (${AT - days * DAY}, ${kind}, ${what})`;
  await write(800, "configuration", "version 1");
  await write(700, "configuration", "version 2");
  await write(600, "refusal", "reads not-allowed");
  await write(500, "configuration", "erased 1 entries: request");
  await write(100, "sign-in", "kept");
  await forgetOld(app, AT);
  const kept = async () =>
    (await admin<{ what: string }[]>`select what from security_log order by line`).map(
      ({ what }) => what,
    );
  assert.deepEqual(await kept(), ["version 2", "kept"]);
  await write(10, "configuration", "version 3");
  await forgetOld(app, AT);
  assert.deepEqual(await kept(), ["version 2", "kept", "version 3"]);
  await forgetOld(app, AT + 356 * DAY);
  assert.deepEqual(await kept(), ["version 3"]);
});
