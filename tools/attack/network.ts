import { type RouteAnswer, type RouteName, routes } from "@ecrin/protocol";

/** An answer as JSON, free to be changed. */
export type Loose = { [name: string]: unknown };
/** Changes an answer on its way to the victim. */
export type Tamper = (answer: Loose, path: string) => Loose | Promise<Loose>;
type TamperBytes = (bytes: Uint8Array<ArrayBuffer>, path: string) => Uint8Array<ArrayBuffer>;

/** What the victim's requests looked like, for looking for secrets in them. */
export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: string;
  readonly body: string;
}

/**
 * The server as its victim meets it: the real one, with answers changed by a
 * case. It sees every request and keeps them.
 */
export class HostileNetwork {
  readonly sent: Sent[] = [];
  readonly #json = new Map<RouteName, Tamper>();
  readonly #bytes = new Map<RouteName, TamperBytes>();

  /** Changes the answers of a route of the table. */
  answer(route: RouteName, tamper: Tamper): void {
    this.#json.set(route, tamper);
  }

  /** Changes the bytes that a route hands out. */
  bytes(route: RouteName, tamper: TamperBytes): void {
    this.#bytes.set(route, tamper);
  }

  /** Honest again. */
  calm(): void {
    this.#json.clear();
    this.#bytes.clear();
  }

  readonly fetch: typeof globalThis.fetch = async (input, init = {}) => {
    const url = new URL(String(input));
    const method = init.method ?? "GET";
    const body = typeof init.body === "string" ? init.body : "";
    this.sent.push({ method, url: String(url), headers: JSON.stringify(init.headers ?? {}), body });
    const answer = await fetch(input, init);
    const name = routeOf(method, url.pathname);
    if (name === undefined || !answer.ok) return answer;
    const [json, bytes] = [this.#json.get(name), this.#bytes.get(name)];
    if (json !== undefined) {
      return again(
        answer,
        JSON.stringify(await json((await answer.json()) as Loose, url.pathname)),
      );
    }
    if (bytes !== undefined)
      return again(answer, bytes(new Uint8Array(await answer.arrayBuffer()), url.pathname));
    return answer;
  };
}

/** An answer of the table, as its own type, for cases that build one. */
export function typed<Name extends RouteName>(answer: Loose): RouteAnswer<Name> {
  return answer as RouteAnswer<Name>;
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
