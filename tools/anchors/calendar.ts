// An OpenTimestamps calendar with a chain of its own, for tests and demonstrations. Its blocks
// take two hashes each: they prove nothing to anybody.

import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { concat, encodeOtsStamp, type OtsStamp, parseOtsStamp, sha256 } from "@ecrin/protocol";

/** Compact form of the easiest target there is. */
const EASY = 0x207fffff;
/** The work in it, in hashes. */
export const EASY_WORK = 2n;

/** What a test can make it do wrong. */
export type CalendarWrong =
  | "gone"
  | "slow"
  | "garbage"
  | "endless"
  | "promise of another"
  | "another root"
  | "another header"
  | "header without work";

export interface Calendar {
  /** Where digests go. */
  readonly url: string;
  /** Where headers are asked for. */
  readonly headers: string;
  wrong: CalendarWrong | undefined;
  /** Puts everything promised so far into blocks, from this height on. */
  mine(height: number): void;
  stop(): Promise<void>;
}

/** All that a calendar knows, in a file. */
export interface KeptCalendar {
  readonly port: number;
  /** In hex. */
  readonly promised: readonly string[];
  readonly confirmed: readonly { readonly message: string; readonly stamp: string }[];
  readonly blocks: readonly {
    readonly height: number;
    readonly hash: string;
    readonly header: string;
  }[];
}

interface Block {
  readonly height: number;
  readonly hash: string;
  readonly header: Uint8Array;
}

/**
 * @param kept where it goes on; otherwise it begins anew, at a port that is free
 * @param changed told of everything it knows, whenever that has grown
 */
export async function startCalendar(
  kept: KeptCalendar = { port: 0, promised: [], confirmed: [], blocks: [] },
  changed: (now: KeptCalendar) => unknown = () => undefined,
): Promise<Calendar> {
  const promised = new Map(kept.promised.map((each) => [each, bytesOf(each)]));
  const confirmed = new Map(
    kept.confirmed.map(({ message, stamp }) => [
      message,
      parseOtsStamp(bytesOf(stamp), bytesOf(message)),
    ]),
  );
  const blocks: Block[] = kept.blocks.map((each) => ({ ...each, header: bytesOf(each.header) }));

  const server = createServer((request, response) => {
    void serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(kept.port, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}`;
  const tell = () =>
    changed({
      port,
      promised: [...promised.keys()],
      confirmed: [...confirmed].map(([message, stamp]) => ({
        message,
        stamp: hex(encodeOtsStamp(stamp)),
      })),
      blocks: blocks.map((each) => ({ ...each, header: hex(each.header) })),
    });
  const calendar: Calendar = {
    url: base,
    headers: `${base}/api`,
    wrong: undefined,
    mine(height) {
      const before = blocks.length;
      for (const [hex, message] of promised) {
        if (confirmed.has(hex)) continue;
        const { stamp, block } = mineOne(message, height + blocks.length);
        confirmed.set(hex, stamp);
        blocks.push(block);
      }
      // What cannot be written now is mined again after the next start.
      if (blocks.length > before) Promise.resolve(tell()).catch(() => undefined);
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { wrong } = calendar;
    const send = (body: string | Uint8Array, status = 200) => response.writeHead(status).end(body);
    if (wrong === "gone") return void request.destroy();
    if (wrong === "slow") return;
    if (wrong === "garbage") return void send("<html>please pay</html>");
    if (wrong === "endless") return void send(new Uint8Array(200_000));
    const [, first = "", second = "", third = "", fourth] = (request.url ?? "").split("/");
    if (first === "digest") {
      const digest = await buffer(request);
      const bytes = new Uint8Array(randomBytes(16));
      const message = sha256(concat(digest, bytes));
      promised.set(hex(message), message);
      // Before it is promised: what ends here has promised nothing.
      await tell();
      const uri = wrong === "promise of another" ? "https://elsewhere.example" : base;
      return void send(encodeOtsStamp(pendingAfter(bytes, uri)));
    }
    if (first === "timestamp") {
      const stamp = confirmed.get(second);
      if (stamp === undefined) return void send("Pending confirmation in Bitcoin blockchain", 404);
      const said = wrong === "another root" ? under({ op: "sha256" }, stamp) : stamp;
      return void send(encodeOtsStamp(said));
    }
    const block = blocks.find(({ height, hash }) => third === String(height) || third === hash);
    if (block === undefined) return void send("no such block", 404);
    if (second === "block-height") return void send(block.hash);
    if (fourth !== "header") return void send("no such page", 404);
    if (wrong === "another header")
      return void send(hex(mineOne(sha256(block.header), 1).block.header));
    if (wrong === "header without work") {
      const header = new Uint8Array(block.header);
      header.set([0xff, 0xff, 0x7f, 0x03], 72);
      return void send(hex(header));
    }
    send(hex(block.header));
  }

  return calendar;
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, "hex"));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function pendingAfter(bytes: Uint8Array<ArrayBuffer>, uri: string): OtsStamp {
  const pending: OtsStamp = { attestations: [{ kind: "pending", uri }], branches: [] };
  return under({ op: "append", bytes }, under({ op: "sha256" }, pending));
}

function under(step: OtsStamp["branches"][number]["step"], stamp: OtsStamp): OtsStamp {
  return { attestations: [], branches: [{ step, stamp }] };
}

/** A block of one transaction that holds the message, as a calendar's does. */
function mineOne(message: Uint8Array, height: number): { stamp: OtsStamp; block: Block } {
  const prefix = new Uint8Array(randomBytes(40));
  const root = sha256(sha256(concat(prefix, message)));
  const stamp = under(
    { op: "prepend", bytes: prefix },
    under(
      { op: "sha256" },
      under({ op: "sha256" }, { attestations: [{ kind: "bitcoin", height }], branches: [] }),
    ),
  );
  const header = new Uint8Array(80);
  const view = new DataView(header.buffer);
  view.setUint32(0, 2, true);
  header.set(randomBytes(32), 4);
  header.set(root, 36);
  view.setUint32(68, Math.floor(Date.now() / 1000), true);
  view.setUint32(72, EASY, true);
  for (let nonce = 0; ; nonce++) {
    view.setUint32(76, nonce, true);
    const hash = sha256(sha256(header)).reverse();
    if ((hash[0] ?? 255) < 0x7f) return { stamp, block: { height, hash: hex(hash), header } };
  }
}
