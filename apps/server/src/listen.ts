import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer, Server as TlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { createApp } from "./app.ts";
import { PATIENCE, type Patience } from "./patience.ts";
import type { Tls } from "./tls.ts";

export interface Listening {
  readonly port: number;
  /** Answers what has been asked, then ends. */
  close(): Promise<void>;
}

export interface ListenOptions {
  readonly app: ReturnType<typeof createApp>;
  /** 0 takes a free one. */
  readonly port: number;
  /** Absent: every address of this machine. */
  readonly host: string | undefined;
  readonly tls: Tls | undefined;
  /** How often a certificate is read or made anew; for tests. */
  readonly renewMs?: number;
  readonly patience?: Patience;
}

const STOP_MS = 10_000;
/** A machine that changed networks has other addresses, and given files are renewed by others. */
const RENEW_MS = 3_600_000;

/** Starts answering, by HTTP or by TLS 1.2 or better. */
export async function listen(options: ListenOptions): Promise<Listening> {
  const { app, port, host, tls } = options;
  const http =
    tls === undefined
      ? createAdaptorServer({ fetch: app.fetch, createServer })
      : createAdaptorServer({
          fetch: app.fetch,
          createServer: createTlsServer,
          serverOptions: { ...(await tls.context()), minVersion: "TLSv1.2" },
        });
  const server = http as Server | TlsServer;
  server.requestTimeout = 0;
  server.headersTimeout = 30_000;
  server.keepAliveTimeout = 65_000;
  server.timeout = (options.patience ?? PATIENCE).idleMs;
  server.prependListener("request", (incoming, outgoing) => {
    dropTwoHosts(incoming);
    closeBehindBody(incoming, outgoing);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve());
  });
  const renewing = setInterval(() => void renew(server, tls), options.renewMs ?? RENEW_MS);
  renewing.unref();
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      clearInterval(renewing);
      await close(server);
    },
  };
}

/** Two hosts are none (RFC 9112 section 3.2): what stands before this server may have taken the other one. */
function dropTwoHosts({ headers, rawHeaders }: IncomingMessage): void {
  const hosts = rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === "host");
  if (hosts.length > 1) delete headers.host;
}

/** A body where none is taken is not read: its connection ends with the answer, and not when its sender likes. */
function closeBehindBody({ method, headers }: IncomingMessage, outgoing: ServerResponse): void {
  if (method !== "GET" && method !== "HEAD") return;
  const length = headers["content-length"] ?? "0";
  if (length !== "0" || headers["transfer-encoding"] !== undefined)
    outgoing.shouldKeepAlive = false;
}

/** New connections get the newest certificate; where none can be had they get the last one. */
async function renew(server: Server | TlsServer, tls: Tls | undefined): Promise<void> {
  if (tls === undefined || !(server instanceof TlsServer)) return;
  const context = await tls.context().catch(() => undefined);
  if (context !== undefined) server.setSecureContext({ ...context, minVersion: "TLSv1.2" });
}

async function close(server: Server | TlsServer): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // What is at work becomes idle one by one.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const late = setTimeout(() => server.closeAllConnections(), STOP_MS);
  await closed;
  clearTimeout(late);
  clearInterval(idle);
}
