// Holds the model of the server to the true one: every statement that real devices send goes to both,
// and both must say the same (spec/offline.md, Answers).

import { ClientError } from "@ecrin/client";
import type { NewRevision, Statement } from "@ecrin/protocol";
import type { ModelServer, Sender } from "./model-server.ts";

/** What both servers said of one thing that was sent. */
export interface Compared {
  readonly route: string;
  readonly real: string;
  readonly model: string;
}

/** Refusals of the session, which come before anything that was sent is looked at. The model has no sessions. */
const OF_THE_SESSION = new Set(["proof-refused", "not-signed-in", "rate-limited"]);

/** A device's line to the true server, which fails as it is told to, with the model beside. */
export class Bridge {
  readonly compared: Compared[] = [];
  /** The last revision that was taken. */
  taken: NewRevision | undefined;
  readonly #model: ModelServer;
  readonly #now: () => number;

  constructor(model: ModelServer, now: () => number) {
    this.#model = model;
    this.#now = now;
  }

  /** @param fails what happens to a request: it is lost, or its answer is */
  fetch(sender: Sender, fails: () => "request" | "answer" | undefined): typeof globalThis.fetch {
    return async (input, init) => {
      const how = fails();
      if (how === "request") throw new TypeError("the request is lost");
      const answer = await fetch(input, init);
      await this.#compare(sender, new URL(String(input)).pathname, init?.body, answer);
      if (how === "answer") throw new TypeError("the answer is lost");
      return answer;
    };
  }

  async #compare(sender: Sender, path: string, body: unknown, answer: Response): Promise<void> {
    const send =
      typeof body === "string" ? this.#sentTo(path, sender, JSON.parse(body)) : undefined;
    if (send === undefined) return;
    const real = await codeOf(answer);
    if (OF_THE_SESSION.has(real) || (await isOfTheProof(answer))) return;
    this.#model.now = this.#now();
    const model = await send().then(
      () => "yes",
      (error: unknown) => {
        if (error instanceof ClientError) return error.code;
        throw error;
      },
    );
    if (real === "yes") this.taken = JSON.parse(String(body)).revisions?.at(-1) ?? this.taken;
    this.compared.push({ route: path.split("/").at(-1) ?? "", real, model });
  }

  /** What of a request the model knows, as a call of it. */
  #sentTo(path: string, sender: Sender, body: Body): (() => Promise<void>) | undefined {
    if (/^\/v1\/spaces\/[^/]+\/revisions$/.test(path)) {
      return async () => await this.#model.post(sender, body.revisions ?? []);
    }
    const statement =
      path === "/v1/shares"
        ? body.source
        : /^\/v1\/spaces\/[^/]+\/statements$/.test(path)
          ? body.statement
          : /^\/v1\/shares\/[^/]+\/end$/.test(path)
            ? body.unshare
            : undefined;
    if (statement !== undefined) return () => this.#model.statement(sender, statement);
    const reads = path === "/v1/reads/declared" ? body.reads : undefined;
    return reads === undefined ? undefined : () => this.#model.declare(sender, reads);
  }
}

interface Body {
  readonly revisions?: readonly NewRevision[];
  readonly statement?: Statement;
  readonly source?: Statement;
  readonly unshare?: Statement;
  readonly reads?: readonly Statement[];
}

/** Whether the clock that was refused is that of the session's proof, which the model knows nothing of. */
async function isOfTheProof(answer: Response): Promise<boolean> {
  if (answer.ok) return false;
  const problem: unknown = await answer.clone().json();
  return typeof problem === "object" && problem !== null && "field" in problem
    ? problem.field === "header.dpop"
    : false;
}

async function codeOf(answer: Response): Promise<string> {
  if (answer.ok) return "yes";
  const problem: unknown = await answer.clone().json();
  const isNamed = typeof problem === "object" && problem !== null && "code" in problem;
  return isNamed ? String(problem.code) : "internal";
}
