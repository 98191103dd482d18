import * as z from "zod/mini";
import {
  accountIdField,
  bytesField,
  invitationIdField,
  statementField,
  timeField,
} from "./fields.ts";
import { MAX_LIST } from "./query.ts";

/** An address as it travels: an HPKE wrap of 256 bytes to the server's address key. */
export const addressField = bytesField(1392, 1392);

/** Invitations (spec/share.md, Contacts). */
export const invitationRoutes = {
  invite: {
    method: "POST",
    path: "/v1/invitations",
    session: true,
    body: z.strictObject({ address: addressField }),
    answer: z.strictObject({ invitation: invitationIdField }),
  },
  invitations: {
    method: "GET",
    path: "/v1/invitations",
    session: true,
    answerMost: MAX_LIST,
    answer: z.strictObject({
      received: z.array(
        z.strictObject({ invitation: invitationIdField, from: accountIdField, at: timeField }),
      ),
      sent: z.array(
        z.strictObject({
          invitation: invitationIdField,
          at: timeField,
          acceptance: z.optional(statementField),
        }),
      ),
    }),
  },
  invitationAccept: {
    method: "POST",
    path: "/v1/invitations/:invitation/accept",
    session: true,
    body: z.strictObject({ acceptance: statementField }),
    answer: z.strictObject({}),
  },
} as const;
