import * as z from "zod/mini";
import {
  accountIdField,
  bytesField,
  countField,
  hashField,
  identityField,
  MAX_STRANGERS_BODY,
  rendezvousIdField,
  statementField,
  timeField,
} from "./fields.ts";
import { SHORT_CODE } from "./handshake.ts";

const nonceField = bytesField(32, 32);
/** A name sealed to the other's identity. */
const sealedName = bytesField(1136, 1136 + 4096);
const shortField = z.string().check(z.length(SHORT_CODE), z.regex(/^[0-9A-HJKMNP-TV-Z]+$/));

/** The handshake (spec/handshake.md). `guest`: also for an account that lives until tonight. */
export const handshakeRoutes = {
  rendezvousOpen: {
    method: "POST",
    path: "/v1/rendezvous",
    session: true,
    body: z.strictObject({
      rendezvous: rendezvousIdField,
      commitment: hashField,
      until: timeField,
    }),
    answer: z.strictObject({ code: shortField, expires: timeField }),
  },
  rendezvousLook: {
    method: "POST",
    path: "/v1/rendezvous/look",
    session: false,
    most: MAX_STRANGERS_BODY,
    body: z.strictObject({
      rendezvous: z.optional(rendezvousIdField),
      code: z.optional(shortField),
    }),
    answer: z.strictObject({
      rendezvous: rendezvousIdField,
      account: accountIdField,
      identity: identityField,
      commitment: hashField,
      until: timeField,
    }),
  },
  guestBegin: {
    method: "POST",
    path: "/v1/guests",
    session: false,
    most: 2 * MAX_STRANGERS_BODY,
    body: z.strictObject({
      rendezvous: rendezvousIdField,
      statement: statementField,
      keyring: bytesField(64, 1 << 16),
      key: hashField,
    }),
    answer: z.strictObject({ token: z.string().check(z.maxLength(512)), expires: timeField }),
  },
  guestEnd: {
    method: "POST",
    path: "/v1/guests/:account/end",
    session: true,
    guest: true,
    body: z.strictObject({}),
    answer: z.strictObject({}),
  },
  rendezvousJoin: {
    method: "POST",
    path: "/v1/rendezvous/:rendezvous/join",
    session: true,
    guest: true,
    body: z.strictObject({ identity: hashField, nonce: nonceField }),
    answer: z.strictObject({}),
  },
  rendezvousReveal: {
    method: "POST",
    path: "/v1/rendezvous/:rendezvous/reveal",
    session: true,
    body: z.strictObject({ nonce: nonceField }),
    answer: z.strictObject({}),
  },
  rendezvousName: {
    method: "POST",
    path: "/v1/rendezvous/:rendezvous/name",
    session: true,
    guest: true,
    body: z.strictObject({ name: sealedName }),
    answer: z.strictObject({}),
  },
  rendezvous: {
    method: "GET",
    path: "/v1/rendezvous/:rendezvous",
    session: true,
    guest: true,
    answer: z.strictObject({
      joined: z.optional(
        z.strictObject({ account: accountIdField, identity: hashField, nonce: nonceField }),
      ),
      /** How many were refused because somebody had joined. */
      refused: countField,
      nonce: z.optional(nonceField),
      /** The other's name, sealed for whoever asks. */
      name: z.optional(sealedName),
    }),
  },
} as const;
