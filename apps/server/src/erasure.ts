import type { LogId, Subject } from "@ecrin/protocol";
import { ACTS_LOCK } from "./acts.ts";
import type { Journal } from "./journal.ts";
import { refuse } from "./problem.ts";

/** What is to be erased of a subject's journal, and why. */
export interface Erasing {
  readonly subject: Subject;
  /** The first entry's `n`. */
  readonly from: number;
  readonly count: number;
  /** Why, as the entry says it: lower-case letters and hyphens. */
  readonly code: string;
  readonly at: number;
}

/**
 * Destroys the openings of entries, and what their acts are known by: salt, entry, statement.
 * Leaves, tags and tree stay, and the erasure is an entry of its own (spec/log.md, Erasure).
 * @param journal on a connection that may become `ecrin_eraser`: the service's own may not
 * @returns how many were erased
 * @throws ServerError `not-found` where there is nothing to erase
 */
export async function eraseEntries(
  journal: Pick<Journal, "commit">,
  log: LogId,
  { subject, from, count, code, at }: Erasing,
): Promise<number> {
  // What the log says of itself holds the chain of tags together, and is about nobody.
  if (subject === log) refuse("not-allowed");
  const done = await journal.commit({
    effect: async (tx) => {
      // Who looks through the journal for acts either has, or comes afterwards.
      await tx`select pg_advisory_xact_lock(${ACTS_LOCK})`;
      await tx.unsafe("set local role ecrin_eraser");
      const gone = await tx<{ index: number }[]>`
        delete from journal_openings
        where subject = ${subject} and n >= ${from} and n < ${from + count} returning index`;
      if (gone.length === 0) refuse("not-found");
      // Without this, whoever kept the signed act could ask where it stands.
      await tx`delete from journal_done where first = any(${`{${gone.map((row) => row.index)}}`}::bigint[])`;
      await tx`delete from acts where index = any(${`{${gone.map((row) => row.index)}}`}::bigint[])`;
      await tx.unsafe("reset role");
      return gone.length;
    },
    entries: () => [{ subject, kind: "erasure", actor: {}, about: { from, count, code }, at }],
  });
  return done.repeated ? 0 : done.result;
}
