import * as z from "zod/mini";
import { depositWrapField, MAX_DEPOSIT, MAX_DEPOSIT_NAME } from "./deposit.ts";
import {
  accountIdField,
  bytesField,
  countField,
  hashField,
  headField,
  secretWrapField,
  statementField,
} from "./fields.ts";
import { INBOX, MAX_HOLDERS } from "./inbox.ts";
import { MAX_LIST, page } from "./query.ts";

/** A deposit that waits, as its recipients see it. */
export const waitingDepositField = z.strictObject({
  statement: statementField,
  /** Whom the wrap handed out is for: whoever asks, or the inbox. */
  recipient: z.union([accountIdField, z.literal(INBOX)]),
  wrap: depositWrapField,
  metadata: bytesField(16, MAX_DEPOSIT_NAME),
});
export type WaitingDeposit = z.infer<typeof waitingDepositField>;

/** Of what an account has deposited the newest, at most. */
export const MOST_GIVEN = 100;

/** Deposits and inboxes (spec/deposit.md). */
export const depositRoutes = {
  deposit: {
    method: "POST",
    path: "/v1/deposits",
    session: true,
    guest: true,
    most: 4 << 20,
    body: z.strictObject({
      statement: statementField,
      /** In the order of the statement's `to`. */
      wraps: z.array(depositWrapField).check(z.minLength(1), z.maxLength(MAX_HOLDERS)),
      metadata: bytesField(16, MAX_DEPOSIT_NAME),
      content: bytesField(16, MAX_DEPOSIT),
    }),
    answer: z.strictObject({ receipt: statementField }),
  },
  deposits: {
    method: "GET",
    path: "/v1/deposits",
    session: true,
    guest: true,
    answer: z.strictObject({
      deposits: z
        .array(z.strictObject({ statement: statementField, accepted: z.boolean() }))
        .check(z.maxLength(MOST_GIVEN)),
    }),
  },
  depositContent: { method: "GET", path: "/v1/deposits/:deposit/content", session: true },
  depositSettle: {
    method: "POST",
    path: "/v1/deposits/:deposit/settle",
    session: true,
    body: z.strictObject({ as: z.enum(["accepted", "refused"]) }),
    answer: z.strictObject({}),
  },
  inbox: {
    method: "GET",
    path: "/v1/spaces/:space/inbox",
    session: true,
    query: z.strictObject(page(100)),
    answerMost: MAX_LIST,
    answer: z.strictObject({
      deposits: z.array(waitingDepositField),
      /** The newest inbox's seed, wrapped for whoever asks, where they hold it. */
      seeds: z.array(z.strictObject({ n: countField, identity: hashField, wrap: secretWrapField })),
    }),
  },
  inboxBegin: {
    method: "POST",
    path: "/v1/spaces/:space/inbox",
    session: true,
    most: 8 << 20,
    body: z.strictObject({
      statement: statementField,
      /** In the order of the statement's `holders`. */
      wraps: z.array(secretWrapField).check(z.minLength(1), z.maxLength(MAX_HOLDERS)),
    }),
    answer: z.strictObject({ head: headField }),
  },
} as const;
