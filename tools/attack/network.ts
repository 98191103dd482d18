import { type RouteName, routes } from "@ecrin/protocol";
import { RecordingNetwork } from "../capture/traffic.ts";
import { Broken } from "./case.ts";

/** An answer as JSON, free to be changed. */
export type Loose = { [name: string]: unknown };
/** Changes an answer on its way to the victim. */
export type Tamper = (
  answer: Loose,
  path: string,
  query: URLSearchParams,
) => Loose | Promise<Loose>;
type Invention = (path: string, query: URLSearchParams) => Loose | Promise<Loose>;
type TamperBytes = (bytes: Uint8Array<ArrayBuffer>, path: string) => Uint8Array<ArrayBuffer>;

/** A request of the victim's. */
export interface Sent {
  readonly method: string;
  /** Without the ids in it: two requests of one kind look the same. */
  readonly route: RouteName | undefined;
  readonly url: string;
  readonly body: string;
}

/** A request of an upload. */
export interface UploadPart {
  readonly method: string;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/**
 * The server as its victim meets it: the real one, with answers changed by a
 * case. It sees every request and keeps them.
 */
export class HostileNetwork {
  readonly sent: Sent[] = [];
  /** Everything that went to the real server and came back, everybody's. */
  readonly traffic = new RecordingNetwork();
  readonly #json = new Map<RouteName, Tamper>();
  readonly #bytes = new Map<RouteName, TamperBytes>();
  readonly #invented = new Map<RouteName, Invention>();
  #uploads: ((part: UploadPart) => Response | undefined) | undefined;
  #failed: unknown;

  /** Changes the answers of a route of the table. */
  answer(route: RouteName, tamper: Tamper): void {
    this.#json.set(route, tamper);
  }

  /** Answers a route by itself, whatever the real server says. */
  invent(route: RouteName, make: Invention): void {
    this.#invented.set(route, make);
  }

  /** Changes the bytes that a route hands out. */
  bytes(route: RouteName, tamper: TamperBytes): void {
    this.#bytes.set(route, tamper);
  }

  /** Answers requests of an upload (tus 1.0) by itself; honestly where it gives none. */
  uploads(answer: (part: UploadPart) => Response | undefined): void {
    this.#uploads = answer;
  }

  /** Honest again. */
  calm(): void {
    this.#uploads = undefined;
    this.#json.clear();
    this.#bytes.clear();
    this.#invented.clear();
    this.#failed = undefined;
  }

  /** @throws Broken where an attack itself failed: to its victim that looks like a server out of reach */
  checkTampers(): void {
    if (this.#failed === undefined) return;
    const message = this.#failed instanceof Error ? this.#failed.message : "?";
    throw new Broken(`the attack itself failed: ${message}`, { cause: this.#failed });
  }

  readonly fetch: typeof globalThis.fetch = async (input, init = {}) => {
    const url = new URL(String(input));
    const method = init.method ?? "GET";
    const route = routeOf(method, url.pathname);
    const body = typeof init.body === "string" ? init.body : "";
    this.sent.push({ method, route, url: String(url), body });
    const lie = url.pathname.startsWith("/v1/uploads/") ? this.#uploads : undefined;
    const lied = lie?.({ method, bytes: bytesOf(init.body), offset: offsetIn(init) });
    if (lied !== undefined) return lied;
    const answer = await this.traffic.fetch(input, init);
    if (route === undefined) return answer;
    const invented = this.#invented.get(route);
    if (invented !== undefined)
      return Response.json(await invented(url.pathname, url.searchParams));
    if (!answer.ok) return answer;
    try {
      return await this.#tampered(route, answer, url);
    } catch (error) {
      this.#failed ??= error;
      throw error;
    }
  };

  async #tampered(route: RouteName, answer: Response, url: URL): Promise<Response> {
    const { pathname: path, searchParams } = url;
    const [json, bytes] = [this.#json.get(route), this.#bytes.get(route)];
    if (json !== undefined) {
      return again(
        answer,
        JSON.stringify(await json((await answer.json()) as Loose, path, searchParams)),
      );
    }
    if (bytes === undefined) return answer;
    return again(answer, bytes(new Uint8Array(await answer.arrayBuffer()), path));
  }
}

function bytesOf(body: RequestInit["body"]): Uint8Array {
  return ArrayBuffer.isView(body)
    ? new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice()
    : new Uint8Array();
}

function offsetIn({ headers }: RequestInit): number {
  return Number(new Headers(headers).get("Upload-Offset") ?? 0);
}

function routeOf(method: string, path: string): RouteName | undefined {
  const names = Object.keys(routes) as RouteName[];
  return names.find((name) => {
    const route = routes[name];
    const pattern = new RegExp(`^${route.path.replace(/:\w+/g, "[^/]+")}$`);
    return route.method === method && pattern.test(path);
  });
}

function again(answer: Response, body: string | Uint8Array<ArrayBuffer>): Response {
  const headers = new Headers(answer.headers);
  headers.delete("content-length");
  headers.delete("content-encoding");
  return new Response(body, { status: answer.status, headers });
}
