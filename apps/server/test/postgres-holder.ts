// Started and killed by postgres.test.ts: holds a database, writes a row, says so, and waits.

import process from "node:process";
import postgres from "postgres";
import { startPostgres } from "../src/postgres.ts";

const running = await startPostgres({ dataDir: process.argv[2] ?? "" });
const sql = postgres({ ...running.connection, max: 1, onnotice: () => undefined });
await sql`create table if not exists kept (at timestamptz default clock_timestamp())`;
await sql`insert into kept default values`;
process.stdout.write(`${JSON.stringify({ pid: running.pid })}\n`);
setInterval(() => undefined, 60_000);
