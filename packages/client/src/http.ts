import type { Source } from "@ecrin/crypto";
import {
  type Bytes,
  fromUtf8,
  type Hash,
  isFieldPath,
  MAX_ANSWER,
  PROBLEMS,
  type ProblemCode,
  parseAs,
  parseJson,
  type pathParameters,
  problemField,
  type Route,
  type RouteAnswer,
  type RouteBody,
  type RouteName,
  type Routes,
  routes,
} from "@ecrin/protocol";
import type * as z from "zod/mini";
import { ClientError, isRefusedFor, type ServerProblem } from "./errors.ts";
import { eventsOf } from "./events.ts";
import { newSessionKey, proofOf, type SessionKey } from "./proof.ts";

/** Nonces are good for ten minutes (spec/read.md); older than this they are not used. */
const NONCE_AGE = 8 * 60_000;
const PROBLEM_SIZE = 65_536;
const FIRST_ROOM = 65_536;

type ParameterNames<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParameterNames<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;
type Parameters<Name extends RouteName> = {
  readonly [Key in ParameterNames<Routes[Name]["path"]> & keyof typeof pathParameters]: z.output<
    (typeof pathParameters)[Key]
  >;
};

/** Routes that answer JSON. */
export type JsonRoute = {
  [Name in RouteName]: Routes[Name] extends { answer: z.ZodMiniType } ? Name : never;
}[RouteName];
/** Routes that answer bytes. */
export type BytesRoute = Exclude<RouteName, JsonRoute>;

type ParamsOf<Name extends RouteName> = keyof Parameters<Name> extends never
  ? { readonly params?: undefined }
  : { readonly params: Parameters<Name> };
type BodyOf<Name extends RouteName> =
  RouteBody<Name> extends undefined
    ? { readonly body?: undefined }
    : { readonly body: RouteBody<Name> };
type QueryOf<Name extends RouteName> = Routes[Name] extends { query: z.ZodMiniType }
  ? { readonly query?: Readonly<Record<string, string | number>> }
  : { readonly query?: undefined };
/** What a route is asked with, as its line in the table says. */
export type Ask<Name extends RouteName> = ParamsOf<Name> & BodyOf<Name> & QueryOf<Name>;
type AskArguments<Name extends RouteName> =
  Record<never, never> extends Ask<Name> ? [ask?: Ask<Name>] : [ask: Ask<Name>];

export interface HttpOptions {
  /** Scheme and host, such as `https://ecrin.example`. */
  readonly server: string;
  readonly fetch?: typeof globalThis.fetch;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Bytes | undefined;
  readonly signal?: AbortSignal;
}

interface Session {
  readonly token: string;
  readonly expires: number;
}

/** One server, reached in one session. Answers are read as the route table says and trusted in nothing else. */
export class Http {
  /** Scheme and host. */
  readonly server: string;
  readonly #fetch: typeof globalThis.fetch;
  readonly #now: () => number;
  #key: SessionKey | undefined;
  #session: Session | undefined;
  #nonce: { readonly text: string; readonly at: number } | undefined;

  constructor({ server, fetch, now }: HttpOptions) {
    this.server = new URL(server).origin;
    this.#fetch = fetch ?? globalThis.fetch.bind(globalThis);
    this.#now = now ?? Date.now;
  }

  /** Makes the key of a new session. @returns its thumbprint, which the sign-in names */
  async begin(): Promise<Hash> {
    this.#session = undefined;
    this.#key = await newSessionKey();
    return this.#key.thumbprint;
  }

  /** Goes on in the session that a sign-in with the key of `begin` was given. */
  enter(session: Session): void {
    this.#session = session;
  }

  /** Forgets the session here; `call("signOut")` ends it there. */
  leave(): void {
    this.#session = undefined;
    this.#key = undefined;
  }

  /**
   * Asks a route of the table.
   * @throws ClientError with the server's problem, `offline` or `bad-answer`
   */
  async call<Name extends JsonRoute>(
    name: Name,
    ...[ask]: AskArguments<Name>
  ): Promise<RouteAnswer<Name>> {
    const route: Route = routes[name];
    const answer = await this.#send(requestOf(route, ask ?? {}), route.session);
    if (route.answer === undefined) throw badAnswer(name);
    const bytes = await bytesUpTo(answer, route.answerMost ?? MAX_ANSWER, name);
    try {
      const json = parseJson(fromUtf8(bytes, name), name);
      return parseAs(route.answer, json, name) as RouteAnswer<Name>;
    } catch (cause) {
      throw badAnswer(name, cause);
    }
  }

  /**
   * Bytes of a route, exactly as many as asked for and never more in memory.
   * @param from first byte of a range; absent: the whole, which is then `size` long
   * @throws ClientError `cannot-open` where the server has another length
   */
  async whole<Name extends BytesRoute>(
    name: Name,
    params: Parameters<Name>,
    size: number,
    from?: number,
  ): Promise<Bytes> {
    const range = from === undefined ? {} : { Range: `bytes=${from}-${from + size - 1}` };
    const answer = await this.#send(requestOf(routes[name], { params }, range), true);
    if (answer.status !== (from === undefined ? 200 : 206)) throw badAnswer(name);
    const room = new Uint8Array(size);
    let at = 0;
    for await (const piece of piecesOf(answer)) {
      if (at + piece.length > size) throw otherLength();
      room.set(piece, at);
      at += piece.length;
    }
    return at === size ? room : Promise.reject(otherLength());
  }

  /** The bytes of a route as they come; their length is checked by who opens them. */
  async stream<Name extends BytesRoute>(
    name: Name,
    params: Parameters<Name>,
    query?: Readonly<Record<string, string | number>>,
  ): Promise<Source> {
    const asked = query === undefined ? { params } : { params, query };
    const answer = await this.#send(requestOf(routes[name], asked), true);
    if (answer.status !== 200) throw badAnswer(name);
    return piecesOf(answer);
  }

  /**
   * The events of a route that streams them, from the one after `last` on (spec/live.md).
   * @throws ClientError `offline` when the stream ends, also by `signal`
   */
  async events<Name extends BytesRoute>(
    name: Name,
    params: Parameters<Name>,
    last: number,
    signal: AbortSignal,
  ): Promise<AsyncIterable<string>> {
    const headers = last < 0 ? {} : { "Last-Event-ID": String(last) };
    const request = requestOf(routes[name], { params }, headers);
    const answer = await this.#send({ ...request, signal }, true);
    if (answer.headers.get("Content-Type") !== "text/event-stream") throw badAnswer(name);
    return eventsOf(piecesOf(answer));
  }

  /** A request in the session outside the table, such as an upload's. Only status and headers of the answer say anything. */
  async raw(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: Bytes,
  ): Promise<Response> {
    const answer = await this.#send({ method, path, query: "", headers, body }, true);
    await bytesUpTo(answer, PROBLEM_SIZE, "upload");
    return answer;
  }

  /** A small public file outside the table, such as a tile of the log. */
  async file(path: string, most: number): Promise<Bytes> {
    const request = { method: "GET", path, query: "", headers: {}, body: undefined };
    const answer = await this.#send(request, false);
    if (answer.status !== 200) throw badAnswer("file");
    return await bytesUpTo(answer, most, "file");
  }

  /** A nonce of the server, still good, for a statement that needs one. */
  async nonce(): Promise<string> {
    const known = this.#nonce;
    const age = known === undefined ? Number.NaN : this.#now() - known.at;
    // A clock that was set back makes no nonce young.
    if (known !== undefined && age >= 0 && age < NONCE_AGE) return known.text;
    await this.call("server");
    return this.#nonce?.text ?? Promise.reject(badAnswer("nonce"));
  }

  /** One automatic retry, for a proof refused, with the nonce that came with the refusal. */
  async #send(request: Request, authenticated: boolean): Promise<Response> {
    if (!authenticated) return await this.#once(request, {});
    try {
      return await this.#once(request, await this.#authorization(request));
    } catch (error) {
      if (!isRefusedFor(error, "proof-refused")) throw error;
      return await this.#once(request, await this.#authorization(request));
    }
  }

  async #authorization({ method, path }: Request): Promise<Record<string, string>> {
    const [key, session] = [this.#key, this.#session];
    if (key === undefined || session === undefined) {
      throw new ClientError("not-signed-in", "this needs a session");
    }
    const proof = await proofOf(key, {
      method,
      url: this.server + path,
      token: session.token,
      nonce: await this.nonce(),
      now: this.#now(),
    });
    return { Authorization: `DPoP ${session.token}`, DPoP: proof };
  }

  async #once(request: Request, authorization: Record<string, string>): Promise<Response> {
    const { method, path, query, headers, body, signal } = request;
    let answer: Response;
    try {
      answer = await this.#fetch(this.server + path + query, {
        method,
        headers: { ...headers, ...authorization },
        ...(body === undefined ? {} : { body }),
        ...(signal === undefined ? {} : { signal }),
        redirect: "error",
        credentials: "omit",
        cache: "no-store",
        referrerPolicy: "no-referrer",
      });
    } catch (cause) {
      throw offline(cause);
    }
    const nonce = answer.headers.get("Ecrin-Nonce");
    if (nonce !== null) this.#nonce = { text: nonce, at: this.#now() };
    const type = answer.headers.get("Content-Type") ?? "";
    if (type.startsWith("application/problem+json")) throw await problemOf(answer);
    // An answer to HEAD has no body that could say why.
    if (method === "HEAD" && answer.status === 401) {
      throw new ClientError("proof-refused", "the server refused: proof-refused");
    }
    return answer;
  }
}

function requestOf(
  route: Route,
  ask: { readonly params?: unknown; readonly query?: unknown; readonly body?: unknown },
  headers: Readonly<Record<string, string>> = {},
): Request {
  const params = new Map(Object.entries(ask.params ?? {}).map(([k, v]) => [k, String(v)]));
  const path = route.path.replace(/:([a-z]+)/gi, (_, name: string) => {
    const value = params.get(name);
    if (value === undefined) throw new RangeError(`the path takes ${name}`);
    return encodeURIComponent(value);
  });
  const search = new URLSearchParams(
    Object.entries(ask.query ?? {}).map(([k, v]) => [k, String(v)]),
  ).toString();
  const isJson = route.body !== undefined;
  return {
    method: route.method,
    path,
    query: search === "" ? "" : `?${search}`,
    headers: isJson ? { ...headers, "Content-Type": "application/json" } : headers,
    body: isJson ? JSON.stringify(ask.body ?? {}) : undefined,
  };
}

async function* piecesOf(answer: Response): AsyncGenerator<Bytes, void, undefined> {
  if (answer.body === null) return;
  const reader = answer.body.getReader();
  try {
    for (;;) {
      const next = await reader.read().catch((cause: unknown) => Promise.reject(offline(cause)));
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // Whoever stops early wants no more of it; what that does to the connection is nobody's concern.
    await reader.cancel().catch(() => undefined);
  }
}

/**
 * The whole of an answer: a server that never comes to its end, or not before memory does, is not
 * heard out.
 * @throws ClientError `bad-answer`, `offline`
 */
async function bytesUpTo(answer: Response, most: number, name: string): Promise<Bytes> {
  let room = new Uint8Array(Math.min(most, FIRST_ROOM));
  let length = 0;
  for await (const piece of piecesOf(answer)) {
    const end = length + piece.length;
    if (end > most) throw badAnswer(name);
    // One buffer that doubles, and no list: pieces may be of one byte each.
    if (end > room.length) {
      const more = new Uint8Array(Math.min(most, Math.max(end, 2 * room.length)));
      more.set(room.subarray(0, length));
      room = more;
    }
    room.set(piece, length);
    length = end;
  }
  return room.subarray(0, length);
}

async function problemOf(answer: Response): Promise<ClientError> {
  const bytes = await bytesUpTo(answer, PROBLEM_SIZE, "problem");
  let problem: ServerProblem & { readonly code: string };
  try {
    const json = parseJson(fromUtf8(bytes, "problem"), "problem");
    const { code, field } = parseAs(problemField, json, "problem");
    problem = {
      code,
      status: answer.status,
      ...(isFieldPath(field) ? { field } : {}),
      ...waitOf(answer.headers.get("Retry-After") ?? ""),
    };
  } catch (cause) {
    return badAnswer("problem", cause);
  }
  const { code, ...rest } = problem;
  if (!isProblemCode(code)) return badAnswer("problem");
  const at = rest.field === undefined ? "" : ` (${rest.field})`;
  return new ClientError(code, `the server refused: ${code}${at}`, { problem: rest });
}

/** Only seconds are read: a date would need the server's clock. */
function waitOf(header: string): Pick<ServerProblem, "retryAfter"> {
  return /^\d{1,6}$/.test(header) ? { retryAfter: Number(header) } : {};
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code);
}

function offline(cause: unknown): ClientError {
  return new ClientError("offline", "the server cannot be reached", { cause });
}

function badAnswer(name: string, cause?: unknown): ClientError {
  const message = `the server's answer to ${name} is not in its form`;
  return new ClientError("bad-answer", message, cause === undefined ? {} : { cause });
}

function otherLength(): ClientError {
  return new ClientError("cannot-open", "the content is not as long as its author signed");
}
