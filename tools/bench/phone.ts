// A phone, as far as a machine can play one: a line on which every byte takes its time, and a browser
// whose page, with its worker, runs a part of the time only. Chromium's own slowing down of a
// processor leaves workers alone, and the worker is where a record is opened.

import { fork } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { Browser } from "playwright-core";

/** A line to a server of this machine. */
export interface Line {
  readonly url: string;
  /** Milliseconds until an answer could come. */
  roundTrip: number;
  close(): void;
}

/** A line that is quick until a round trip is said. A connection costs one more before its first byte, as its handshake would. */
export async function lineTo(server: string): Promise<Line> {
  const { port } = new URL(server);
  const open = new Set<Socket>();
  const entrance = createServer((here) => {
    const there = connect(Number(port), "127.0.0.1");
    for (const socket of [here, there]) {
      open.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => open.delete(socket));
    }
    passOn(here, there, line.roundTrip, () => line.roundTrip / 2);
    passOn(there, here, 0, () => line.roundTrip / 2);
  });
  entrance.listen(0, "127.0.0.1");
  await once(entrance, "listening");
  const line: Line = {
    url: `http://localhost:${(entrance.address() as AddressInfo).port}`,
    roundTrip: 0,
    close() {
      entrance.close();
      for (const socket of open) socket.destroy();
    },
  };
  return line;
}

/** Hands on what arrives, in its order, each part after a while. */
function passOn(from: Socket, to: Socket, handshake: number, delay: () => number): void {
  const ready = Date.now() + handshake;
  let last = 0;
  const later = (work: () => void) => {
    last = Math.max(last, Math.max(ready, Date.now()) + delay());
    setTimeout(work, last - Date.now());
  };
  from.on("data", (bytes) => later(() => to.write(bytes)));
  from.on("end", () => later(() => to.end()));
}

/** Has the pages of a browser run one part in `factor` of the time, until the answer is called. */
export async function slowDown(browser: Browser, factor: number): Promise<() => Promise<void>> {
  const devtools = await browser.newBrowserCDPSession();
  const { processInfo } = await devtools.send("SystemInfo.getProcessInfo");
  await devtools.detach();
  const pids = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
  if (pids.length === 0) throw new RangeError("the browser tells of no page");
  const child = fork(new URL("./phone-child.ts", import.meta.url), [
    JSON.stringify({ pids, factor }),
  ]);
  await once(child, "message");
  return async () => {
    const ended = once(child, "exit");
    child.disconnect();
    await ended;
  };
}
