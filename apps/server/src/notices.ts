import type { AccountId } from "@ecrin/protocol";
import type { Sql, Tx } from "./database.ts";

/** What an account is told wherever it is signed in. */
export type NoticeKind =
  | "device-enrolled"
  | "device-signed-out"
  | "password-changed"
  | "kit-replaced"
  | "identity-changed"
  | "factor-added"
  | "factor-removed"
  | "recovery-asked"
  | "recovery-cancelled"
  | "recovery-done";

const MOST = 50;

export async function giveNotice(
  tx: Tx,
  account: AccountId,
  kind: NoticeKind,
  at: number,
): Promise<void> {
  await tx`insert into notices (account, kind, at) values (${account}, ${kind}, ${at})`;
}

/** The newest notices, oldest first. */
export async function readNotices(
  sql: Sql | Tx,
  account: AccountId,
): Promise<{ kind: string; at: number }[]> {
  const rows = await sql<{ kind: string; at: number }[]>`
    select kind, at from notices where account = ${account} order by notice desc limit ${MOST}`;
  return rows.map(({ kind, at }) => ({ kind, at })).reverse();
}
