import * as z from "zod/mini";

/** Every problem a server may answer with, and its HTTP status (spec/http.md, Problems). */
export const PROBLEMS = {
  malformed: 400,
  clock: 400,
  "not-signed-in": 401,
  "proof-refused": 401,
  "sign-in-refused": 401,
  "factor-refused": 401,
  "device-or-kit-needed": 403,
  "not-allowed": 403,
  "not-found": 404,
  conflict: 409,
  "stale-head": 409,
  "stale-tree": 409,
  "rotation-due": 409,
  closed: 410,
  "too-large": 413,
  "unsupported-type": 415,
  "wraps-differ": 422,
  "signature-refused": 422,
  "statement-refused": 422,
  "content-differs": 422,
  "quota-reached": 422,
  "rate-limited": 429,
  internal: 500,
  unavailable: 503,
  "storage-full": 507,
} as const;
export type ProblemCode = keyof typeof PROBLEMS;

/**
 * Where in a request what was refused stands, in the one form there is: the part of the request, then
 * members. Those of a statement's payload stand where the statement stands: `body.statement.seq`.
 */
export type FieldPath = "body" | "query" | `${"body" | "query" | "path" | "header"}.${string}`;

const FIELD_PATH = /^(?:body|query|(?:body|query|path|header)(?:\.[A-Za-z0-9-]+)+)$/;
const MOST_FIELD = 120;

export function isFieldPath(field: string | undefined): field is FieldPath {
  return field !== undefined && field.length <= MOST_FIELD && FIELD_PATH.test(field);
}

/** RFC 9457, with a stable code and the path of the field refused. */
export const problemField = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  code: z.string(),
  field: z.optional(z.string()),
});
export type Problem = z.infer<typeof problemField>;
