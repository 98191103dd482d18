import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { cosignatureLine, formatLine, SIZE_TYPE, type VerifierKey } from "@ecrin/protocol";
import { openWitness, type Said, type Witness, type WitnessOptions } from "./witness.ts";

/** What a test can make it do wrong. */
export type WitnessWrong =
  /** No answer at all. */
  | "slow"
  | "gone"
  | "garbage"
  | "endless"
  /** A line in its name that it did not sign. */
  | "another signature"
  /** It says it has seen more than there is. */
  | "ahead"
  /** It forgets what it has seen, and says so each time. */
  | "never there";

export interface RunningWitness extends Witness {
  readonly url: string;
  wrong: WitnessWrong | undefined;
  /** Requests so far. */
  readonly asked: number;
  stop(): Promise<void>;
}

/** Starts a witness on this machine. */
export async function startWitness(options: WitnessOptions, port = 0): Promise<RunningWitness> {
  const witness = await openWitness(options);
  let asked = 0;
  const server = createServer((request, response) => {
    void serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const running: RunningWitness = {
    ...witness,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    wrong: undefined,
    get asked() {
      return asked;
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "";
    if (request.method === "GET") {
      const [, hash = "", end] = path.split("/");
      const note = end === "checkpoint" ? await witness.last(hash) : undefined;
      return send(response, { status: note === undefined ? 404 : 200, body: note ?? "" });
    }
    if (request.method !== "POST" || path !== "/add-checkpoint")
      return send(response, { status: 404, body: "" });
    asked += 1;
    const { wrong } = running;
    if (wrong === "slow") return;
    if (wrong === "gone") return void request.destroy();
    if (wrong === "endless") return send(response, { status: 200, body: "— ".repeat(100_000) });
    const body = await text(request);
    send(response, wrong === undefined ? await witness.add(body) : lieTo(wrong, witness.key));
  }

  return running;
}

function lieTo(wrong: WitnessWrong, key: VerifierKey): Said {
  const type = SIZE_TYPE;
  if (wrong === "ahead") return { status: 409, type, body: "999999999\n" };
  if (wrong === "never there") return { status: 409, type, body: "0\n" };
  if (wrong === "garbage") return { status: 200, body: "<html>please pay</html>\n" };
  const line = cosignatureLine(key, Math.floor(Date.now() / 1000), new Uint8Array(64));
  return { status: 200, body: formatLine(line) };
}

function send(response: ServerResponse, { status, type, body }: Said): void {
  response.writeHead(status, { "content-type": type ?? "text/plain; charset=utf-8" }).end(body);
}
