import * as z from "zod/mini";
import {
  bytesField,
  hashField,
  MAX_STRANGERS_BODY,
  signInIdField,
  slotIdField,
  statementField,
  timeField,
} from "./fields.ts";
import { slotField } from "./slot.ts";

const nothing = z.strictObject({});

/** The id of a WebAuthn credential; its authenticator chose it. */
export const passkeyIdField = bytesField(16, 1023);
const clientDataField = bytesField(32, 4096);

/** A new passkey on its way to the server: without extension results, which hold a secret. */
export const newPasskeyField = z.strictObject({
  id: passkeyIdField,
  clientData: clientDataField,
  attestation: bytesField(64, 16_384),
});
export type NewPasskey = z.infer<typeof newPasskeyField>;

/** A passkey that was used. */
export const assertionField = z.strictObject({
  id: passkeyIdField,
  clientData: clientDataField,
  authenticatorData: bytesField(37, 4096),
  signature: bytesField(32, 1024),
});
export type Assertion = z.infer<typeof assertionField>;

/** Six digits of an authenticator app. */
export const totpField = z.string().check(z.regex(/^[0-9]{6}$/));

/** What a sign-in asks for beside what was shown (spec/second-factor.md). */
export const factorsAskedField = z.strictObject({
  signIn: signInIdField,
  factors: z.strictObject({
    totp: z.boolean(),
    passkeys: z.array(passkeyIdField).check(z.maxLength(16)),
  }),
});
export type FactorsAsked = z.infer<typeof factorsAskedField>;

export const sessionField = z.strictObject({
  token: z.string().check(z.maxLength(512)),
  expires: timeField,
});

export const factorRoutes = {
  signInFactor: {
    method: "POST",
    path: "/v1/sign-in/factor",
    session: false,
    most: MAX_STRANGERS_BODY,
    body: z.strictObject({
      signIn: signInIdField,
      code: z.optional(totpField),
      passkey: z.optional(assertionField),
    }),
    answer: sessionField,
  },
  factors: {
    method: "GET",
    path: "/v1/factors",
    session: true,
    answer: z.strictObject({
      totp: z.optional(z.strictObject({ at: timeField })),
      passkeys: z.array(
        z.strictObject({
          passkey: passkeyIdField,
          at: timeField,
          asked: z.boolean(),
          /** Absent where it opens nothing. */
          slot: z.optional(slotIdField),
        }),
      ),
    }),
  },
  totpStart: {
    method: "POST",
    path: "/v1/factors/totp",
    session: true,
    body: nothing,
    /** Base 32, RFC 4648 section 6. */
    answer: z.strictObject({ secret: z.string().check(z.regex(/^[A-Z2-7]{32}$/)) }),
  },
  totpConfirm: {
    method: "POST",
    path: "/v1/factors/totp/confirm",
    session: true,
    body: z.strictObject({ code: totpField }),
    answer: nothing,
  },
  passkeyStart: {
    method: "POST",
    path: "/v1/factors/passkeys",
    session: true,
    body: nothing,
    answer: z.strictObject({ signIn: signInIdField, challenge: hashField }),
  },
  passkeyConfirm: {
    method: "POST",
    path: "/v1/factors/passkeys/confirm",
    session: true,
    body: z.strictObject({
      signIn: signInIdField,
      credential: newPasskeyField,
      asked: z.boolean(),
      statement: z.optional(statementField),
      slot: z.optional(slotField),
    }),
    answer: nothing,
  },
  factorRemove: {
    method: "POST",
    path: "/v1/factors/remove",
    session: true,
    body: z.strictObject({
      totp: z.optional(z.literal(true)),
      passkey: z.optional(passkeyIdField),
      statement: z.optional(statementField),
    }),
    answer: nothing,
  },
} as const;
