import type { AccountId, Hash } from "@ecrin/protocol";
import type { Sql } from "./database.ts";

/** What somebody shows who asks for a chain. */
export interface Shown {
  /** The hash of a statement of that chain, as it was seen before. */
  readonly seen?: Hash | undefined;
  /** The hash of an identity of that account, as contact codes carry it. */
  readonly identity?: Hash | undefined;
}

/**
 * Whether an account may follow another's chain (spec/http.md, Whose chain): its own, one it has
 * seen or has the code of, one that a space it is a member of names, and of whom it invited or who
 * invited it.
 *
 * All of it is asked every time, each from the asking account's side or by a whole key, so that an
 * account nobody here is acquainted with takes as long as one that does not exist.
 */
export async function mayFollow(
  sql: Sql,
  by: AccountId,
  account: AccountId,
  { seen, identity }: Shown,
): Promise<boolean> {
  const [row] = await sql<{ code: boolean; known: boolean; space: boolean; invited: boolean }[]>`
    with spaces_in as materialized (select space from space_members where account = ${by}),
    addresses as materialized (
      select address from account_addresses mine where account = ${by} and not exists (
        select from account_addresses other
        where other.address = mine.address and other.claim < mine.claim)
    ),
    inviting as materialized (
      select i.sender from addresses a join invitations i on i.address = a.address
    ),
    invited as materialized (select accepted_by from invitations where sender = ${by})
    select
      exists (
        select from account_identities where account = ${account} and hash = ${identity ?? ""}
      ) as code,
      exists (
        select from account_statements where account = ${account} and hash = ${seen ?? ""}
      ) as known,
      exists (
        select from spaces_in m join space_accounts a on a.space = m.space
        where a.account = ${account}
      ) as space,
      exists (select from inviting where sender = ${account})
        or exists (select from invited where accepted_by = ${account}) as invited`;
  if (row === undefined) return false;
  return by === account || row.code || row.known || row.space || row.invited;
}
