// A server with a fault of timing planted in front of it, for the tests of what notices one.

import { Agent, createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

export interface Slowed {
  readonly url: string;
  /** Milliseconds by which the chosen are answered later. */
  delay: number;
  stop(): Promise<void>;
}

/** Passes everything on to a server, and holds the answers to some requests back for a little. */
export async function startSlowed(
  url: string,
  isChosen: (body: Buffer) => boolean,
): Promise<Slowed> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const slowed = { url: "", delay: 0, stop };
  const server = createServer(async (asked, answer) => {
    const body = await buffer(asked);
    const told = await new Promise<IncomingMessage>((resolve, reject) => {
      const { method, headers } = asked;
      request(url + asked.url, { agent, method, headers }, resolve)
        .once("error", reject)
        .end(body);
    });
    const said = await buffer(told);
    // Both are looked at, so that looking takes both the same time.
    const until = performance.now() + (isChosen(body) ? slowed.delay : 0);
    while (performance.now() < until);
    answer.writeHead(told.statusCode ?? 500, told.headers).end(said);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  slowed.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return slowed;

  async function stop(): Promise<void> {
    agent.destroy();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }
}
