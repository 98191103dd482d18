import * as z from "zod/mini";
import { refuse } from "./errors.ts";
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
  nonce: z.string().check(z.regex(/^[A-Za-z0-9_-]{16,128}$/)),
});
export type ReadPayload = z.infer<typeof readPayload>;

export interface ReadStatement extends ParsedStatement {
  readonly fact: ReadPayload;
}

/** Takes a read statement apart and reads its payload. */
export function parseRead(statement: unknown): ReadStatement {
  const parsed = parseStatement("read", statement);
  const fact = parseAs(readPayload, parsed.payload, "read");
  const names = new Set(fact.revisions.map((each) => `${each.space} ${each.revision}`));
  if (names.size !== fact.revisions.length) refuse("names a revision twice", "revisions");
  return { ...parsed, fact };
}
