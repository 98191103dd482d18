import type { Ground } from "./call.ts";

const EVERY_MS = 60_000;
const TABLES = ["proofs", "sign_ins", "ended_sessions", "session_devices"];

/** Deletes what has expired: proofs, attempts to sign in, sessions past their end. Each minute; a failure waits for the next. */
export function startSweeping({ sql, now }: Pick<Ground, "sql" | "now">): { stop: () => void } {
  const timer = setInterval(() => void sweep().catch(() => undefined), EVERY_MS);
  timer.unref();

  async function sweep(): Promise<void> {
    for (const table of TABLES) await sql`delete from ${sql(table)} where expires < ${now()}`;
  }

  return { stop: () => clearInterval(timer) };
}
