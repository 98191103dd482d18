import * as z from "zod/mini";
import { MAX_DEVICES } from "./account.ts";
import { approvalRoutes } from "./approval-routes.ts";
import { depositRoutes } from "./deposit-routes.ts";
import { secretNameField, treeField, wrapLeafField } from "./epoch.ts";
import { assertionField, factorRoutes, factorsAskedField, sessionField } from "./factor-routes.ts";
import {
  accountIdField,
  bytesField,
  countField,
  depositIdField,
  hashField,
  headField,
  invitationIdField,
  logIdField,
  rendezvousIdField,
  revisionIdField,
  sealingKeyField,
  secretBoxField,
  secretWrapField,
  signInIdField,
  signingKeyField,
  spaceIdField,
  statementField,
  timeField,
} from "./fields.ts";
import { handshakeRoutes } from "./handshake-routes.ts";
import { addressField, invitationRoutes } from "./invitation-routes.ts";
import { journalEntryField } from "./journal.ts";
import { linkField } from "./link.ts";
import { linkSetField } from "./link-set.ts";
import { liveRoutes } from "./live-routes.ts";
import { logRoutes } from "./log-routes.ts";
import { roleField } from "./member.ts";
import { page, queryNumber } from "./query.ts";
import { MAX_DECLARED, MAX_READ } from "./read.ts";
import { INLINE_CONTENT } from "./revision.ts";
import { slotField } from "./slot.ts";
import { MAX_MEMBERS } from "./space.ts";

/** Most statements of an account's chain in one answer. */
const CHAIN_PAGE = 200;

const nothing = z.strictObject({});
const opaque = z.string().check(z.minLength(16), z.maxLength(2048), z.regex(/^[A-Za-z0-9_-]+$/));
const keyringBox = bytesField(64, 1 << 20);

/** A wrap on its way to the server, or from it. */
export const wrapField = z.strictObject({
  secret: secretNameField,
  recipient: wrapLeafField.shape.recipient,
  identity: hashField,
  wrap: secretWrapField,
});
export type Wrap = z.infer<typeof wrapField>;
const wraps = z.array(wrapField).check(z.maxLength(2 * MAX_MEMBERS + 1));

/** The Argon2id parameters a sign-in names; the client refuses smaller ones than its floor. */
export const argon2Field = z.strictObject({
  memoryKiB: countField,
  iterations: countField,
  parallelism: countField,
});
export type Argon2Parameters = z.infer<typeof argon2Field>;

/** A revision on its way to the server. */
export const newRevisionField = z.strictObject({
  statement: statementField,
  wrapEpoch: z.int().check(z.minimum(1)),
  /** Absent for a deletion, as are metadata and content. */
  wrap: z.optional(secretBoxField),
  rewrap: z.optional(statementField),
  metadata: z.optional(bytesField(16, 1 << 20)),
  content: z.optional(bytesField(16, INLINE_CONTENT)),
  upload: z.optional(z.string().check(z.regex(/^[A-Za-z0-9_-]{16,64}$/))),
});
export type NewRevision = z.infer<typeof newRevisionField>;

/** A revision as it is listed. */
export const listedRevisionField = z.strictObject({
  index: countField,
  statement: statementField,
  wrapEpoch: z.int().check(z.minimum(1)),
  wrap: z.optional(secretBoxField),
  rewrap: z.optional(statementField),
  metadata: z.optional(z.string()),
});
export type ListedRevision = z.infer<typeof listedRevisionField>;

/** One line of the table in spec/http.md. */
export interface Route {
  readonly method: "GET" | "POST" | "PUT";
  readonly path: string;
  /** Whether it needs a session. */
  readonly session: boolean;
  /** Whether the session may be a guest's (spec/handshake.md). */
  readonly guest?: boolean;
  readonly query?: z.ZodMiniType;
  readonly body?: z.ZodMiniType;
  /** Absent where the answer is a stream of bytes. */
  readonly answer?: z.ZodMiniType;
  /** Longest body, in bytes. */
  readonly most?: number;
}

/** Every route but the resumable upload, which speaks tus. */
export const routes = {
  server: {
    method: "GET",
    path: "/v1/server",
    session: false,
    answer: z.strictObject({
      suite: z.string(),
      version: z.string(),
      time: timeField,
      logKey: signingKeyField,
      releaseKey: sealingKeyField,
      addressKey: sealingKeyField,
      signIn: argon2Field,
    }),
  },
  signUpStart: {
    method: "POST",
    path: "/v1/sign-up/start",
    session: false,
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
      slots: z.array(slotField).check(z.minLength(1), z.maxLength(8)),
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
    body: z.strictObject({ account: accountIdField, key: hashField }),
    answer: z.strictObject({ signIn: signInIdField }),
  },
  kitFinish: {
    method: "POST",
    path: "/v1/kit/finish",
    session: false,
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
    answer: z.strictObject({ statements: z.array(statementField) }),
  },
  accountPost: {
    method: "POST",
    path: "/v1/account/statements",
    session: true,
    body: z.strictObject({ statement: statementField, slots: z.optional(z.array(slotField)) }),
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
  spaces: {
    method: "GET",
    path: "/v1/spaces",
    session: true,
    guest: true,
    answer: z.strictObject({
      spaces: z.array(
        z.strictObject({
          space: spaceIdField,
          kind: z.enum(["record", "share"]),
          role: roleField,
          head: headField,
          closed: z.boolean(),
          until: z.optional(timeField),
          owner: accountIdField,
        }),
      ),
    }),
  },
  spaceCreate: {
    method: "POST",
    path: "/v1/spaces",
    session: true,
    most: 8 << 20,
    body: z.strictObject({ statement: statementField, wraps }),
    answer: z.strictObject({ head: headField }),
  },
  chainOfSpace: {
    method: "GET",
    path: "/v1/spaces/:space",
    session: true,
    guest: true,
    query: z.strictObject(page(1000)),
    answer: z.strictObject({ statements: z.array(statementField), head: headField }),
  },
  spacePost: {
    method: "POST",
    path: "/v1/spaces/:space/statements",
    session: true,
    most: 8 << 20,
    body: z.strictObject({ statement: statementField, wraps }),
    answer: z.strictObject({ head: headField }),
  },
  wraps: {
    method: "GET",
    path: "/v1/spaces/:space/wraps",
    session: true,
    guest: true,
    query: z.strictObject({ epoch: queryNumber(1, Number.MAX_SAFE_INTEGER) }),
    answer: z.strictObject({
      /** What the epoch's statement commits to. */
      list: z.array(wrapLeafField),
      /** What each `add` within the epoch commits to, in order of the chain. */
      additions: z.array(z.strictObject({ seq: countField, list: z.array(wrapLeafField) })),
      /** The wraps for whoever asks, the newest of each secret. */
      mine: z.array(wrapField),
    }),
  },
  revisions: {
    method: "GET",
    path: "/v1/spaces/:space/revisions",
    session: true,
    query: z.strictObject(page(1000)),
    answer: z.strictObject({
      revisions: z.array(listedRevisionField),
      tree: treeField,
      head: headField,
      journal: statementField,
    }),
  },
  revisionsPost: {
    method: "POST",
    path: "/v1/spaces/:space/revisions",
    session: true,
    most: 48 << 20,
    body: z.strictObject({
      revisions: z.array(newRevisionField).check(z.minLength(1), z.maxLength(500)),
    }),
    answer: z.strictObject({
      first: countField,
      tree: treeField,
      receipts: z.array(statementField),
    }),
  },
  content: {
    method: "GET",
    path: "/v1/spaces/:space/revisions/:revision/content",
    session: true,
    guest: true,
  },
  digests: {
    method: "GET",
    path: "/v1/spaces/:space/revisions/:revision/digests",
    session: true,
    guest: true,
  },
  reads: {
    method: "POST",
    path: "/v1/reads",
    session: true,
    guest: true,
    body: z.strictObject({ read: statementField }),
    answer: z.strictObject({
      releases: z.array(hashField).check(z.maxLength(MAX_READ)),
      receipts: z.array(statementField),
    }),
  },
  /** Reads that asked nobody, told afterwards (spec/read.md, Declared reads). */
  readsDeclared: {
    method: "POST",
    path: "/v1/reads/declared",
    session: true,
    most: 8 << 20,
    body: z.strictObject({
      reads: z.array(statementField).check(z.minLength(1), z.maxLength(MAX_DECLARED)),
    }),
    answer: z.strictObject({ receipts: z.array(statementField) }),
  },
  shareCreate: {
    method: "POST",
    path: "/v1/shares",
    session: true,
    most: 8 << 20,
    body: z.strictObject({
      source: statementField,
      share: statementField,
      wraps,
      links: linkSetField,
      about: bytesField(48, 16_384),
    }),
    answer: z.strictObject({ source: headField, share: headField }),
  },
  share: {
    method: "GET",
    path: "/v1/shares/:share",
    session: true,
    guest: true,
    answer: z.strictObject({
      statements: z.array(statementField),
      /** A list in the form of shares made before there were link sets. */
      links: z.union([linkSetField, z.array(linkField)]),
      /** The statements that a link set names, in its order; none where each link carries its own. */
      headers: z.array(statementField),
      about: z.string(),
      ended: z.boolean(),
    }),
  },
  shareMetadata: {
    method: "GET",
    path: "/v1/shares/:share/metadata",
    session: true,
    guest: true,
    answer: z.strictObject({ metadata: z.array(z.string()) }),
  },
  shareEnd: {
    method: "POST",
    path: "/v1/shares/:share/end",
    session: true,
    body: z.strictObject({ unshare: statementField, close: z.optional(statementField) }),
    answer: z.strictObject({ source: headField, share: z.optional(headField) }),
  },
  journal: {
    method: "GET",
    path: "/v1/journal/:subject",
    session: true,
    query: z.strictObject(page(1000)),
    answer: z.strictObject({
      entries: z.array(journalEntryField),
      head: z.optional(statementField),
    }),
  },
  ...depositRoutes,
  ...handshakeRoutes,
  ...liveRoutes,
  ...logRoutes,
  ...approvalRoutes,
  ...invitationRoutes,
  ...factorRoutes,
} as const satisfies Record<string, Route>;

export type Routes = typeof routes;
export type RouteName = keyof Routes;

/** What a route takes as body, before defaults. */
export type RouteBody<Name extends RouteName> = Routes[Name] extends {
  body: infer Body extends z.ZodMiniType;
}
  ? z.input<Body>
  : undefined;
/** What a route answers. */
export type RouteAnswer<Name extends RouteName> = Routes[Name] extends {
  answer: infer Answer extends z.ZodMiniType;
}
  ? z.output<Answer>
  : undefined;

/** Parameters that stand in paths. */
export const pathParameters = {
  account: accountIdField,
  space: spaceIdField,
  share: spaceIdField,
  subject: z.union([spaceIdField, accountIdField, logIdField]),
  revision: revisionIdField,
  deposit: depositIdField,
  rendezvous: rendezvousIdField,
  invitation: invitationIdField,
};
