import * as z from "zod/mini";
import { accountRoutes, argon2Field } from "./account-routes.ts";
import { approvalRoutes } from "./approval-routes.ts";
import { depositRoutes } from "./deposit-routes.ts";
import { factorRoutes } from "./factor-routes.ts";
import {
  accountIdField,
  depositIdField,
  invitationIdField,
  logIdField,
  rendezvousIdField,
  revisionIdField,
  sealingKeyField,
  signingKeyField,
  spaceIdField,
  statementField,
  timeField,
} from "./fields.ts";
import { handshakeRoutes } from "./handshake-routes.ts";
import { invitationRoutes } from "./invitation-routes.ts";
import { journalEntryField } from "./journal.ts";
import { liveRoutes } from "./live-routes.ts";
import { logRoutes } from "./log-routes.ts";
import { MAX_LIST, page } from "./query.ts";
import { spaceRoutes } from "./space-routes.ts";

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
  /** Longest answer in JSON, in bytes, where that is not `MAX_ANSWER`. */
  readonly answerMost?: number;
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
  ...accountRoutes,
  ...spaceRoutes,
  journal: {
    method: "GET",
    path: "/v1/journal/:subject",
    session: true,
    query: z.strictObject(page(1000)),
    answerMost: MAX_LIST,
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
