import { refuse } from "./errors.ts";
import { digestOf, type Hash } from "./ids.ts";
import type { Entry } from "./journal.ts";
import { parseRead, type ReadPayload, type ReadStatement } from "./read.ts";

/** Whether an entry stands for a read, which is nothing without the statement its reader signed. */
export function isRead({ kind }: Entry): boolean {
  return kind === "opening" || kind === "export";
}

/**
 * The read statement of an entry: one that was asked for elsewhere, by somebody else or for
 * something else is not this entry's. Its signature is not checked here.
 * @throws ProtocolError
 */
export function readOf(entry: Entry, statement: unknown): ReadStatement {
  const read = parseRead(statement);
  const { by } = read.fact;
  if (
    read.hash !== entry.about.statement ||
    by.account !== entry.actor.account ||
    by.device !== entry.actor.device ||
    !isSaidBy(entry, read.fact)
  ) {
    refuse("an entry names another statement than it carries", "about.statement");
  }
  return read;
}

/** Whether an entry says of a read what its reader signed: why, through which space, whether afterwards, and which revisions of this journal's. */
function isSaidBy(
  { subject, kind, about }: Entry,
  { space, revisions, reason, declared }: ReadPayload,
) {
  const asked = revisions.filter((each) => each.space === subject);
  const named = about.revisions ?? [];
  return (
    kind === (reason === "export" ? "export" : "opening") &&
    about.via === (space === subject ? undefined : space) &&
    about.declared === declared &&
    named.length === asked.length &&
    named.every(({ item, revision }, i) => {
      const each = asked[i];
      return each !== undefined && each.item === item && each.revision === revision;
    })
  );
}

/** What a statement of any kind is named by: SHA-256 of what is signed (spec/encoding.md, Statement). */
export function nameOfStatement(statement: string): Hash {
  return digestOf(statement.slice(0, statement.lastIndexOf(".")));
}
