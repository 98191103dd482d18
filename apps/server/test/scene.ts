import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { firstEvent } from "./first-event.ts";
import type { TestServer } from "./harness.ts";
import { type Made, makersOf } from "./makers.ts";
import { Person, proofOf, type Seat, type Signer, type Twist } from "./person.ts";
import type { Preparation, Step } from "./scenario.ts";

type Makers = ReturnType<typeof makersOf>;

const HOUR = 3_600_000;
const PLACEHOLDER = /\{\{([\w.]+)\}\}/g;

/** An answer, as JSON, the first event of a stream, or bytes. */
export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A request that has not been sent, but for the proof of its session. */
export interface Asked {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of the server. */
  readonly url: string;
  readonly seat?: Seat;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** How its proof differs from a right one. */
  readonly twist?: Twist;
}

/** One file of scenarios being told: its names, and what they stand for. */
export class Scene {
  readonly #server: TestServer;
  readonly #makers: Makers;
  readonly #names = new Map<string, Made>();

  constructor(server: TestServer) {
    this.#server = server;
    this.#makers = makersOf(server);
  }

  async prepare(preparation: Preparation): Promise<void> {
    if (preparation.kind === "wait") {
      this.#server.clock.at += preparation.milliseconds;
      return;
    }
    const { name, maker, given } = preparation;
    assert.ok(Object.hasOwn(this.#makers, maker), `there is no ${maker}`);
    const make: (...given: never[]) => Made | Promise<Made> = this.#makers[maker as keyof Makers];
    const values = splitArguments(given).map((each) => this.#argument(each));
    this.#names.set(name, await make(...(values as never[])));
  }

  /** The request of a step, not yet sent. */
  async ask(step: Step): Promise<Asked> {
    const url = this.#server.url;
    const headers: Record<string, string> = {};
    let seat: Seat | undefined;
    for (const [name, value] of step.headers) {
      const [, who] = /^\{\{(\w+)\.proof\}\}$/.exec(value) ?? [];
      if (who === undefined) headers[name.toLowerCase()] = this.#text(value);
      else seat = this.#seat(who);
    }
    const body = this.#body(step.body);
    const asked = { method: step.method, target: this.#text(step.target), headers, url };
    if (seat !== undefined) {
      // Its token goes out with its proof.
      delete headers.authorization;
      await this.#refresh(seat);
    }
    return {
      ...asked,
      ...(seat === undefined ? {} : { seat }),
      ...(body === undefined ? {} : { body }),
    };
  }

  /** Sends the request of a step, with a proof of its own each time. */
  async send(step: Step): Promise<Told> {
    return await deliver(await this.ask(step), this.#server.clock.at);
  }

  /** The keys of everybody in the scene. */
  signers(): Signer[] {
    return [...this.#names.values()].flatMap(({ value }) =>
      value instanceof Person ? [value.deviceSigner, value.kitSigner, value.identitySigner] : [],
    );
  }

  /** Checks what a step expects of its answer beside status and code. */
  check(step: Step, told: Told): void {
    for (const expectation of step.expected) this.#expect(expectation, told);
  }

  /** The server has said yes: whatever stood in the request learns it, and names are kept. */
  accept(step: Step, told: Told): void {
    const answer = told.body;
    const known = typeof answer === "object" && answer !== null ? { ...answer } : {};
    for (const [, path = ""] of step.body.matchAll(PLACEHOLDER)) {
      this.#names.get(path.split(".")[0] ?? "")?.accepted?.(known);
    }
    for (const { name, path } of step.kept) {
      // An upload's id is the end of its path.
      const location = told.headers.get("location")?.split("/").at(-1);
      const value = path === "location" ? location : at(answer, path);
      assert.notEqual(value, undefined, `there is no ${path} to keep`);
      this.#names.set(name, { value });
    }
  }

  #expect(expectation: string, { headers, body }: Told): void {
    const [, header, bytes] = /^(?:header (\S+)|bytes (\S+))$/.exec(expectation) ?? [];
    const [, list = "", count] = /^(\S+) has (\d+)$/.exec(expectation) ?? [];
    const [, path = "", value] = /^(\S+) = (.+)$/.exec(expectation) ?? [];
    if (header !== undefined) assert.ok(headers.has(header), expectation);
    else if (bytes !== undefined) assert.deepEqual(body, this.#value(bytes), expectation);
    else if (count !== undefined) {
      assert.equal(
        (at(body, list) as { length?: number } | undefined)?.length,
        Number(count),
        list,
      );
    } else if (value !== undefined) this.#expectValue(body, path, this.#json(value));
    else assert.notEqual(at(body, expectation), undefined, `there is no ${expectation}`);
  }

  /** `a.*.b`: any of them. */
  #expectValue(body: unknown, path: string, value: unknown): void {
    const [list = "", rest] = path.split(".*.");
    if (rest === undefined) return void assert.deepEqual(at(body, path), value, path);
    const found = (at(body, list) as unknown[]).map((each) => at(each, rest));
    assert.ok(
      found.some((each) => isDeepStrictEqual(each, value)),
      path,
    );
  }

  /** A name, or JSON with placeholders. */
  #argument(text: string): unknown {
    return /^[A-Za-z]\w*(\.\w+)*$/.test(text) ? this.#value(text) : this.#json(text);
  }

  #json(text: string): unknown {
    return JSON.parse(this.#filled(text));
  }

  #filled(text: string): string {
    return text.replace(PLACEHOLDER, (_, path: string) => JSON.stringify(this.#value(path)));
  }

  /** In a path or header a placeholder stands for its text. */
  #text(text: string): string {
    return text.replace(PLACEHOLDER, (_, path: string) => String(this.#value(path)));
  }

  #body(text: string): string | Uint8Array<ArrayBuffer> | undefined {
    if (text === "") return undefined;
    const [, path] = /^< \{\{([\w.]+)\}\}$/.exec(text) ?? [];
    return path === undefined
      ? this.#filled(text)
      : new Uint8Array(Buffer.from(this.#value(path) as Buffer));
  }

  #value(path: string): unknown {
    const now = this.#server.clock.at;
    const times: Record<string, number> = {
      now,
      tomorrow: now + 24 * HOUR,
      yesterday: now - 24 * HOUR,
    };
    if (Object.hasOwn(times, path)) return times[path];
    const [name = "", ...rest] = path.split(".");
    const made = this.#names.get(name);
    assert.ok(made !== undefined, `nobody has said what ${name} is`);
    if (rest[0] === "token") return this.#seat(name).token;
    return at(made.value, rest.join("."));
  }

  #seat(name: string): Seat {
    const value = this.#names.get(name)?.value;
    if (value instanceof Person) return value.seat;
    assert.ok(
      typeof value === "object" && value !== null && "seat" in value,
      `${name} has no seat`,
    );
    return value.seat as Seat;
  }

  async #refresh(seat: Seat): Promise<void> {
    const now = this.#server.clock.at;
    if (now - (seat.nonceAt ?? 0) > 0.15 * HOUR) await this.#server.line.refreshNonce(seat);
  }
}

/** The headers of a request as they go out, with a fresh proof of its session. */
export function headersOf(
  { method, target, headers, url, seat, twist }: Asked,
  now: number,
): Record<string, string> {
  if (seat === undefined) return { ...headers };
  const dpop = twist?.proof ?? proofOf(seat, method, url + target.replace(/\?.*/, ""), now, twist);
  return { ...headers, authorization: `DPoP ${seat.token}`, dpop };
}

/** Sends a request; its seat keeps the nonce that comes back. */
export async function deliver(asked: Asked, now: number): Promise<Told> {
  const { method, target, url, seat, body } = asked;
  const response = await fetch(url + target, {
    method,
    headers: headersOf(asked, now),
    ...(body === undefined ? {} : { body }),
  });
  const nonce = response.headers.get("ecrin-nonce");
  if (seat !== undefined && nonce !== null) Object.assign(seat, { nonce, nonceAt: now });
  return { status: response.status, headers: response.headers, body: await bodyOf(response) };
}

async function bodyOf(response: Response): Promise<unknown> {
  const type = response.headers.get("content-type") ?? "";
  if (type === "text/event-stream") return await firstEvent(response);
  const bytes = Buffer.from(await response.arrayBuffer());
  // What answers HEAD is as long as the type of its body says, and empty.
  if (bytes.length === 0) return null;
  return type.includes("json") ? JSON.parse(bytes.toString()) : bytes;
}

/** What stands at `a.0.b`. */
function at(value: unknown, path: string): unknown {
  if (path === "") return value;
  return path.split(".").reduce<unknown>((held, step) => {
    if (typeof held !== "object" || held === null) return undefined;
    return (held as Record<string, unknown>)[step];
  }, value);
}

/** `a, {"b": [1, 2]}, c` at its outer commas. */
function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (const [i, c] of [...text].entries()) {
    if (c === '"') quoted = !quoted;
    else if (quoted) continue;
    else if ("{[".includes(c)) depth += 1;
    else if ("}]".includes(c)) depth -= 1;
    else if (c === "," && depth === 0) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return [...parts, text.slice(start)].map((each) => each.trim()).filter((each) => each !== "");
}
