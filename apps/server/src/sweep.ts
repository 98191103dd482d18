import { indexActs } from "./acts.ts";
import type { Ground } from "./call.ts";
import { noteExpired } from "./expiry.ts";
import { forgetOld } from "./security-log.ts";
import { collectUploads } from "./uploads.ts";

/** Milliseconds from one sweep to the next. */
export const SWEEP_EVERY = 60_000;
const TABLES = [
  "proofs",
  "sign_ins",
  "ended_sessions",
  "session_devices",
  "device_approvals",
  "rendezvous",
];

/**
 * Each time: looks through the journal for who acted where, notes memberships and shares past their date, deletes abandoned uploads, and
 * what has expired of proofs, attempts to sign in and sessions. A failure waits for the next.
 */
export function startSweeping(
  ground: Pick<Ground, "sql" | "journal" | "blobs" | "now">,
  every = SWEEP_EVERY,
): { stop: () => void } {
  const { sql, now } = ground;
  const timer = setInterval(() => void sweep().catch(() => undefined), every);
  timer.unref();

  async function sweep(): Promise<void> {
    await noteExpired(ground);
    await collectUploads(ground);
    await forgetOld(sql, now());
    await indexActs(sql);
    for (const table of TABLES) await sql`delete from ${sql(table)} where expires < ${now()}`;
  }

  return { stop: () => clearInterval(timer) };
}
