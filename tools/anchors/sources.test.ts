// The sources of a service change: another authority, a demonstration that is none any more. Exports
// made afterwards hold all the same, and call nothing what it is not.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Account, checkExport, memoryStore, signIn, signUp } from "@ecrin/client";
import { bytesSource, type RouteAnswer } from "@ecrin/protocol";
import type { AnchorSources } from "../../apps/server/src/anchor-sources.ts";
import { NO_LIMITS } from "../../apps/server/src/limits.ts";
import { startServer } from "../../apps/server/src/server.ts";
import { type RunningAuthority, startAuthority } from "./authority.ts";
import { type Calendar, EASY_WORK, startCalendar } from "./calendar.ts";

const PASSWORD = "a password of hers";

let folder = "";
let first: RunningAuthority;
let second: RunningAuthority;
let calendar: Calendar;
const store = memoryStore();

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "ecrin-sources-"));
  [first, second] = [await startAuthority("First"), await startAuthority("Second")];
  calendar = await startCalendar();
});
after(async () => {
  await Promise.all([first, second, calendar].map((each) => each?.stop()));
  await rm(folder, { recursive: true, force: true });
});

/** The service on one data folder, with these sources, while something is done. */
async function served<T>(
  anchors: AnchorSources | undefined,
  work: (account: Account, url: string) => Promise<T>,
): Promise<T> {
  const server = await startServer({
    dataDir: join(folder, "data"),
    port: 0,
    limits: NO_LIMITS,
    pace: { leaves: 1, ms: 0, epoch: { leaves: 1000, ms: 3_600_000 }, tick: 25 },
    anchorPace: { round: 50, retry: 100, longest: 200, pending: 50, due: { leaves: 1, ms: 0 } },
    ...(anchors === undefined ? {} : { anchors }),
  });
  try {
    const who = { server: server.url, password: PASSWORD, store };
    const account =
      anchors?.authorities[0]?.name === "first"
        ? (await signUp({ ...who, address: "alice@example.org", name: "Alice" })).account
        : await signIn(who);
    const done = await work(account, server.url);
    await account.lock();
    return done;
  } finally {
    await server.stop();
  }
}

const demonstrating = (name: string, { url, root }: RunningAuthority): AnchorSources => ({
  authorities: [{ name, url, roots: [root] }],
  calendars: [calendar.url],
  headers: calendar.headers,
  leastWork: EASY_WORK,
  demonstration: true,
});

async function exported(account: Account) {
  const record = await account.record();
  await record.add({ title: "a", mediaType: "text/plain", content: new Uint8Array([65]) });
  const parts: Uint8Array[] = [];
  for await (const part of await record.exportJournal({ language: "en" })) parts.push(part);
  return bytesSource(new Uint8Array(Buffer.concat(parts)));
}

const told = async (url: string): Promise<RouteAnswer<"logAnchors">> =>
  await (await fetch(`${url}/v1/log/anchors`)).json();

/** Something more is written, and stamped and in a block. */
async function anchored(account: Account, url: string): Promise<void> {
  await exported(account);
  for (let tried = 0; ; tried++) {
    calendar.mine(900);
    const { anchors } = await told(url);
    const states = new Set(anchors.map(({ state }) => state));
    if (states.has("stamped") && states.has("confirmed")) return;
    assert.ok(tried < 400, "never anchored");
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

test("a time stamp of an authority that is configured no more holds in exports", async () => {
  await served(demonstrating("first", first), anchored);
  const said = await served(demonstrating("second", second), async (account, url) => {
    await anchored(account, url);
    return await checkExport(await exported(account), { leastWork: EASY_WORK });
  });
  const authorities = said.anchors.flatMap((each) =>
    each.kind === "time-stamp" ? each.authority : [],
  );
  assert.ok(authorities.includes("First"), authorities.join());
});

test("what a demonstration anchored is nothing to a service that is none", async () => {
  const said = await served(undefined, async (account, url) => {
    assert.deepEqual(await told(url), { configured: false, demonstration: false, anchors: [] });
    const lines = await (await account.record()).journal();
    assert.ok(lines.every(({ anchoring }) => anchoring.state === "none"));
    return await checkExport(await exported(account));
  });
  assert.deepEqual(
    [said.anchors, said.anchoredSize, said.manifest.demonstration],
    [[], 0, undefined],
  );
});
