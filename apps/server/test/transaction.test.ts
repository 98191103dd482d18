// The connection of a transaction closes: while something is asked, and, which is worse, while nothing is.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { openPool, type Sql, type Tx } from "../src/database.ts";
import { asServerError } from "../src/problem.ts";
import { type Cluster, startCluster } from "./harness.ts";

let cluster: Cluster;
let [sql, admin]: Sql[] = [];
before(async () => {
  cluster = await startCluster();
  const target = await cluster.database();
  // One connection, so that what comes after has to do with what was left behind.
  sql = openPool(target, 1);
  admin = openPool(target, 1);
  await admin`create schema ecrin`;
  await admin`create table notes (note text primary key)`;
});
after(async () => {
  await Promise.all([sql, admin].map((pool) => pool?.end({ timeout: 5 })));
  await cluster.stop();
});

/** Closes the connection of a transaction, and waits until this process knows. */
async function cut(tx: Tx): Promise<void> {
  const [row] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
  await pools().admin`select pg_terminate_backend(${row?.pid ?? -1})`;
  await pause(100);
}

function pools(): { sql: Sql; admin: Sql } {
  assert.ok(sql !== undefined && admin !== undefined);
  return { sql, admin };
}

const LATE: Readonly<Record<string, (tx: Tx) => Promise<unknown>>> = {
  "asks something": async (tx) => await tx`select 1`,
  "asks something again after it was refused": async (tx) => {
    await tx`select 1`.catch(() => undefined);
    return await tx.unsafe("select 1");
  },
  "begins a savepoint": (tx) => tx.savepoint((inner) => inner`select 1`),
  "has done its work": () => Promise.resolve("done"),
  "fails for a reason of its own": () => Promise.reject(new Error("of its own")),
};

for (const [what, late] of Object.entries(LATE)) {
  test(`a transaction whose connection closed while nothing was asked ${what}: it is refused, and the next goes on at once`, async () => {
    const { sql } = pools();
    const writing = sql.begin(async (tx) => {
      await tx`insert into notes (note) values (${what})`;
      await cut(tx);
      await late(tx);
    });
    const error = await writing.then(
      () => assert.fail("it was not refused"),
      (thrown: unknown) => thrown,
    );
    assert.equal(asServerError(error).code, "unavailable");
    // Whatever the work still asks is asked by now.
    await pause(200);
    const rows = await sql`select note from notes where note = ${what}`;
    assert.equal(rows.length, 0);
  });
}

test("a connection that closes within a savepoint, under a query", async () => {
  const { sql, admin } = pools();
  const writing = sql.begin(async (tx) => {
    const [row] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
    await tx.savepoint(async (inner) => {
      setTimeout(() => void admin`select pg_terminate_backend(${row?.pid ?? -1})`.execute(), 50);
      await inner`select pg_sleep(20)`;
    });
  });
  await assert.rejects(writing, (error) => asServerError(error).code === "unavailable");
  await pause(200);
  assert.deepEqual([...(await sql`select 1 as one`)], [{ one: 1 }]);
});

const NEXT: Readonly<Record<string, (sql: Sql) => Promise<Iterable<unknown>>>> = {
  "a query": async (sql) => await sql`select 1 as one`,
  "a query that others are a part of": async (sql) => await sql`select ${sql`1`} as one`,
  "a query sent before it is awaited": async (sql) => await sql`select 1 as one`.execute(),
  "a query whose failure is looked at": (sql) => sql`select 1 as one`.catch(() => assert.fail()),
  "plain text": async (sql) => await sql.unsafe("select 1 as one"),
  "a transaction": async (sql) => await sql.begin(async (tx) => await tx`select 1 as one`),
};

for (const [what, ask] of Object.entries(NEXT)) {
  test(`${what} is not refused for what ended the session before it`, async () => {
    const { sql, admin } = pools();
    const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
    setTimeout(() => void admin`select pg_terminate_backend(${row?.pid ?? -1})`.execute(), 50);
    await assert.rejects(
      sql.begin((tx) => tx`select pg_sleep(20)`),
      (error) => asServerError(error).code === "unavailable",
    );
    assert.deepEqual([...(await ask(sql))], [{ one: 1 }]);
  });
}

test("a query that the session ended under is not asked twice", async () => {
  const { sql, admin } = pools();
  const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  setTimeout(() => void admin`select pg_terminate_backend(${row?.pid ?? -1})`.execute(), 50);
  await assert.rejects(
    sql`select pg_sleep(3)`,
    (error) => asServerError(error).code === "unavailable",
  );
});

test("what fails says where it was asked, within a transaction and outside", async () => {
  const { sql } = pools();
  const here = ({ stack = "" }: Error) => /at .*transaction\.test\.ts:/.test(stack);
  await assert.rejects(async () => await sql`select 1 / 0`, here);
  await assert.rejects(
    sql.begin(async (tx) => await tx`select 1 / 0`),
    here,
  );
});

test("what fails for another reason is rolled back, and what does not is committed", async () => {
  const { sql } = pools();
  await assert.rejects(
    sql.begin(async (tx) => {
      await tx`insert into notes (note) values ('undone')`;
      await tx.savepoint((inner) => inner`select 1 / 0`);
    }),
    { code: "22012" },
  );
  await sql.begin("isolation level serializable", async (tx) => {
    await tx`insert into notes (note) values ('kept')`;
    await tx
      .savepoint(async (inner) => {
        await inner`insert into notes (note) values ('undone too')`;
        throw new Error("undo");
      })
      .catch(() => undefined);
    const [row] = await tx<
      { level: string }[]
    >`select current_setting('transaction_isolation') as level`;
    assert.equal(row?.level, "serializable");
  });
  assert.deepEqual([...(await sql`select note from notes`)], [{ note: "kept" }]);
});
