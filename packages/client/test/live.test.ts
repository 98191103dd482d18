// Journals as they grow: what comes is fetched and checked as always, whoever wrote it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { utf8 } from "@ecrin/protocol";
import { eventsOf } from "../src/events.ts";
import {
  type Account,
  type Growth,
  type HealthRecord,
  type JournalLine,
  signIn,
} from "../src/index.ts";
import { type Ground, newPerson, type Person, refusal, startGround } from "./ground.ts";

/** Many looks of the server's at what has grown. */
const QUIET_MS = 400;
const PACE = { leaves: 1, ms: 0, epoch: { leaves: 1000, ms: 3_600_000 }, tick: 25 };

let ground: Ground;
let alice: Person;
let doctor: Person;
let record: HealthRecord;
/** What is done to answers of the doctor's device. */
let tamper: (path: string, answer: Response) => Promise<Response> | Response = (_, answer) =>
  answer;

before(async () => {
  ground = await startGround(undefined, { pace: PACE, live: { look: 20, beat: 200 } });
  alice = await newPerson(ground);
  doctor = await newPerson(ground, "Dr Roche", async (...ask) =>
    tamper(new URL(String(ask[0])).pathname, await globalThis.fetch(...ask)),
  );
  for (const [a, b] of [
    [alice, doctor],
    [doctor, alice],
  ] as const)
    await a.account.contacts().verify(await b.account.contacts().code(), "known");
  record = await alice.account.record();
});
after(() => ground.stop());

const add = (title: string) => record.add({ title, mediaType: "text/plain", content: utf8(title) });

/** Takes what comes until `enough`, and ends. */
async function take<Line>(
  growths: AsyncGenerator<Growth<Line>>,
  stop: AbortController,
  enough: (growth: Growth<Line>, i: number) => boolean | Promise<boolean>,
): Promise<Growth<Line>[]> {
  const taken: Growth<Line>[] = [];
  for await (const growth of growths) {
    taken.push(growth);
    if (await enough(growth, taken.length)) stop.abort();
  }
  return taken;
}

test("what another does shows by itself, checked; and watching ends when it is ended", async () => {
  const item = await add("vu en direct");
  const until = ground.now() + 3_600_000;
  await record.share({ with: doctor.account.id, items: [item], until });
  const [shared] = await doctor.account.sharedWithMe();
  const revision = shared?.items[0]?.fact.revision ?? assert.fail();
  const stop = new AbortController();
  const growths = record.watchJournal({ signal: stop.signal });
  const taken = await take(growths, stop, async ({ lines, fresh }, i) => {
    if (i === 1) {
      assert.equal(fresh, 0);
      await shared?.open(revision);
      return false;
    }
    return lines.at(-1)?.kind === "opening";
  });
  const last: JournalLine = taken.at(-1)?.lines.at(-1) ?? assert.fail();
  assert.equal(last.actor.account, doctor.account.id);
  assert.equal(last.statement, "signed-by-reader");
  assert.equal(
    taken.slice(1).reduce((sum, { fresh }) => sum + fresh, 0),
    (taken.at(-1)?.lines.length ?? 0) - (taken[0]?.lines.length ?? 0),
  );
});

test("a professional sees what they did, and nothing of what others did", async () => {
  const acts = await doctor.account.acts();
  assert.deepEqual(
    acts.map(({ kind }) => kind).filter((kind) => kind !== "listing"),
    ["opening"],
  );
  const opening = acts.at(-1) ?? assert.fail();
  assert.equal(opening.subject, record.space);
  assert.equal(opening.statement, "signed-by-reader");
  assert.ok(acts.every(({ actor }) => actor.account === doctor.account.id));
  assert.deepEqual(await alice.account.acts(), []);
});

test("acts show by themselves, whichever device they are done on", async () => {
  const [shared] = await doctor.account.sharedWithMe();
  await alice.account.record();
  await record.addMember(doctor.account.id, { role: "writer" });
  const stop = new AbortController();
  const hers = await doctor.account.recordOf(record.space);
  const taken = await take(
    doctor.account.watchActs({ signal: stop.signal }),
    stop,
    async (growth, i) => {
      if (i === 1) {
        await hers.add({ title: "note", mediaType: "text/plain", content: utf8("note") });
        return false;
      }
      return growth.lines.at(-1)?.kind === "upload";
    },
  );
  assert.ok(taken.length > 1 && shared !== undefined);
  // What was done stays to be seen by who did it, also after the right has ended.
  await record.endMember(doctor.account.id);
  assert.equal((await doctor.account.acts()).at(-1)?.kind, "upload");
});

const GROWTH =
  "growth is told beyond the last line that one has, and of a stream where one has none";

test(GROWTH, { timeout: 120_000 }, async () => {
  const own = await doctor.account.record();
  const last = async () => (await own.journal()).at(-1)?.n ?? assert.fail();
  /** How often growth is told, once the stream has stood for a while and after something is done. */
  const told = async (mark: number | undefined, act?: () => Promise<unknown>) => {
    const [stands, stop] = [Promise.withResolvers<void>(), new AbortController()];
    tamper = (path, answer) => {
      if (path.endsWith("/events")) stands.resolve();
      return answer;
    };
    let times = 0;
    const listening = (async () => {
      const listen = { signal: stop.signal, last: () => mark };
      for await (const _ of own.growth(listen)) times += 1;
    })();
    await stands.promise;
    await sleep(QUIET_MS);
    const before = times;
    await act?.();
    for (let i = 0; act !== undefined && times === before && i < 200; i++) await sleep(25);
    stop.abort();
    await listening;
    return [before > 0, times > before];
  };
  try {
    const had = await last();
    const note = { title: "mine", mediaType: "text/plain", content: utf8("mine") };
    assert.deepEqual(await told(had, () => own.add(note)), [false, true]);
    // What came while nobody listened.
    assert.deepEqual(await told(had), [true, false]);
    assert.deepEqual(await told(await last()), [false, false]);
    assert.deepEqual(await told(undefined), [true, false]);
    // One that broke off and stands anew: what it would say of a shorter journal is nothing.
    const newest = await last();
    let asked = 0;
    tamper = (path, answer) => {
      if (!path.endsWith("/events") || asked++ > 0) return answer;
      return new Response("", { headers: { "Content-Type": "text/event-stream" } });
    };
    const stop = new AbortController();
    for await (const _ of own.growth({ signal: stop.signal, last: () => newest })) stop.abort();
    assert.equal(asked, 2);
  } finally {
    tamper = (_, answer) => answer;
  }
});

test("an act that is not this account's, or not in the log, is an alarm", async () => {
  type Told = { entries: { index: number; salt: string; entry: string }[] };
  const lying = (lie: (told: Told) => unknown) => {
    tamper = async (path, answer) =>
      path === "/v1/acts" ? Response.json(lie((await answer.json()) as Told)) : answer;
  };
  try {
    lying((told) => ({
      entries: told.entries.map((each) => ({
        ...each,
        entry: each.entry.replaceAll(doctor.account.id, alice.account.id),
      })),
    }));
    await assert.rejects(doctor.account.acts(), refusal("fork"));
    lying((told) => ({
      entries: told.entries.map((each) => ({ ...each, salt: "A".repeat(43) })),
    }));
    await settled(doctor.account);
    await assert.rejects(doctor.account.acts(), refusal("entry-missing"));
    lying((told) => ({ entries: [...told.entries, ...told.entries] }));
    await assert.rejects(doctor.account.acts(), refusal("fork"));
  } finally {
    tamper = (_, answer) => answer;
  }
});

/** Waits until the log covers everything. */
async function settled(account: Account): Promise<void> {
  for (let tried = 0; (await account.checkLog()).waiting > 0; tried++) {
    assert.ok(tried < 200, "the log is not signed");
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
}

test("who manages no more is refused when the stream has ended", async () => {
  await record.addMember(doctor.account.id, { role: "manager" });
  const hers = await doctor.account.recordOf(record.space);
  const growths = hers.watchJournal();
  await growths.next();
  await record.endMember(doctor.account.id);
  await assert.rejects(growths.next(), refusal("not-found"));
});

test("a connection that breaks is made again, and nothing is missed", async () => {
  const { url: server, now } = ground;
  const { store, password } = doctor;
  let broken = 0;
  const account = await signIn({
    server,
    now,
    store,
    password,
    fetch: async (...ask) => {
      const isStream = String(ask[0]).endsWith("/events");
      if (isStream && broken++ < 1) throw new TypeError("cut off");
      return await globalThis.fetch(...ask);
    },
  });
  const stop = new AbortController();
  const own = await account.record();
  const taken = await take(own.watchJournal({ signal: stop.signal }), stop, async (_, i) => {
    if (i === 1) await own.add({ title: "x", mediaType: "text/plain", content: utf8("x") });
    return i > 1;
  });
  assert.ok(taken.length > 1 && broken === 2);
});

test("events are read in whatever pieces they come, and a line that never ends is refused", async () => {
  const text = "retry: 3000\n\nevent: grown\nid: 4\ndata:\n\n:\n\nevent: other\n\n";
  for (const size of [1, 7, 1000]) {
    const said = await all(eventsOf(pieces(text, size)));
    assert.deepEqual(said, ["grown", "beat", "other"]);
  }
  const endless = all(eventsOf(pieces("x".repeat(5000), 500)));
  await assert.rejects(endless, refusal("bad-answer"));
});

async function all(events: AsyncIterable<string>): Promise<string[]> {
  const said: string[] = [];
  for await (const each of events) said.push(each);
  return said;
}

async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < text.length; i += size)
    yield await Promise.resolve(utf8(text.slice(i, i + size)));
}
