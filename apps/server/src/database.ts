import postgres from "postgres";
import { ServerError } from "./problem.ts";
import { withTransactions } from "./transaction.ts";

/** Where a PostgreSQL is and as whom to speak to it. */
export interface DatabaseTarget {
  /** A host name, or the folder of a UNIX socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password?: string;
  /** As in libpq's `sslmode`; absent means no TLS. */
  readonly tls?: "require" | "verify-full";
}

interface Types extends Record<string, postgres.PostgresType> {
  bigint: postgres.PostgresType<number>;
}
type Mapped = { bigint: number };

/** A pool of connections. `bigint` is a number here: every counter and time stays below 2^53. */
export type Sql = postgres.Sql<Mapped>;
/** One transaction. */
export type Tx = postgres.TransactionSql<Mapped>;

const types: Types = {
  bigint: { to: 20, from: [20], serialize: (value: number) => String(value), parse: safeInteger },
};

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError("a bigint of the database is beyond 2^53");
  return value;
}

/**
 * Reads `postgres://user:password@host:port/database?sslmode=…`.
 * @throws TypeError for another scheme or a missing part
 */
export function parseDatabaseUrl(text: string): DatabaseTarget {
  const url = new URL(text);
  if (url.protocol !== "postgres:" && url.protocol !== "postgresql:") {
    throw new TypeError("DATABASE_URL is not a postgres:// address");
  }
  const mode = url.searchParams.get("sslmode");
  if (mode !== null && !["disable", "require", "verify-full"].includes(mode)) {
    throw new TypeError("DATABASE_URL: sslmode is disable, require or verify-full");
  }
  const host = url.searchParams.get("host") ?? decodeURIComponent(url.hostname);
  const target = {
    host: host === "" ? "localhost" : host,
    port: Number(url.port === "" ? 5432 : url.port),
    database: decodeURIComponent(url.pathname.slice(1)),
    user: decodeURIComponent(url.username),
  };
  if (target.user === "" || target.database === "") {
    throw new TypeError("DATABASE_URL names no user or no database");
  }
  return {
    ...target,
    ...(url.password === "" ? {} : { password: decodeURIComponent(url.password) }),
    ...(mode === "require" || mode === "verify-full" ? { tls: mode } : {}),
  };
}

/** A pool of up to `max` connections. Nothing is connected before the first query. */
export function openPool(target: DatabaseTarget, max: number): Sql {
  const sql = postgres<Types>({
    host: target.host,
    port: target.port,
    database: target.database,
    user: target.user,
    ...(target.password === undefined ? {} : { password: target.password }),
    ssl: target.tls ?? false,
    max,
    types,
    // The driver would ask for array types in a query of its own; arrays are written below.
    fetch_types: false,
    connect_timeout: 5,
    backoff: () => 0.05,
    onnotice: () => undefined,
    connection: {
      application_name: "ecrin",
      search_path: "ecrin",
      // A process that stops in the middle of a transaction must not hold the journal's head for long.
      idle_in_transaction_session_timeout: 15_000,
      statement_timeout: 60_000,
    },
  });
  return withTransactions(sql);
}

/**
 * Lets queries of one transaction leave one behind the other, in this order, and waits for all of
 * their answers. Each makes one query: one that went on by itself after another has failed would
 * write behind the savepoint that is then rolled back.
 * @throws ServerError of the first that refuses; else what the first that failed says
 */
export async function atOnce(queries: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(queries)).flatMap((each) =>
    each.status === "rejected" ? [each.reason] : [],
  );
  // After a failure the database only says that there was one.
  if (failed.length > 0) throw failed.find((each) => each instanceof ServerError) ?? failed[0];
}

/** `bytea[]` for a parameter that the query casts: `${byteaArray(list)}::bytea[]`. The driver's own arrays fail (its type map). */
export function byteaArray(list: readonly Uint8Array[]): string {
  return `{${list.map((bytes) => `"\\\\x${asBuffer(bytes).toString("hex")}"`).join(",")}}`;
}

/** `text[]` for a parameter that the query casts; undefined becomes NULL. */
export function textArray(list: readonly (string | undefined)[]): string {
  return `{${list.map(quoted).join(",")}}`;
}

/** `bigint[]` or `int[]` for a parameter that the query casts; undefined becomes NULL. */
export function numberArray(list: readonly (number | undefined)[]): string {
  return `{${list.map((each) => each ?? "NULL").join(",")}}`;
}

function quoted(text: string | undefined): string {
  return text === undefined ? "NULL" : `"${text.replace(/[\\"]/g, "\\$&")}"`;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
