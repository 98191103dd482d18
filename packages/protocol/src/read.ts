import * as z from "zod/mini";
import { malformed, refuse } from "./errors.ts";
import {
  countField,
  hashField,
  itemIdField,
  parseAs,
  revisionIdField,
  signerField,
  spaceIdField,
  suiteField,
  timeField,
} from "./fields.ts";
import { type ParsedStatement, parseStatement } from "./statement.ts";

export const MAX_READ = 500;
/** Read statements declared at a time. */
export const MAX_DECLARED = 100;

export const readReasonField = z.enum(["care", "own", "export", "check"]);
export type ReadReason = z.infer<typeof readReasonField>;

/** The payload of `ecrin-1.read` (spec/read.md). */
export const readPayload = z.strictObject({
  suite: suiteField,
  space: spaceIdField,
  revisions: z
    .array(z.strictObject({ space: spaceIdField, item: itemIdField, revision: revisionIdField }))
    .check(z.minLength(1), z.maxLength(MAX_READ)),
  reason: readReasonField,
  journal: z.optional(z.strictObject({ n: countField, hash: hashField })),
  by: signerField,
  at: timeField,
  /** The server's, of a read that asks for releases. */
  nonce: z.optional(z.string().check(z.regex(/^[A-Za-z0-9_-]{16,128}$/))),
  /** Of a read that asked nobody, and is told afterwards. */
  declared: z.optional(z.literal(true)),
});
export type ReadPayload = z.infer<typeof readPayload>;

export interface ReadStatement extends ParsedStatement {
  readonly fact: ReadPayload;
}

/** Takes a read statement apart and reads its payload: it asked with a nonce, or is declared. */
export function parseRead(statement: unknown): ReadStatement {
  const parsed = parseStatement("read", statement);
  const fact = parseAs(readPayload, parsed.payload, "read");
  if (fact.declared === undefined && fact.nonce === undefined)
    malformed("read.nonce", "is missing");
  if (fact.declared !== undefined && fact.nonce !== undefined)
    malformed("read.declared", "stands beside a nonce");
  const names = new Set(fact.revisions.map((each) => `${each.space} ${each.revision}`));
  if (names.size !== fact.revisions.length) refuse("names a revision twice", "revisions");
  return { ...parsed, fact };
}
