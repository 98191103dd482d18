import * as z from "zod/mini";
import { deviceField } from "./account.ts";
import {
  accountIdField,
  approvalIdField,
  bytesField,
  hashField,
  headField,
  MAX_STRANGERS_BODY,
  sealingKeyField,
  secretWrapField,
  statementField,
  timeField,
} from "./fields.ts";

const numberField = z.string().check(z.regex(/^[0-9]{9}$/));
const nonceField = bytesField(32, 32);
const nothing = z.strictObject({});

/** Who answered a new device (spec/device-approval.md). */
export const approvalAnswerField = z.strictObject({
  account: accountIdField,
  identity: hashField,
  nonce: nonceField,
});

/** A device let in by another: the new device asks without a session, the enrolled one within its own. */
export const approvalRoutes = {
  approvalStart: {
    method: "POST",
    path: "/v1/approvals",
    session: false,
    most: MAX_STRANGERS_BODY,
    body: z.strictObject({
      approval: approvalIdField,
      device: deviceField,
      seal: sealingKeyField,
      commitment: hashField,
    }),
    answer: z.strictObject({ expires: timeField }),
  },
  approvalLook: {
    method: "POST",
    path: "/v1/approvals/look",
    session: false,
    most: MAX_STRANGERS_BODY,
    body: z.strictObject({
      approval: approvalIdField,
      /** Revealed once there is an answer. */
      nonce: z.optional(nonceField),
    }),
    answer: z.strictObject({
      answer: z.optional(approvalAnswerField),
      wrap: z.optional(secretWrapField),
    }),
  },
  approvalFind: {
    method: "POST",
    path: "/v1/approvals/find",
    session: true,
    body: z.strictObject({ number: numberField }),
    answer: z.strictObject({
      device: deviceField,
      seal: sealingKeyField,
      commitment: hashField,
      nonce: z.optional(nonceField),
    }),
  },
  approvalAnswer: {
    method: "POST",
    path: "/v1/approvals/answer",
    session: true,
    body: z.strictObject({ number: numberField, identity: hashField, nonce: nonceField }),
    answer: nothing,
  },
  approvalConfirm: {
    method: "POST",
    path: "/v1/approvals/confirm",
    session: true,
    body: z.strictObject({
      number: numberField,
      statement: statementField,
      wrap: secretWrapField,
    }),
    answer: z.strictObject({ head: headField }),
  },
  approvalEnd: {
    method: "POST",
    path: "/v1/approvals/end",
    session: true,
    body: z.strictObject({ number: numberField }),
    answer: nothing,
  },
} as const;
