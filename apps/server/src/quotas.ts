import type { AccountPayload, FieldPath, SpacePayload, SpaceState } from "@ecrin/protocol";
import type { Sql } from "./database.ts";
import { refuse } from "./problem.ts";

/** How much of everything may lie here (spec/http.md, Quotas). */
export interface Quotas {
  /** Statements in an account's chain. */
  readonly accountStatements: number;
  /** Statements in a space's chain. */
  readonly spaceStatements: number;
  /** Members added, or stated anew, within one epoch. */
  readonly additions: number;
  /** Spaces an account owns, ended shares among them. */
  readonly spaces: number;
  /** Revisions in a space. What comes with one inline is at most 64 KiB, and as much as 1 MiB of metadata. */
  readonly revisions: number;
  /** Bytes of an account's uploads that revisions name. */
  readonly uploaded: number;
  /** Deposits waiting in a record. */
  readonly deposits: number;
  /** Deposits of one account waiting in one space. */
  readonly depositsOfOne: number;
  /** Invitations of one account that nobody has accepted. */
  readonly invitations: number;
}

/**
 * A page of a list ends behind the row with which it weighs this much, however many were asked for:
 * some rows are a megabyte, and nobody's memory shall hold a thousand of them at once.
 */
export const PAGE_BYTES = 16 << 20;

export const DEFAULT_QUOTAS: Quotas = {
  accountStatements: 5000,
  spaceStatements: 20_000,
  additions: 1000,
  spaces: 20_000,
  revisions: 1_000_000,
  uploaded: 2 ** 40,
  deposits: 200,
  depositsOfOne: 20,
  invitations: 1000,
};

/** What takes access away has as much room again: nobody is kept from signing a device out by a full chain. */
const RESERVE = 2;

/** @throws ServerError `quota-reached` */
export function checkAccountStatement(
  quotas: Quotas,
  { op, seq }: AccountPayload,
  place: FieldPath,
): void {
  const takesAway = op === "sign-out" || op === "rotate";
  const most = quotas.accountStatements * (takesAway ? RESERVE : 1);
  if (seq >= most) refuse("quota-reached", `${place}.seq`);
}

/** @throws ServerError `quota-reached` */
export function checkSpaceStatement(
  quotas: Quotas,
  before: SpaceState,
  { op, seq }: SpacePayload,
  place: FieldPath,
): void {
  const gives = op === "add" || op === "share";
  const most = quotas.spaceStatements * (gives ? 1 : RESERVE);
  if (seq >= most) refuse("quota-reached", `${place}.seq`);
  if (op !== "add") return;
  // Each comes with wraps that everybody who opens the epoch reads; a new epoch wraps for all at once.
  const since = before.epochs.at(-1)?.since ?? 0;
  const added = before.additions.filter((addition) => addition.since > since).length;
  if (added >= quotas.additions) refuse("quota-reached", `${place}.member`);
}

/** @throws ServerError `quota-reached` */
export async function checkSpaces(
  sql: Sql,
  quotas: Quotas,
  account: string,
  place: FieldPath,
): Promise<void> {
  const [row] = await sql<{ count: number }[]>`
    select count(*) from space_members where account = ${account} and role = 'owner'`;
  if ((row?.count ?? 0) >= quotas.spaces) refuse("quota-reached", place);
}
