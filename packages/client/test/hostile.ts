type Json = Record<string, unknown>;

/** An answer on its way back, to be changed at will. */
export type Tamper = (answer: Json, sent: Json) => Json | Promise<Json>;

/** What went over the line. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly sent: string;
  readonly headers: string;
}

/**
 * A network under somebody's control: answers can be changed, requests
 * rewritten, either can be lost.
 */
export class HostileNetwork {
  readonly exchanges: Exchange[] = [];
  readonly #answers = new Map<string, Tamper>();
  readonly #requests = new Map<string, (sent: Json) => Json>();
  readonly #lost = new Map<string, "request" | "answer">();

  /** Changes every answer to `POST /v1/…`, named by method and path without ids. */
  answering(route: string, tamper: Tamper): void {
    this.#answers.set(route, tamper);
  }

  /** Changes what the server gets to see. */
  rewriting(route: string, rewrite: (sent: Json) => Json): void {
    this.#requests.set(route, rewrite);
  }

  /** Loses the next request of a route, or its answer once the server has acted. */
  losing(route: string, what: "request" | "answer"): void {
    this.#lost.set(route, what);
  }

  /** Everything honest again. */
  calm(): void {
    this.#answers.clear();
    this.#requests.clear();
    this.#lost.clear();
  }

  /** How often a route was asked. */
  count(route: string): number {
    return this.exchanges.filter(({ method, path }) => `${method} ${path}` === route).length;
  }

  readonly fetch: typeof globalThis.fetch = async (input, init = {}) => {
    const url = new URL(String(input));
    const method = init.method ?? "GET";
    const route = `${method} ${url.pathname}`;
    const text = typeof init.body === "string" ? init.body : "";
    const headers = JSON.stringify(init.headers ?? {});
    this.exchanges.push({ method, path: url.pathname, sent: text, headers });
    const sent: Json = text === "" ? {} : JSON.parse(text);
    const rewrite = this.#requests.get(route);
    const lost = this.#lost.get(route);
    this.#lost.delete(route);
    if (lost === "request") throw new TypeError("fetch failed");
    const body = rewrite === undefined ? init.body : JSON.stringify(rewrite(sent));
    const answer = await fetch(input, body == null ? init : { ...init, body });
    if (lost === "answer") throw new TypeError("fetch failed");
    const tamper = this.#answers.get(route);
    if (tamper === undefined || !answer.ok) return answer;
    const changed = await tamper((await answer.json()) as Json, sent);
    const { status, headers: given } = answer;
    const kept = new Headers(given);
    kept.delete("content-length");
    kept.delete("content-encoding");
    return new Response(JSON.stringify(changed), { status, headers: kept });
  };
}
