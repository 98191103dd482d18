// The server's anchors against authorities and calendars that are slow, lie or are gone.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  isRootOf,
  openBlockHeader,
  otsAttested,
  parseOtsProof,
  sha256,
  utf8,
} from "@ecrin/protocol";
import { checkTimestamp } from "@ecrin/timestamp";
import { readAnchorSources } from "../../apps/server/src/anchor-sources.ts";
import {
  type AnchorOptions,
  type Anchors,
  anchoredAt,
  anchoredSize,
  listAnchors,
  PACE,
  startAnchors,
} from "../../apps/server/src/anchors.ts";
import {
  type Cluster,
  type Ground,
  layGround,
  startCluster,
} from "../../apps/server/test/harness.ts";
import { type RunningAuthority, startAuthority } from "./authority.ts";
import { type Calendar, type CalendarWrong, EASY_WORK, startCalendar } from "./calendar.ts";

const MINUTE = 60_000;
const DEMO = { demonstration: true };

let cluster: Cluster;
let ground: Ground;
let authority: RunningAuthority;
let alice: Calendar;
let bob: Calendar;

before(async () => {
  cluster = await startCluster();
  ground = await layGround(cluster);
  authority = await startAuthority("Horodatage Test");
  [alice, bob] = await Promise.all([startCalendar(), startCalendar()]);
});

after(async () => {
  await Promise.all([alice, bob, authority].map((each) => each.stop()));
  await ground.end();
  await cluster.stop();
});

/** Anchors on the shared database, with a checkpoint and a clock that the test moves. */
interface Scene {
  readonly anchors: Anchors;
  size: number;
  at: number;
  /** Each anchor of the newest checkpoint in a word. */
  states(): Promise<string[]>;
}

let sizes = 0;

interface Sources {
  readonly calendars?: Calendar[];
  readonly authorities?: RunningAuthority[];
  /** What is wrong from the beginning, until the test says otherwise. */
  readonly atAlice?: CalendarWrong;
  readonly atAuthority?: RunningAuthority["wrong"];
}

async function scene(of: Sources = {}): Promise<Scene> {
  const { calendars = [alice, bob], authorities = [authority] } = of;
  alice.wrong = of.atAlice;
  authority.wrong = of.atAuthority;
  sizes += 5000;
  const made: Scene = {
    size: sizes,
    at: 1_790_000_000_000 + sizes * MINUTE,
    anchors: startAnchors({
      sql: ground.app,
      now: () => made.at,
      newest: () => Promise.resolve({ size: made.size, text: textOf(made.size), note: "" }),
      asking: {
        fetch,
        // Nobody waits for what never answers; what does answer has time on a busy machine too.
        get timeoutMs() {
          return [alice.wrong, authority.wrong].includes("slow") ? 2_000 : 10_000;
        },
      },
      sources: {
        authorities: authorities.map(({ url, root }, i) => ({
          name: `authority ${i}`,
          url,
          roots: [root],
        })),
        calendars: calendars.map(({ url }) => url),
        headers: alice.headers,
        leastWork: EASY_WORK,
        demonstration: true,
      },
    } satisfies AnchorOptions),
    states: async () =>
      (await listAnchors(ground.app, DEMO, made.size + 1, 1)).map(({ kind, state, error }) =>
        [kind, state, ...(error === undefined ? [] : [error])].join(" "),
      ),
  };
  scenes.add(made);
  await made.anchors.round();
  return made;
}

const scenes = new Set<Scene>();
/** Each has a clock of its own: two at once would be a clock that goes back. */
afterEach(async () => {
  for (const { anchors } of scenes) await anchors.stop();
  scenes.clear();
});

const textOf = (size: number) => `ecrin.log/test\n${size}\nroot\n`;

test("a checkpoint is stamped, promised, and confirmed once a block holds it", async () => {
  const now = await scene({ calendars: [alice] });
  assert.deepEqual(await now.states(), ["ots pending", "rfc3161 stamped"]);
  assert.equal(await anchoredSize(ground.app, DEMO), now.size);

  now.at += 10 * MINUTE;
  await now.anchors.round();
  assert.deepEqual(await now.states(), ["ots pending", "rfc3161 stamped"]);
  alice.mine(700);
  now.at += 10 * MINUTE;
  await now.anchors.round();
  assert.deepEqual(await now.states(), ["ots confirmed", "rfc3161 stamped"]);

  const [ots] = await listAnchors(ground.app, DEMO, now.size + 1, 1);
  assert.equal(ots?.height, 700);
  const kept = (await anchoredAt(ground.app, now.size)) ?? assert.fail();
  const [stamp] = kept.stamps;
  assert.ok(stamp && kept.ots);
  const data = utf8(textOf(now.size));
  const said = await checkTimestamp({ token: stamp.token, data, roots: [authority.root] });
  assert.equal(said.authority, "Horodatage Test");
  const proof = parseOtsProof(new Uint8Array(kept.ots.proof));
  assert.deepEqual(proof.digest, sha256(data));
  const [held] = kept.ots.headers;
  const header = openBlockHeader(new Uint8Array(held?.header ?? []), EASY_WORK);
  assert.equal(header.hash, ots?.block);
  const roots = otsAttested(proof.digest, proof.stamp).filter(
    ({ attestation }) => attestation.kind === "bitcoin",
  );
  assert.ok(roots.length === 1 && roots.every(({ message }) => isRootOf(message, header)));
});

test("the next checkpoint is due after 1,000 leaves or an hour", async () => {
  const now = await scene({ calendars: [], authorities: [authority] });
  const first = now.size;
  const newest = async () => (await listAnchors(ground.app, DEMO, 2 ** 40, 1))[0]?.size;
  now.size += 999;
  now.at += 59 * MINUTE;
  await now.anchors.round();
  assert.equal(await newest(), first);
  now.size += 1;
  await now.anchors.round();
  assert.equal(await newest(), now.size);
  const second = now.size;
  now.at += 61 * MINUTE;
  await now.anchors.round();
  assert.equal(await newest(), second);
  now.size += 1;
  await now.anchors.round();
  assert.equal(await newest(), now.size);
});

test("the end of an epoch of tags is due at once, in the first checkpoint that covers it", async () => {
  const now = await scene({ calendars: [], authorities: [authority] });
  const first = now.size;
  const newest = async () => (await listAnchors(ground.app, DEMO, 2 ** 40, 1))[0]?.size;
  await ground.app`insert into log_epochs (epoch, first, past, start)
    values (${first}, ${first}, ${first + 20}, ${Buffer.alloc(32)})`;
  now.size = first + 19;
  await now.anchors.round();
  assert.equal(await newest(), first);
  now.size = first + 21;
  await now.anchors.round();
  assert.equal(await newest(), first + 21);
  // Once: the same epoch makes no other one due.
  now.size += 1;
  await now.anchors.round();
  assert.equal(await newest(), first + 21);
});

test("who stops waits for no source, and puts off nothing that was asked then", {
  timeout: 60_000,
}, async () => {
  const now = await scene({ calendars: [], authorities: [authority] });
  now.size += 1000;
  let asked = 0;
  const silent = startAnchors({
    sql: ground.app,
    now: () => now.at,
    newest: () => Promise.resolve({ size: now.size, text: textOf(now.size), note: "" }),
    asking: {
      fetch: (_, init) =>
        new Promise((_resolve, reject) => {
          asked += 1;
          init?.signal?.addEventListener("abort", () => reject(new Error("aborted")));
        }),
      timeoutMs: 3_600_000,
    },
    sources: {
      authorities: [{ name: "silent", url: "http://silent.example", roots: [] }],
      calendars: [],
      leastWork: EASY_WORK,
      demonstration: true,
    },
    pace: { ...PACE, round: 5 },
  });
  while (asked === 0) await sleep(5);
  await silent.stop();
  assert.equal(asked, 1);
  const [row] = await ground.app<{ tries: number; error: string | null }[]>`
    select tries, error from anchors where source = 'silent'`;
  assert.deepEqual({ ...row }, { tries: 0, error: null });
  // Taken a day ahead by a clock that was set right since: tried again all the same.
  await ground.app`update anchors set next_at = ${now.at + 24 * 60 * MINUTE} where source = 'silent'`;
  await now.anchors.round();
  const [again] = await ground.app<{ tries: number }[]>`
    select tries from anchors where source = 'silent'`;
  assert.equal(again?.tries, 1);
});

test("without a source nothing is anchored", async () => {
  const before = await ground.app`select from anchored_checkpoints`;
  await scene({ calendars: [], authorities: [] });
  assert.equal((await ground.app`select from anchored_checkpoints`).length, before.length);
});

for (const [wrong, error] of [
  ["gone", "unreachable"],
  ["slow", "unreachable"],
  ["garbage", "bad-answer"],
  [{ status: 2 }, "not-granted"],
  [{ nonce: "changed" }, "does-not-hold"],
  [{ imprint: "changed" }, "does-not-hold"],
  [{ signature: "changed" }, "does-not-hold"],
] as const) {
  test(`an authority that fails is tried again later: ${JSON.stringify(wrong)}`, async () => {
    const now = await scene({ calendars: [], atAuthority: wrong });
    assert.deepEqual(await now.states(), [`rfc3161 waiting ${error}`]);
    authority.wrong = undefined;
    await now.anchors.round();
    assert.deepEqual(await now.states(), [`rfc3161 waiting ${error}`], "not before its time");
    now.at += MINUTE;
    await now.anchors.round();
    assert.deepEqual(await now.states(), ["rfc3161 stamped"]);
  });
}

for (const [wrong, state] of [
  ["gone", "ots waiting unreachable"],
  ["slow", "ots waiting unreachable"],
  ["garbage", "ots waiting bad-answer"],
  ["endless", "ots waiting bad-answer"],
  ["promise of another", "ots waiting does-not-hold"],
] as const) {
  test(`a calendar that fails at the promise stops nobody: ${wrong}`, async () => {
    const now = await scene({ atAlice: wrong });
    assert.deepEqual((await now.states()).sort(), ["ots pending", state, "rfc3161 stamped"].sort());
    alice.wrong = undefined;
    now.at += MINUTE;
    await now.anchors.round();
    assert.deepEqual(await now.states(), ["ots pending", "ots pending", "rfc3161 stamped"]);
  });
}

for (const [wrong, error] of [
  ["gone", "unreachable"],
  ["garbage", "bad-answer"],
  ["another root", "header-refused"],
  ["another header", "header-refused"],
  ["header without work", "header-refused"],
] as const) {
  test(`a calendar that fails at the block confirms nothing: ${wrong}`, async () => {
    const now = await scene({ calendars: [alice], authorities: [] });
    const anchored = await anchoredSize(ground.app, DEMO);
    alice.mine(800);
    alice.wrong = wrong;
    now.at += 10 * MINUTE;
    await now.anchors.round();
    assert.deepEqual(await now.states(), [`ots pending ${error}`]);
    assert.equal(await anchoredSize(ground.app, DEMO), anchored);
    alice.wrong = undefined;
    now.at += 10 * MINUTE;
    await now.anchors.round();
    assert.deepEqual(await now.states(), ["ots confirmed"]);
  });
}

test("two processes try nothing twice", async () => {
  const now = await scene({ calendars: [alice], authorities: [] });
  now.at += 10 * MINUTE;
  const tried = await Promise.all([now.anchors.round(), now.anchors.round()]);
  assert.equal(tried[0] + tried[1], 1);
});

test("the file of sources is read whole or refused", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ecrin-anchors-"));
  try {
    const path = join(folder, "anchors.json");
    await writeFile(join(folder, "root.der"), authority.root);
    const write = (value: unknown) => writeFile(path, JSON.stringify(value));
    const good = {
      authorities: [{ name: "A", url: authority.url, roots: ["root.der"] }],
      calendars: ["https://a.example/"],
    };
    await write(good);
    const read = await readAnchorSources(path);
    assert.deepEqual(read.authorities[0]?.roots, [authority.root]);
    assert.deepEqual(read.calendars, ["https://a.example"]);
    assert.equal(read.demonstration, false);
    assert.ok(read.leastWork > 2n ** 70n);
    // As the specification has it.
    const spec = await readFile(new URL("../../spec/anchor.md", import.meta.url), "utf8");
    await writeFile(join(folder, "exemple-root.pem"), authority.root);
    await writeFile(path, /```json\n([^`]+)```/.exec(spec)?.[1] ?? "");
    const example = await readAnchorSources(path);
    assert.equal(example.authorities[0]?.name, "Horodatage Exemple");
    assert.deepEqual([example.calendars.length, example.demonstration], [2, false]);
    assert.equal(example.headers, "https://headers.example/api");
    for (const bad of [
      { ...good, extra: 1 },
      { ...good, calendars: ["ftp://a.example"] },
      { authorities: [{ name: "A", url: authority.url, roots: [] }] },
      { authorities: [good.authorities[0], good.authorities[0]] },
    ]) {
      await write(bad);
      await assert.rejects(readAnchorSources(path));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
