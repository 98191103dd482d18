import * as z from "zod/mini";
import {
  bytesField,
  countField,
  hashField,
  logIdField,
  signingKeyField,
  statementField,
  timeField,
} from "./fields.ts";
import { journalEntryField } from "./journal.ts";
import { MAX_LIST, queryNumber } from "./query.ts";
import { endedLogsField } from "./succession.ts";

/** A closed stretch of the chain of tags, and its key once that is disclosed (spec/log.md). */
export const epochOfTagsField = z.strictObject({
  epoch: countField,
  from: countField,
  to: countField,
  start: hashField,
  closing: journalEntryField,
  key: z.optional(bytesField(32, 32)),
});
export type EpochOfTags = z.infer<typeof epochOfTagsField>;

/** One anchored checkpoint at one source (spec/anchor.md). */
export const anchorField = z.strictObject({
  size: countField,
  kind: z.enum(["rfc3161", "ots"]),
  source: z.string(),
  state: z.enum(["waiting", "pending", "stamped", "confirmed"]),
  authority: z.optional(z.string()),
  at: z.optional(timeField),
  height: z.optional(countField),
  block: z.optional(z.string()),
  error: z.optional(z.string()),
});
export type Anchor = z.infer<typeof anchorField>;

/** A witness that the log asks, and how that stands (spec/witness.md). */
export const askedWitnessField = z.strictObject({
  name: z.string(),
  key: signingKeyField,
  operator: z.string(),
  state: z.enum(["waiting", "cosigned", "ahead", "refuses"]),
  /** Leaves under the last checkpoint it cosigned, or says it has seen. */
  size: countField,
  /** The time in its last cosignature. */
  at: z.optional(timeField),
  error: z.optional(z.string()),
});
export type AskedWitness = z.infer<typeof askedWitnessField>;

/** Of a proof in a tree of less than 2^53 leaves. */
const hashes = z.array(hashField).check(z.maxLength(64));

const number = () => queryNumber(0, Number.MAX_SAFE_INTEGER);

/** The lines of the table that the log answers (spec/log.md). */
export const logRoutes = {
  log: {
    method: "GET",
    path: "/v1/log",
    session: false,
    answer: z.strictObject({
      log: logIdField,
      first: signingKeyField,
      keys: z.array(statementField),
      size: countField,
      checkpoint: z.optional(z.string()),
      /** The logs that ended before this one, oldest first (spec/succession.md). */
      ended: z.optional(endedLogsField),
    }),
  },
  logInclusion: {
    method: "GET",
    path: "/v1/log/inclusion",
    session: false,
    query: z.strictObject({
      index: number(),
      size: queryNumber(1, Number.MAX_SAFE_INTEGER),
    }),
    answer: z.strictObject({ index: countField, size: countField, hashes }),
  },
  logConsistency: {
    method: "GET",
    path: "/v1/log/consistency",
    session: false,
    query: z.strictObject({
      from: number(),
      to: number(),
    }),
    answer: z.strictObject({ from: countField, to: countField, hashes }),
  },
  logEpochs: {
    method: "GET",
    path: "/v1/log/epochs",
    session: false,
    query: z.strictObject({ from: z._default(number(), 0) }),
    answerMost: MAX_LIST,
    answer: z.strictObject({ epochs: z.array(epochOfTagsField) }),
  },
  logAnchors: {
    method: "GET",
    path: "/v1/log/anchors",
    session: false,
    query: z.strictObject({
      before: z._default(number(), Number.MAX_SAFE_INTEGER),
      limit: z._default(queryNumber(1, 100), 100),
    }),
    answer: z.strictObject({
      configured: z.boolean(),
      demonstration: z.boolean(),
      anchors: z.array(anchorField),
    }),
  },
  logWitnesses: {
    method: "GET",
    path: "/v1/log/witnesses",
    session: false,
    answer: z.strictObject({
      /** The log's own verifier key, as its witnesses know it. */
      vkey: z.string(),
      /** How many operators make a quorum of these. */
      needed: countField,
      witnesses: z.array(askedWitnessField),
      /** The newest checkpoint under which there is a quorum, with its lines. */
      witnessed: z.optional(z.string()),
    }),
  },
  journalExport: {
    method: "GET",
    path: "/v1/journal/:subject/export",
    session: true,
    query: z.strictObject({
      since: z.optional(number()),
      language: z._default(z.enum(["fr", "en"]), "en"),
    }),
  },
} as const;
