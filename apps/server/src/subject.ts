import type { Subject } from "@ecrin/protocol";
import type { Tx } from "./database.ts";
import type { Keys } from "./keys.ts";
import { isNobodys } from "./nobody.ts";
import { refuse } from "./problem.ts";

/**
 * Makes an id the subject of a journal of its own. Account and space ids share
 * one name space there: whoever made a space with somebody's account id would
 * otherwise write into that journal. An id that a sign-in made up is taken, as a real one is.
 * @throws ServerError `conflict`
 */
export async function claimSubject(
  tx: Tx,
  keys: Pick<Keys, "pepper">,
  subject: Subject,
): Promise<void> {
  const rows = await tx`
    insert into subjects (subject) values (${subject}) on conflict do nothing returning subject`;
  if (isNobodys(keys, subject) || rows.length === 0) refuse("conflict");
}
