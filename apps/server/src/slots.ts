import {
  type AccountId,
  type AccountState,
  canonicalJson,
  parseAs,
  type Slot,
  slotField,
} from "@ecrin/protocol";
import type { Sql, Tx } from "./database.ts";
import { refuse } from "./problem.ts";

/** An account's sealed slots: those of its chain in the chain's order, then one kept for a password not settled. */
export async function readSlots(sql: Sql | Tx, account: AccountId): Promise<Slot[]> {
  const rows = await sql<{ body: string }[]>`
    select body from account_slots where account = ${account} order by position, slot`;
  return rows.map((row) => parseAs(slotField, JSON.parse(row.body), "slot"));
}

/**
 * Makes the sealed slots those that the chain now lists: each from `given`, or
 * as it was. The slots that `kept` names stay although the chain has left them.
 * @throws ServerError `statement-refused` for a slot that the chain does not list or that has no body
 */
export async function writeSlots(
  tx: Tx,
  state: AccountState,
  given: readonly Slot[],
  kept: readonly string[] = [],
): Promise<void> {
  for (const slot of given) checkSlot(state, slot);
  const before = new Map((await readSlots(tx, state.account)).map((slot) => [slot.slot, slot]));
  const bodies = new Map([...before, ...given.map((slot) => [slot.slot, slot] as const)]);
  const listed = state.slots.map((key) => {
    const body = bodies.get(key.slot);
    if (body === undefined || body.key !== key.key || body.kind !== key.kind) {
      return refuse("statement-refused", "body.slots");
    }
    return body;
  });
  const others = kept.flatMap((slot) =>
    listed.some((each) => each.slot === slot) ? [] : (before.get(slot as Slot["slot"]) ?? []),
  );
  await tx`delete from account_slots where account = ${state.account}`;
  for (const [position, slot] of [...listed, ...others].entries()) {
    await tx`
      insert into account_slots (account, slot, position, body)
      values (${state.account}, ${slot.slot}, ${position}, ${canonicalJson(slot)})`;
  }
}

/** A slot names an identity of the account, the one in force when it was made. */
function checkSlot(state: AccountState, { slot, identity }: Slot): void {
  const own = state.identities.some(
    (life) => life.identity.sign === identity.sign && life.identity.seal === identity.seal,
  );
  if (!own || !state.slots.some((key) => key.slot === slot)) {
    refuse("statement-refused", "body.slots");
  }
}
