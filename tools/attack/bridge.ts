// What a stage in a browser asks of its host in Node: one text there, one back, with bytes in
// base64url.

import { fromBase64url, toBase64url } from "@ecrin/protocol";
import type { Said } from "../capture/traffic.ts";
import type { Host } from "./host.ts";

type CallName = Exclude<keyof Host, "url" | "fetch">;
/** Carries a question to the host and its answer back. */
export type Ask = (question: string) => Promise<string>;

/** Of traffic, as much as goes over at once. */
const PIECE = 4 << 20;

interface Fetched {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array<ArrayBuffer>;
}

interface Fetching {
  readonly url: string;
  readonly method: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array<ArrayBuffer>;
}

/** The host as a stage in a browser has it. */
export function hostOver(url: string, ask: Ask): Host {
  const call = async <Answer>(name: CallName, ...given: readonly unknown[]): Promise<Answer> =>
    read(await ask(write([name, given]))) as Answer;
  return {
    url,
    async fetch(input, init) {
      const request = new Request(input, init);
      const body = new Uint8Array(await request.arrayBuffer());
      const { url: to, method, headers } = request;
      const fetching: Fetching = { url: to, method, headers: [...headers], body };
      const got = read(await ask(write(["fetch", [fetching]]))) as Fetched;
      return new Response(got.body, { status: got.status, headers: got.headers.map(pair) });
    },
    setAhead: (milliseconds) => call("setAhead", milliseconds),
    logSeed: () => call("logSeed"),
    witnesses: () => call("witnesses"),
    cosign: (request) => call("cosign", request),
    backup: () => call("backup"),
    start: (folder) => call("start", folder),
    end: (other) => call("end", other),
    exchangeReleaseKey: (folder) => call("exchangeReleaseKey", folder),
    bringKeys: (folder) => call("bringKeys", folder),
    otherSeeds: (folder) => call("otherSeeds", folder),
    wrapsForServer: (folder, space) => call("wrapsForServer", folder, space),
    remove: (folder) => call("remove", folder),
    sampleSizes: () => call("sampleSizes"),
    async tell(said) {
      for (const piece of inPieces(said)) await call("tell", piece);
    },
    look: (canaries) => call("look", canaries),
  };
}

/** Answers what a stage over there asks. */
export async function answerFor(host: Host, question: string): Promise<string> {
  const [name, given] = read(question) as [CallName | "fetch", never[]];
  if (name === "fetch") {
    const [asked] = given as Fetching[];
    if (asked === undefined) throw new RangeError("nothing to fetch");
    return write(await fetched(host, asked));
  }
  const method: (...given: never[]) => Promise<unknown> = host[name];
  return write((await method(...given)) ?? null);
}

async function fetched(host: Host, { url, method, headers, body }: Fetching): Promise<Fetched> {
  const given = body.length === 0 ? {} : { body };
  const answer = await host.fetch(url, { method, headers: headers.map(pair), ...given });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  return { status: answer.status, headers: [...answer.headers], body: bytes };
}

function pair([name, value]: readonly [string, string]): [string, string] {
  return [name, value];
}

function* inPieces(said: readonly Said[]): Generator<readonly Said[]> {
  let piece: Said[] = [];
  let size = 0;
  for (const each of said) {
    piece.push(each);
    size += each.bytes.length;
    if (size < PIECE) continue;
    yield piece;
    piece = [];
    size = 0;
  }
  yield piece;
}

const BYTES = "bytes in base64url";

function write(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    each instanceof Uint8Array ? { [BYTES]: toBase64url(each) } : each,
  );
}

function read(text: string): unknown {
  return JSON.parse(text, (_, each: unknown) => {
    if (typeof each !== "object" || each === null || !(BYTES in each)) return each;
    return fromBase64url(String(each[BYTES]));
  });
}
