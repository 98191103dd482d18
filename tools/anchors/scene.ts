// A service with an authority and a calendar of its own, one person who acts, and the export of
// her journal: what tests of exports, and the peers, look at.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Account, bytesOf, type HealthRecord, memoryStore, signUp } from "@ecrin/client";
import { NO_LIMITS } from "../../apps/server/src/limits.ts";
import { startServer } from "../../apps/server/src/server.ts";
import { startAuthority } from "./authority.ts";
import { EASY_WORK, startCalendar } from "./calendar.ts";

export interface Scene {
  /** Its own, and gone with it. */
  readonly folder: string;
  readonly url: string;
  readonly alice: Account;
  readonly record: HealthRecord;
  /** DER. */
  readonly root: Uint8Array;
  someone(name: string): Promise<Account>;
  /** Opens everything: each opening is a read that Alice's device signs. */
  open(): Promise<void>;
  /** Waits until everything that has been written is stamped and in a block. */
  anchored(): Promise<void>;
  exported(since?: number): Promise<Uint8Array<ArrayBuffer>>;
  stop(): Promise<void>;
}

interface AnchorsTold {
  readonly anchors: readonly { readonly state: string; readonly size: number }[];
}

/**
 * Starts it, fills a record, opens it, and waits until all of that is stamped and in a block.
 * @param through what Alice's device fetches with, where a test lies to it
 */
export async function startScene(through?: typeof fetch): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), "ecrin-export-"));
  const authority = await startAuthority("Horodatage Test");
  const calendar = await startCalendar();
  const server = await startServer({
    dataDir: join(folder, "data"),
    port: 0,
    limits: NO_LIMITS,
    pace: { leaves: 1, ms: 0, epoch: { leaves: 8, ms: 1000 }, tick: 50 },
    anchorPace: { round: 100, retry: 200, longest: 400, pending: 200, due: { leaves: 1, ms: 0 } },
    anchors: {
      authorities: [{ name: "test", url: authority.url, roots: [authority.root] }],
      calendars: [calendar.url],
      headers: calendar.headers,
      leastWork: EASY_WORK,
      demonstration: true,
    },
  });
  const { url } = server;

  async function someone(name: string): Promise<Account> {
    const { account } = await signUp({
      server: url,
      address: `${name.toLowerCase()}@example.org`,
      password: `password of ${name}`,
      name,
      store: memoryStore(),
      ...(through === undefined ? {} : { fetch: through }),
    });
    return account;
  }

  async function anchored(): Promise<void> {
    const { size } = (await (await fetch(`${url}/v1/log`)).json()) as { size: number };
    for (let tried = 0; tried < 600; tried++) {
      calendar.mine(900);
      const told: AnchorsTold = await (await fetch(`${url}/v1/log/anchors`)).json();
      // All of them: which one comes before an entry is nobody's to choose.
      const isHeld = ({ state }: { state: string }) => state === "stamped" || state === "confirmed";
      const [newest] = told.anchors;
      if (newest !== undefined && newest.size >= size && told.anchors.every(isHeld)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.fail("never anchored");
  }

  const alice = await someone("Alice");
  const record = await alice.record();
  for (const title of ["un", "deux", "trois"]) {
    const content = new TextEncoder().encode(`document ${title}`);
    await record.add({ title, mediaType: "text/plain", content });
  }
  const open = async () => {
    for await (const { opened } of record.openAll()) await bytesOf(opened);
  };
  await open();
  await anchored();
  return {
    folder,
    url,
    alice,
    record,
    root: authority.root,
    someone,
    open,
    anchored,
    async exported(since) {
      const parts: Uint8Array[] = [];
      const asked = { language: "fr", ...(since === undefined ? {} : { since }) } as const;
      for await (const part of await record.exportJournal(asked)) parts.push(part);
      return new Uint8Array(Buffer.concat(parts));
    },
    async stop() {
      await server.stop();
      await Promise.all([authority, calendar].map((each) => each.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
