import { fromUtf8, parseAs, pathParameters, type Route } from "@ecrin/protocol";
import { inTime, PATIENCE, type Patience } from "./patience.ts";
import { refuse, ServerError } from "./problem.ts";

const MOST = 1 << 20;
/** Most of each of these in a body: the longest that the table allows has a fifth of it. */
const MOST_PARTS = 100_000;
const PARTS = [0x2c, 0x5b, 0x7b];

/** What a request says, in the form the table gives. */
export interface Input {
  readonly params: Readonly<Record<string, string>>;
  readonly query: unknown;
  readonly body: unknown;
}

/** How a body is waited for. */
interface Waiting {
  readonly patience: Patience;
  /** Bytes that came on its connection so far. */
  readonly arrived: () => number;
}
const AS_ONE: Waiting = { patience: PATIENCE, arrived: () => 0 };

/**
 * Reads path, query and body of a request.
 * @throws ServerError `malformed`, `too-large`, `unsupported-type`, `unavailable`; ProtocolError `malformed`
 */
export async function readInput(
  route: Route,
  request: Request,
  params: Readonly<Record<string, string>>,
  waiting: Waiting = AS_ONE,
): Promise<Input> {
  return {
    params: readParams(params),
    query: readQuery(route.query, request.url),
    body: route.body === undefined ? undefined : await readBody(route, request, waiting),
  };
}

function readParams(params: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => {
      if (!isParameter(name)) return refuse("internal");
      return [name, parseAs(pathParameters[name], value, `path.${name}`)];
    }),
  );
}

function isParameter(name: string): name is keyof typeof pathParameters {
  return Object.hasOwn(pathParameters, name);
}

/** What takes no query is asked without one. @throws ServerError `malformed` */
export function refuseQuery(url: string): void {
  if (new URL(url).searchParams.size > 0) refuse("malformed", "query");
}

function readQuery(schema: Route["query"], url: string): unknown {
  if (schema === undefined) return refuseQuery(url);
  const search = new URL(url).searchParams;
  if (new Set(search.keys()).size !== [...search.keys()].length) refuse("malformed", "query");
  return parseAs(schema, Object.fromEntries(search), "query");
}

async function readBody(
  route: Route,
  request: Request,
  { patience, arrived }: Waiting,
): Promise<unknown> {
  const bytes = await inTime(readBytes(request, route.most ?? MOST), patience, arrived);
  if (route.body === undefined) return undefined;
  if (bytes.length === 0) return parseAs(route.body, {}, "body");
  if (isEncoded(request.headers)) refuse("unsupported-type");
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") refuse("unsupported-type");
  return parseAs(route.body, parseJson(bytes), "body");
}

/** Whether a body is not what it says as it stands (RFC 9110 section 8.4, RFC 9112 section 6.1). */
function isEncoded(headers: Headers): boolean {
  const content = headers.get("content-encoding") ?? "identity";
  const transfer = headers.get("transfer-encoding") ?? "chunked";
  return content.toLowerCase() !== "identity" || transfer.toLowerCase() !== "chunked";
}

/** Parses JSON, but for millions of tiny values, which would hold everybody else up for seconds. */
function parseJson(bytes: Uint8Array): unknown {
  for (const part of PARTS) {
    let count = 0;
    for (let at = bytes.indexOf(part); at >= 0; at = bytes.indexOf(part, at + 1)) {
      count += 1;
      if (count > MOST_PARTS) refuse("malformed", "body");
    }
  }
  try {
    return JSON.parse(fromUtf8(bytes, "body"));
  } catch (cause) {
    throw new ServerError("malformed", { field: "body", cause });
  }
}

/** The body, read no further than `most` bytes. */
async function readBytes(request: Request, most: number): Promise<Uint8Array> {
  const announced = request.headers.get("content-length");
  if (announced !== null) {
    if (Number(announced) > most) refuse("too-large", "body");
    // The HTTP parser lets no more through than was announced.
    return new Uint8Array(await request.arrayBuffer());
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of request.body ?? []) {
    length += part.length;
    if (length > most) refuse("too-large", "body");
    parts.push(part);
  }
  return Buffer.concat(parts);
}
