import { Account } from "./account.ts";
import { beginGuest } from "./guest.ts";
import { Http, type HttpOptions } from "./http.ts";
import { findShown, Visit } from "./visit.ts";

/** What one asks for who has no account. */
export interface NewVisit extends HttpOptions {
  /** What was scanned, or the short code as it was typed. */
  readonly code: string;
  /** Who is reading, as the other shall see it. */
  readonly name: string;
}

/**
 * Scans, or types, the code of somebody in the same room without an account: one is
 * made in this memory, and lives until the hour that was shown (spec/handshake.md).
 */
export async function visitAsGuest(
  ask: NewVisit,
): Promise<{ readonly account: Account; readonly visit: Visit }> {
  const { name, now = Date.now } = ask;
  const http = new Http(ask);
  const found = await findShown(http, ask.code);
  const { u, own } = await beginGuest(http, now, name, found.facts);
  return { account: new Account(u, own), visit: await Visit.join(u, found) };
}
