// The time-stamping authority of tests and demonstrations, over HTTP.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { RESPONSE_TYPE } from "@ecrin/timestamp";
import { type Authority, makeAuthority, type Wrongs } from "@ecrin/timestamp/authority";

export interface RunningAuthority {
  readonly url: string;
  /** DER. */
  readonly root: Uint8Array;
  /** What it does wrong; `gone` and `slow` answer nothing. */
  wrong: Wrongs | "gone" | "slow" | "garbage" | undefined;
  stop(): Promise<void>;
}

export async function startAuthority(
  name: string,
  port = 0,
  made: Wrongs | Authority = {},
): Promise<RunningAuthority> {
  const authority = "answer" in made ? made : await makeAuthority(name, made);
  const server = createServer((request, response) => {
    void (async () => {
      const { wrong } = running;
      if (wrong === "gone") return void request.destroy();
      if (wrong === "slow") return;
      const asked = await buffer(request);
      response.setHeader("content-type", RESPONSE_TYPE);
      if (wrong === "garbage") return void response.end("not today");
      response.end(await authority.answer(new Uint8Array(asked), wrong ?? {}));
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const running: RunningAuthority = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    root: authority.root,
    wrong: undefined,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
  return running;
}
