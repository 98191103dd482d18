import { type EntryKind, parseId, type Subject } from "@ecrin/protocol";
import { eraseEntries } from "./erasure.ts";
import { createJournal } from "./journal.ts";
import { createLog } from "./log.ts";
import { heldKeys } from "./log-keys.ts";
import type { LookedAtPlace, OperatorPlace } from "./operator-place.ts";
import { note } from "./security-log.ts";
import { signerOf } from "./signer.ts";

/** What an operator asks to have erased. */
export interface Erasure {
  /** A space, or an account. */
  readonly subject: Subject;
  /** The first entry's `n`, and how many from there. */
  readonly from: number;
  readonly count: number;
  /** Why, as the journal will say it. */
  readonly code: string;
}

/** @throws TypeError naming what is not in its form */
export function parseErasure(given: Readonly<Record<string, string | undefined>>): Erasure {
  const { subject, from, count = "1", reason } = given;
  if (subject === undefined || !/^[A-Za-z0-9_-]{22}$/.test(subject))
    throw new TypeError("--subject is the id of a space or an account");
  if (from === undefined || !/^(0|[1-9]\d{0,14})$/.test(from))
    throw new TypeError("--from is the number of the first line");
  if (!/^[1-9]\d{0,5}$/.test(count)) throw new TypeError("--count is how many lines, from 1");
  if (reason === undefined || !/^[a-z-]{1,40}$/.test(reason))
    throw new TypeError("--reason is a word or words of a-z and hyphens, such as request");
  return {
    subject: parseId<"space">(subject, "subject"),
    from: Number(from),
    count: Number(count),
    code: reason,
  };
}

/** What stands to be erased: the kinds of the entries and how many there are of each; never more. Nothing is changed. */
export async function tellErasure(
  { admin }: Pick<LookedAtPlace, "admin">,
  { subject, from, count }: Erasure,
): Promise<readonly { readonly kind: EntryKind; readonly count: number }[]> {
  const found = await admin.begin(
    "read only",
    (tx) => tx<{ kind: EntryKind; count: number }[]>`
      select entry::json ->> 'kind' as kind, count(*) as count from journal_openings
      where subject = ${subject} and n >= ${from} and n < ${from + count} group by 1 order by 1`,
  );
  return [...found];
}

/**
 * Erases for good (spec/log.md, Erasure), and takes what was deleted out of the tables' files.
 * @returns how many entries were erased
 * @throws LogRefused where the database is not what was signed; ServerError `not-found`
 */
export async function erase(
  { folder, keys, admin }: OperatorPlace,
  { subject, from, count, code }: Erasure,
  now: () => number = Date.now,
): Promise<number> {
  const held = await heldKeys(admin);
  const signer = signerOf(keys.log);
  const ground = { sql: admin, signer, tags: keys.tags, folder, now };
  await createLog({ ...ground, id: held.id, from: held.from }).check();
  await mayErase(admin);
  const erased = await eraseEntries(createJournal(ground), held.id, {
    subject,
    from,
    count,
    code,
    at: now(),
  });
  await note(admin, now(), { kind: "configuration", what: `erased ${erased} entries: ${code}` });
  // A deleted row stays in its page until it is cleaned.
  await admin.unsafe("vacuum ecrin.journal_openings, ecrin.journal_done, ecrin.acts");
  return erased;
}

/** Whoever owns the database may become the role that erases; the service may not. */
async function mayErase(admin: OperatorPlace["admin"]): Promise<void> {
  const [me] = await admin<
    { may: boolean }[]
  >`select pg_has_role(current_user, 'ecrin_eraser', 'set') as may`;
  if (me?.may !== true) await admin.unsafe("grant ecrin_eraser to current_user");
}
