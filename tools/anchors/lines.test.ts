// Every line of a journal against the tree, its tags once their keys are published, and what is said
// of its anchors; and a server that lies about each of these.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import type { RouteAnswer } from "@ecrin/protocol";
import { type Scene, startScene } from "./scene.ts";

type Lie = (honest: Response) => Response | Promise<Response>;

let scene: Scene;
/** What is answered instead, by the beginning of a path. */
let lies: Record<string, Lie> = {};
let asked: string[] = [];
let epochsFrom: number[] = [];

before(async () => {
  scene = await startScene(async (input, init) => {
    const answer = await fetch(input, init);
    const { pathname, searchParams } = new URL(String(input));
    asked.push(pathname);
    if (pathname === "/v1/log/epochs") epochsFrom.push(Number(searchParams.get("from")));
    const lie = Object.entries(lies).find(([path]) => pathname.startsWith(path))?.[1];
    return lie === undefined ? answer : await lie(answer);
  });
  await disclosed();
});
beforeEach(() => {
  lies = {};
  asked = [];
  epochsFrom = [];
});
after(async () => await scene?.stop());

/** Waits until the keys are told under which everything so far was tagged: an epoch ends first, and is anchored. */
async function disclosed(): Promise<void> {
  const { size }: RouteAnswer<"log"> = await (await fetch(`${scene.url}/v1/log`)).json();
  for (let tried = 0; tried < 600; tried++) {
    await scene.anchored();
    const answer = await fetch(`${scene.url}/v1/log/epochs`);
    const { epochs }: RouteAnswer<"logEpochs"> = await answer.json();
    if (epochs.some(({ key, to }) => key !== undefined && (to ?? 0) >= size)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail("never disclosed");
}

const json =
  <T>(change: (told: T) => unknown): Lie =>
  async (honest) =>
    Response.json(change((await honest.json()) as T));

const journalPath = () => `/v1/journal/${scene.record.space}`;

/** The journal with another index, tag or tag before for one line. */
const altered = (n: number, other: object) =>
  json<RouteAnswer<"journal">>(({ entries, ...told }) => ({
    ...told,
    entries: entries.map((each) => (each.n === n ? { ...each, ...other } : each)),
  }));

test("a tile that was altered, is short or is missing is an alarm, before anything is remembered", async () => {
  for (const lie of [
    async (honest: Response) => {
      const bytes = await honest.bytes();
      bytes[5] = (bytes[5] ?? 0) ^ 1;
      return new Response(bytes);
    },
    async (honest: Response) => new Response((await honest.bytes()).subarray(32)),
    () => new Response("gone", { status: 404 }),
  ]) {
    lies = { "/log/tile/": lie };
    await assert.rejects(scene.record.journal(), { code: "entry-missing" });
  }
});

test("a tag is called checked once the key of its epoch is published, and only as part of its chain", async () => {
  lies = {
    "/v1/log/epochs": json<RouteAnswer<"logEpochs">>(({ epochs }) => ({
      epochs: epochs.map(({ key: _, ...epoch }) => epoch),
    })),
  };
  const before = await scene.record.journal();
  assert.ok(before.every(({ tagCheck }) => tagCheck === "undisclosed"));
  lies = {};
  const told: RouteAnswer<"logEpochs"> = await (await fetch(`${scene.url}/v1/log/epochs`)).json();
  const disclosed = told.epochs.filter(({ key }) => key !== undefined);
  const line = before.find(({ index }) =>
    disclosed.some(({ from, to }) => index >= from && index < to),
  );
  assert.ok(line !== undefined, "no line under a disclosed key");
  // Not zeros: those are what the first epoch truly starts from.
  const wrong = "E".repeat(43);
  const epochWith = (other: object) => ({
    "/v1/log/epochs": json<RouteAnswer<"logEpochs">>(({ epochs }) => ({
      epochs: epochs.map((each) => ({ ...each, ...other })),
    })),
  });
  const [first] = disclosed;
  for (const lie of [
    epochWith({ key: wrong }),
    epochWith({ start: wrong }),
    epochWith({ closing: { ...first?.closing, salt: wrong } }),
    epochWith({ to: (first?.to ?? 0) + 1 }),
  ]) {
    lies = lie;
    await assert.rejects(scene.record.journal(), { code: "fork" });
  }
  const ofLine = [{ tag: wrong }, { before: wrong }];
  // Before the epoch has been followed, and after.
  for (const other of [...ofLine, ...ofLine]) {
    lies = { [journalPath()]: altered(line.n, other) };
    await assert.rejects(scene.record.journal(), { code: "fork" });
  }
  lies = {};
  const after = await scene.record.journal();
  assert.equal(after.find(({ n }) => n === line.n)?.tagCheck, "checked");
  // Meanwhile others may have been disclosed too.
  const { epochs: now }: RouteAnswer<"logEpochs"> = await (
    await fetch(`${scene.url}/v1/log/epochs`)
  ).json();
  const open = now.filter(({ key }) => key !== undefined);
  for (const { index, tagCheck } of after) {
    if (tagCheck === "checked") assert.ok(open.some(({ from, to }) => index >= from && index < to));
    const isDisclosed = disclosed.some(({ from, to }) => index >= from && index < to);
    if (isDisclosed) assert.equal(tagCheck, "checked");
    else if (tagCheck !== "checked") assert.equal(tagCheck, "undisclosed");
  }
});

test("what was followed of the tags is remembered, and asked for no more", async () => {
  await scene.record.journal();
  epochsFrom = [];
  const again = await scene.record.journal();
  const checked = again.filter(({ tagCheck }) => tagCheck === "checked");
  assert.ok(checked.length > 3, "too little is checked to be remembered");
  const told: RouteAnswer<"logEpochs"> = await (await fetch(`${scene.url}/v1/log/epochs`)).json();
  const first = again.find(({ tagCheck }) => tagCheck !== "checked")?.index ?? Number.MAX_VALUE;
  const passed = told.epochs.filter(
    ({ from, to }) => to <= first && checked.some(({ index }) => index >= from && index < to),
  );
  for (const from of epochsFrom)
    assert.ok(from > (passed.at(-1)?.epoch ?? 0), `asked from ${from} again`);
  // A tag that is another than the one remembered is followed again, and is an alarm.
  const line = checked[0] ?? assert.fail("nothing is checked");
  lies = { [journalPath()]: altered(line.n, { tag: "A".repeat(43) }) };
  await assert.rejects(scene.record.journal(), { code: "fork" });
});

test("a line at another place, or two at one, is an alarm", async () => {
  const [first, second] = await scene.record.journal();
  assert.ok(first !== undefined && second !== undefined);
  for (const index of [second.index, second.index + 1, 10_000]) {
    lies = { [journalPath()]: altered(first.n, { index }) };
    await assert.rejects(scene.record.journal(), { code: "entry-missing" }, `${index}`);
  }
});

test("every line is found in the tree, and looked for once", async () => {
  const lines = await scene.record.journal();
  assert.ok(lines.length > 5);
  assert.deepEqual(new Set(lines.map(({ place }) => place)), new Set(["in-log"]));
  await scene.record.journal();
  asked = [];
  await scene.record.journal();
  assert.equal(asked.filter((path) => path.startsWith("/log/tile/")).length, 0);
});

test("what is said of anchors is told apart: nowhere, tried, pending, anchored", async () => {
  const line = async () => (await scene.record.journal())[0]?.anchoring;
  assert.equal((await line())?.state, "anchored");
  const states = (await line())?.by.map(({ state }) => state).toSorted();
  assert.deepEqual(states, ["confirmed", "stamped"]);
  const saying = (change: (told: RouteAnswer<"logAnchors">) => unknown) => ({
    "/v1/log/anchors": json(change),
  });
  lies = saying((told) => ({ ...told, anchors: [], configured: false }));
  assert.deepEqual(await line(), { state: "none", by: [] });
  assert.equal((await scene.alice.anchors()).configured, false);
  for (const state of ["waiting", "pending"] as const) {
    lies = saying(({ anchors, ...told }) => ({
      ...told,
      anchors: anchors.map(({ size, kind, source }) => ({ size, kind, source, state })),
    }));
    assert.equal((await line())?.state, state);
  }
});
