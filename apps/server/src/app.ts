import {
  type AccountId,
  type ProblemCode,
  type Route,
  type RouteName,
  routes,
} from "@ecrin/protocol";
import { type Context, Hono } from "hono";
import type { Broke, Ground, Handlers, Session } from "./call.ts";
import { type Fault, faultOf } from "./fault.ts";
import { createGuestCheck } from "./guests.ts";
import { securityHeaders } from "./headers.ts";
import { type Input, readInput, refuseQuery } from "./input.ts";
import { answerLogFile } from "./log-routes.ts";
import { networkOf } from "./network.ts";
import { openApi } from "./openapi.ts";
import type { Pages } from "./pages.ts";
import { PATIENCE, type Patience } from "./patience.ts";
import { asServerError, problemOf, refuse, type ServerError } from "./problem.ts";
import { createSessions } from "./session.ts";
import { createUntaken, type Outgoing, SMALL } from "./untaken.ts";

/** One line for each request, and another where its answer breaks off; nothing of what was said. */
export interface LogLine {
  readonly method: string;
  /** The route's name, `upload`, `page`, or `unknown`. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
  /** Of what nobody foresaw (`internal`): what it was, and nothing of what it said. */
  readonly fault?: Fault;
}

/** Answers the resumable upload, which speaks tus and not JSON. */
export type UploadHandler = (
  call: Ground & { readonly session: Session; readonly request: Request },
) => Promise<Response>;

export interface AppOptions {
  readonly ground: Ground;
  readonly handlers: Handlers<RouteName>;
  readonly upload: UploadHandler;
  readonly pages?: Pages;
  /** Scheme and host of the outside, such as `https://ecrin.example`; absent: plain HTTP at the request's host. */
  readonly origin?: string;
  /** Whether the last `X-Forwarded-For` names the connection: only behind a proxy that sets it. */
  readonly forwarded?: boolean;
  /** For how long a browser shall come by TLS only, where TLS is the server's own. */
  readonly hstsSeconds?: number;
  /** DER of the authority behind that TLS, for a phone to fetch; its fingerprint is compared. */
  readonly authority?: Uint8Array<ArrayBuffer>;
  /** How long bodies are waited for; for tests. */
  readonly patience?: Patience;
  readonly log?: (line: LogLine) => void;
  /** Told of each refusal. */
  readonly refused?: (route: string, code: ProblemCode) => void;
  /** Whether the database is not what was signed, so that nothing that lasts is taken in. */
  readonly isShut: () => boolean;
}

/** What the HTTP server tells of a connection. */
interface Bindings {
  readonly incoming?: {
    readonly socket?: {
      readonly remoteAddress?: string;
      readonly bytesRead?: number;
      readonly destroyed?: boolean;
    };
  };
  readonly outgoing?: Outgoing;
}
type Env = { Bindings: Bindings; Variables: { account?: AccountId } };

/** The whole HTTP surface, made from the protocol's table of routes (spec/http.md). */
export function createApp(options: AppOptions): Hono<Env> {
  const { ground, patience = PATIENCE } = options;
  const app = new Hono<Env>({ strict: true });
  const sessions = createSessions(ground);
  const { limit } = ground;
  const isGuest = createGuestCheck(ground.sql);
  // Made for the first who asks: few do, and every start would make it.
  let document: ReturnType<typeof openApi> | undefined;
  const hold = createUntaken(patience);

  const connection = (c: Context<Env>) => connectionOf(c, options.forwarded ?? false);

  const always = securityHeaders(options.origin, options.hstsSeconds);
  const carried = () => ({
    ...always,
    "ecrin-nonce": ground.nonces.make(ground.now()),
  });

  /** Everything that is answered goes through here: limits, headers, problems, one log line. */
  const answering =
    (name: string, answer: (c: Context<Env>) => Promise<unknown>) =>
    async (c: Context<Env>): Promise<Response> => {
      const start = performance.now();
      let response: Response;
      let fault: Fault | undefined;
      try {
        limit("connection", connection(c));
        response = await held(c, toResponse(await answer(c), carried()));
      } catch (error) {
        const problem = asServerError(error);
        if (problem.code === "internal") fault = faultOf(problem);
        options.refused?.(name, problem.code);
        response = problemResponse(problem, carried());
      }
      options.log?.({
        method: c.req.method,
        route: name,
        status: response.status,
        ms: Math.round(performance.now() - start),
        ...(fault === undefined ? {} : { fault }),
      });
      return c.req.method === "HEAD" ? await withoutBody(response) : response;
    };

  /** An answer that will not be sent lets go of what it reads. */
  const held = async (c: Context<Env>, { response, ...size }: Answer): Promise<Response> => {
    const outgoing = c.req.method === "HEAD" ? undefined : c.env?.outgoing;
    if (outgoing === undefined || size.bytes <= SMALL || hasGone(c)) return response;
    const refusable = c.req.method === "GET";
    try {
      hold({ ...size, account: c.get("account"), network: connection(c), refusable, outgoing });
    } catch (error) {
      await response.body?.cancel();
      throw error;
    }
    return response;
  };

  const openSession = async (c: Context<Env>): Promise<Session> => {
    const request = c.req.raw;
    const session = await sessions.open(request, options.origin ?? originOf(request));
    limit("session", session.session);
    c.set("account", session.account);
    return session;
  };

  /** A guest does what a recipient of shares does, and nothing else (spec/handshake.md). */
  const refuseGuest = async ({ account }: Session) => {
    if (await isGuest(account)) refuse("not-allowed");
  };

  /** The second line of a request: its answer had begun. */
  const brokeOf = (c: Context<Env>, route: string): Broke => {
    const start = performance.now();
    return (error) => {
      const ms = Math.round(performance.now() - start);
      options.log?.({ method: c.req.method, route, status: 200, ms, fault: faultOf(error) });
      c.env?.outgoing?.destroy();
    };
  };

  for (const [name, route] of Object.entries<Route>(routes)) {
    const handler = handlerOf(options.handlers, name);
    app.on(
      route.method,
      route.path,
      answering(name, async (c) => {
        const request = c.req.raw;
        const network = connection(c);
        if (options.isShut() && !isPassing(name, route)) refuse("unavailable");
        if (isCounted(name, route)) limit("signIn", network);
        const session = route.session ? await openSession(c) : undefined;
        if (session !== undefined && route.guest !== true) await refuseGuest(session);
        const arrived = () => c.env?.incoming?.socket?.bytesRead ?? 0;
        const input = await readInput(route, request, c.req.param(), { patience, arrived });
        const origin = options.origin ?? originOf(request);
        const broke = brokeOf(c, name);
        return await handler({ ...ground, ...input, session, network, request, origin, broke });
      }),
    );
  }

  for (const path of ["/v1/uploads", "/v1/uploads/*"]) {
    app.all(
      path,
      answering("upload", async (c) => {
        const request = c.req.raw;
        const session = await openSession(c);
        await refuseGuest(session);
        refuseQuery(request.url);
        if (options.isShut() && !READING.has(request.method)) refuse("unavailable");
        return options.upload({ ...ground, session, request });
      }),
    );
  }

  app.get(
    "/log/*",
    answering("log-file", async (c) => {
      refuseQuery(c.req.url);
      return await answerLogFile(ground, new URL(c.req.url).pathname.slice(5));
    }),
  );
  app.get(
    "/openapi.json",
    answering("openapi", (c) => {
      refuseQuery(c.req.url);
      document ??= openApi();
      return Promise.resolve(document);
    }),
  );
  const { pages, authority } = options;
  if (authority !== undefined) {
    app.get(
      "/authority.crt",
      answering("authority", (c) => {
        refuseQuery(c.req.url);
        const headers = { "content-type": "application/x-x509-ca-cert" };
        return Promise.resolve(new Response(authority, { headers }));
      }),
    );
  }
  app.all(
    "*",
    answering(pages === undefined ? "unknown" : "page", async (c) => {
      if (pages === undefined || !READING.has(c.req.method)) return refuse("not-found");
      const asking = {
        acceptEncoding: c.req.header("accept-encoding"),
        ifNoneMatch: c.req.header("if-none-match"),
      };
      return (await pages(new URL(c.req.url).pathname, asking)) ?? refuse("not-found");
    }),
  );
  return app;
}

/** Whoever looks whether a place is there asks for its HEAD (RFC 9110 section 9.3.2). */
const READING: ReadonlySet<string> = new Set(["GET", "HEAD"]);

type AnyCall = Ground &
  Input & {
    readonly request: Request;
    readonly session: Session | undefined;
    readonly network: string;
    readonly origin: string;
    readonly broke: Broke;
  };

/** The handler of a route, called with what `readInput` brought into the form of that very route. */
function handlerOf(
  handlers: Handlers<RouteName>,
  name: string,
): (call: AnyCall) => Promise<unknown> {
  if (!isRoute(name)) return refuse("internal");
  const handler: (call: never) => Promise<unknown> = handlers[name];
  return (call) => handler(call as never);
}

/** What counts its own: a sign-in each once (knock.ts), a new device that waits by itself (approvals.ts). */
const COUNTS_ITS_OWN: ReadonlySet<string> = new Set([
  "signInStart",
  "signInFinish",
  "approvalLook",
]);

/** Whether a request counts as one to sign up or in. */
function isCounted(name: string, route: Route): boolean {
  return !route.session && route.method !== "GET" && !COUNTS_ITS_OWN.has(name);
}

/** Sessions begin and end also while nothing is taken in; what they leave in the database is gone in a day. */
const SESSIONS: ReadonlySet<string> = new Set<RouteName>([
  "signInStart",
  "signInFinish",
  "signInFactor",
  "signOut",
]);

/** Whether a request leaves nothing that is to last. What it asks of the journal is refused there (door.ts). */
function isPassing(name: string, route: Route): boolean {
  return route.method === "GET" || SESSIONS.has(name);
}

function isRoute(name: string): name is RouteName {
  return Object.hasOwn(routes, name);
}

interface Answer {
  readonly response: Response;
  /** What of it stands in memory until it is sent, */
  readonly bytes: number;
  /** and all of it; 0 where nobody knows. */
  readonly length: number;
}

/** An answer in JSON, made with all its headers at once; a response of a handler's own gets those it lacks. */
function toResponse(answer: unknown, carried: Readonly<Record<string, string>>): Answer {
  if (!(answer instanceof Response)) {
    const headers = { ...carried, "content-type": "application/json" };
    const text = JSON.stringify(answer);
    return { response: new Response(text, { headers }), bytes: text.length, length: text.length };
  }
  for (const [name, value] of Object.entries(carried)) {
    if (!answer.headers.has(name)) answer.headers.set(name, value);
  }
  const length = answer.headers.get("content-length");
  // What has no length yet is made piece by piece, as it is taken: an export, or events.
  if (length === null) return { response: answer, bytes: 0, length: 0 };
  const bytes = Number(length);
  return { response: answer, bytes: bytes > MOST_AT_ONCE ? PIECE : bytes, length: bytes };
}

/** What is longer is sent in pieces as they are taken, */
const MOST_AT_ONCE = 2 << 20;
/** and no more than one or two of them wait. */
const PIECE = 256 * 1024;

/** What answers HEAD: whatever would have been read, a file or a stream, is let go of at once. */
async function withoutBody(response: Response): Promise<Response> {
  await response.body?.cancel();
  return new Response(null, response);
}

function problemResponse(error: ServerError, carried: Readonly<Record<string, string>>): Response {
  const wait = error.retryAfter;
  return new Response(JSON.stringify(problemOf(error)), {
    status: error.status,
    headers: {
      ...carried,
      "content-type": "application/problem+json",
      ...(wait === undefined ? {} : { "retry-after": String(wait) }),
    },
  });
}

function originOf(request: Request): string {
  return new URL(request.url).origin;
}

/** Whether the connection has ended already, so that nobody tells when an answer has left. */
function hasGone(c: Context<Env>): boolean {
  return c.env?.incoming?.socket?.destroyed ?? false;
}

/** The network a request comes from. */
function connectionOf(c: Context<Env>, forwarded: boolean): string {
  const last = forwarded ? c.req.header("x-forwarded-for")?.split(",").at(-1)?.trim() : undefined;
  return networkOf(last ?? c.env?.incoming?.socket?.remoteAddress ?? "");
}
