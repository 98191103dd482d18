import type { AccountId, DeviceId, ProblemCode } from "@ecrin/protocol";
import type { Sql, Tx } from "./database.ts";

/** A line of the security log (spec/journal.md, Security log). Never content, address or token. */
export interface SecurityLine {
  readonly kind: "sign-in" | "sign-out" | "refusal" | "configuration";
  readonly account?: AccountId;
  readonly device?: DeviceId;
  /** Of a refusal the route and its code; of a configuration what changed, or what the operator did. */
  readonly what?: string;
}

/** How long lines are kept: a year. */
const RETENTION_MS = 365 * 86_400_000;

/** Refusals that say something of security; the others are mistakes. */
const NOTED: ReadonlySet<ProblemCode> = new Set([
  "sign-in-refused",
  "factor-refused",
  "device-or-kit-needed",
  "proof-refused",
  "not-allowed",
  "rate-limited",
  "signature-refused",
]);

/** Writes a line down. */
export async function note(sql: Sql | Tx, at: number, line: SecurityLine): Promise<void> {
  const { kind, account = null, device = null, what = null } = line;
  await sql`insert into security_log (at, kind, account, device, what)
    values (${at}, ${kind}, ${account}, ${device}, ${what})`;
}

/**
 * Notes refusals without keeping anybody waiting: they are gathered and written each second, at
 * most so many of them, so that whoever is refused a million times fills no disk.
 */
export function noteRefusals(
  sql: Sql,
  now: () => number,
): { refused(route: string, code: ProblemCode): void; stop(): Promise<void> } {
  const counts = new Map<string, number>();
  const write = async () => {
    const gathered = [...counts];
    counts.clear();
    for (const [what, count] of gathered)
      await note(sql, now(), { kind: "refusal", what: count === 1 ? what : `${what} ×${count}` });
  };
  const timer = setInterval(() => void write().catch(() => undefined), 1000);
  timer.unref();
  return {
    refused(route, code) {
      if (!NOTED.has(code)) return;
      const what = `${route} ${code}`;
      counts.set(what, (counts.get(what) ?? 0) + 1);
    },
    async stop() {
      clearInterval(timer);
      await write().catch(() => undefined);
    },
  };
}

/**
 * Notes how the service is set up, where that has changed since it last started.
 * @param what words without a secret, which begin with `version`
 */
export async function noteConfiguration(sql: Sql, at: number, what: string): Promise<void> {
  const [last] = await sql<{ what: string | null }[]>`
    select what from security_log where kind = 'configuration' and what like 'version %'
    order by line desc limit 1`;
  if (last?.what !== what) await note(sql, at, { kind: "configuration", what });
}

/**
 * Deletes what is older than a year, but for how the service was set up when that year began. Of
 * what is kept nothing is looked at: this is done every minute, and a year is millions of lines.
 */
export async function forgetOld(sql: Sql, now: number): Promise<void> {
  const before = now - RETENTION_MS;
  await sql`delete from security_log where at < ${before} and line not in (
    select line from security_log
    where at < ${before} and kind = 'configuration' and what like 'version %'
    order by at desc, line desc limit 1)`;
}
