import type { AccountId, DeviceId } from "@ecrin/protocol";
import type { Sql } from "./database.ts";
import type { SecurityLine } from "./security-log.ts";

/** Which lines of the security log an operator asks for. */
export interface SecurityAsked {
  readonly kind?: SecurityLine["kind"];
  readonly account?: string;
  /** Milliseconds since 1970. */
  readonly since?: number;
  /** The newest so many. */
  readonly limit: number;
}

export interface SecurityTold extends SecurityLine {
  readonly at: number;
}

const KINDS: readonly string[] = ["sign-in", "sign-out", "refusal", "configuration"];
const MOST = 100_000;

/** @throws TypeError naming what is not in its form */
export function parseSecurityAsked(
  given: Readonly<Record<string, string | undefined>>,
): SecurityAsked {
  const { kind, account, since, limit = "100" } = given;
  if (kind !== undefined && !isKind(kind)) throw new TypeError(`--kind is ${KINDS.join(", ")}`);
  if (account !== undefined && !/^[A-Za-z0-9_-]{22}$/.test(account))
    throw new TypeError("--account is an id");
  const at = since === undefined ? undefined : Date.parse(since);
  if (at !== undefined && Number.isNaN(at))
    throw new TypeError("--since is a day, such as 2026-11-03");
  if (!/^[1-9]\d{0,5}$/.test(limit) || Number(limit) > MOST)
    throw new TypeError(`--limit is a number up to ${MOST}`);
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(account === undefined ? {} : { account }),
    ...(at === undefined ? {} : { since: at }),
    limit: Number(limit),
  };
}

function isKind(text: string): text is SecurityLine["kind"] {
  return KINDS.includes(text);
}

/** The newest lines that were asked for, oldest first (spec/journal.md, Security log). */
export async function readSecurityLog(sql: Sql, asked: SecurityAsked): Promise<SecurityTold[]> {
  const { kind = null, account = null, since = 0, limit } = asked;
  const rows = await sql<Row[]>`
    select at, kind, account, device, what from security_log
    where at >= ${since} and (${kind}::text is null or kind = ${kind})
      and (${account}::text is null or account = ${account})
    order by line desc limit ${limit}`;
  return rows.reverse().map(({ account: who, device, what, ...line }) => ({
    ...line,
    ...(who === null ? {} : { account: who }),
    ...(device === null ? {} : { device }),
    ...(what === null ? {} : { what }),
  }));
}

interface Row {
  readonly at: number;
  readonly kind: SecurityLine["kind"];
  readonly account: AccountId | null;
  readonly device: DeviceId | null;
  readonly what: string | null;
}

/** One line for people: when, what, who. */
export function securityText({ at, kind, account, device, what }: SecurityTold): string {
  const who = [account, device].filter((id) => id !== undefined).join(" ");
  return [new Date(at).toISOString(), kind.padEnd(13), what ?? "", who]
    .filter((part) => part !== "")
    .join("  ");
}
