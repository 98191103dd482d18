import * as z from "zod/mini";
import { MAX_DEVICES, MAX_SLOTS } from "./account.ts";
import { assertionField, factorsAskedField, sessionField } from "./factor-routes.ts";
import {
  accountIdField,
  bytesField,
  countField,
  hashField,
  headField,
  MAX_STRANGERS_BODY,
  signInIdField,
  signingKeyField,
  statementField,
  timeField,
} from "./fields.ts";
import { addressField } from "./invitation-routes.ts";
import { MAX_LIST, page } from "./query.ts";
import { slotField } from "./slot.ts";

/** Most statements of an account's chain in one answer. */
const CHAIN_PAGE = 200;

const nothing = z.strictObject({});
const opaque = z.string().check(z.minLength(16), z.maxLength(2048), z.regex(/^[A-Za-z0-9_-]+$/));
const keyringBox = bytesField(64, 1 << 20);

/** The Argon2id parameters a sign-in names; the client refuses smaller ones than its floor. */
export const argon2Field = z.strictObject({
  memoryKiB: countField,
  iterations: countField,
  parallelism: countField,
});
export type Argon2Parameters = z.infer<typeof argon2Field>;

/** The lines of the table by which an account begins, is entered, changed and left (spec/keys.md). */
export const accountRoutes = {
  signUpStart: {
    method: "POST",
    path: "/v1/sign-up/start",
    session: false,
    most: MAX_STRANGERS_BODY,
    body: z.strictObject({ account: accountIdField, request: opaque }),
    answer: z.strictObject({ response: opaque }),
  },
  signUpFinish: {
    method: "POST",
    path: "/v1/sign-up/finish",
    session: false,
    most: 2 << 20,
    body: z.strictObject({
      account: accountIdField,
      address: addressField,
      record: opaque,
      statement: statementField,
      slots: z.array(slotField).check(z.minLength(1), z.maxLength(MAX_SLOTS)),
      keyring: keyringBox,
      kitKey: signingKeyField,
      key: hashField,
    }),
    answer: sessionField,
  },
  signInStart: {
    method: "POST",
    path: "/v1/sign-in/start",
    session: false,
    most: MAX_STRANGERS_BODY,
    body: z.strictObject({
      account: z.optional(accountIdField),
      address: z.optional(addressField),
      request: opaque,
      generation: z._default(z.enum(["current", "previous"]), "current"),
      device: z.optional(statementField),
      kit: z.optional(statementField),
    }),
    answer: z.strictObject({
      signIn: signInIdField,
      response: opaque,
      account: accountIdField,
      parameters: argon2Field,
    }),
  },
  signInFinish: {
    method: "POST",
    path: "/v1/sign-in/finish",
    session: false,
    most: MAX_STRANGERS_BODY,
    body: z.strictObject({
      signIn: signInIdField,
      finish: opaque,
      key: hashField,
      device: z.optional(statementField),
      kit: z.optional(statementField),
      passkey: z.optional(assertionField),
    }),
    answer: z.union([sessionField, factorsAskedField]),
  },
  kitStart: {
    method: "POST",
    path: "/v1/kit/start",
    session: false,
    most: MAX_STRANGERS_BODY,
    body: z.strictObject({ account: accountIdField, key: hashField }),
    answer: z.strictObject({ signIn: signInIdField }),
  },
  kitFinish: {
    method: "POST",
    path: "/v1/kit/finish",
    session: false,
    most: MAX_STRANGERS_BODY,
    body: z.strictObject({ signIn: signInIdField, kit: statementField }),
    answer: z.strictObject({ ready: timeField, session: z.optional(sessionField) }),
  },
  kitCancel: {
    method: "POST",
    path: "/v1/kit/cancel",
    session: true,
    body: nothing,
    answer: nothing,
  },
  account: {
    method: "GET",
    path: "/v1/account",
    session: true,
    guest: true,
    answerMost: 2 * MAX_LIST,
    answer: z.strictObject({
      account: accountIdField,
      chain: z.array(statementField),
      slots: z.array(slotField),
      keyring: z.strictObject({ version: countField, box: keyringBox }),
      notices: z.array(z.strictObject({ kind: z.string(), at: timeField })),
    }),
  },
  chain: {
    method: "GET",
    path: "/v1/accounts/:account",
    session: true,
    guest: true,
    query: z.strictObject({
      ...page(CHAIN_PAGE),
      seen: z.optional(hashField),
      identity: z.optional(hashField),
    }),
    answerMost: MAX_LIST,
    answer: z.strictObject({ statements: z.array(statementField) }),
  },
  accountPost: {
    method: "POST",
    path: "/v1/account/statements",
    session: true,
    body: z.strictObject({
      statement: statementField,
      slots: z.optional(z.array(slotField).check(z.maxLength(MAX_SLOTS))),
    }),
    answer: z.strictObject({ head: headField }),
  },
  keyringPut: {
    method: "PUT",
    path: "/v1/account/keyring",
    session: true,
    guest: true,
    most: 2 << 20,
    body: z.strictObject({ replaces: countField, version: countField, box: keyringBox }),
    answer: nothing,
  },
  passwordStart: {
    method: "POST",
    path: "/v1/password/start",
    session: true,
    body: z.strictObject({ request: opaque }),
    answer: z.strictObject({ response: opaque }),
  },
  passwordFinish: {
    method: "POST",
    path: "/v1/password/finish",
    session: true,
    body: z.strictObject({ record: opaque, statement: statementField, slot: slotField }),
    answer: z.strictObject({ head: headField }),
  },
  passwordSettle: {
    method: "POST",
    path: "/v1/password/settle",
    session: true,
    body: nothing,
    answer: nothing,
  },
  kitReplace: {
    method: "POST",
    path: "/v1/kit",
    session: true,
    body: z.strictObject({ statement: statementField, slot: slotField, kitKey: signingKeyField }),
    answer: z.strictObject({ head: headField }),
  },
  /** Everything of an account made anew: all of it or nothing. */
  renew: {
    method: "POST",
    path: "/v1/account/renewal",
    session: true,
    most: 2 << 20,
    body: z.strictObject({
      statements: z.array(statementField).check(z.minLength(3), z.maxLength(MAX_DEVICES + 2)),
      slots: z.array(slotField).check(z.minLength(2), z.maxLength(2)),
      keyring: z.strictObject({ replaces: countField, version: countField, box: keyringBox }),
      record: opaque,
      kitKey: signingKeyField,
    }),
    answer: z.strictObject({ head: headField }),
  },
  signOut: {
    method: "POST",
    path: "/v1/sign-out",
    session: true,
    guest: true,
    body: nothing,
    answer: nothing,
  },
} as const;
