import assert from "node:assert/strict";
import { test } from "node:test";
import { type Growing, Watching } from "../src/worker/watching.ts";

/** Streams that can be counted: what is open now, and what a stream says. */
function streams() {
  const open = new Set<AbortSignal>();
  const says = new Map<AbortSignal, () => void>();
  const growing: Growing = async function* (signal) {
    if (signal.aborted) return;
    open.add(signal);
    signal.addEventListener("abort", () => {
      open.delete(signal);
      says.get(signal)?.();
    });
    while (!signal.aborted) {
      await new Promise<void>((resolve) => says.set(signal, resolve));
      if (!signal.aborted) yield;
    }
  };
  return { open, growing, grow: () => [...open].map((signal) => says.get(signal)?.()) };
}

/** What waits for a network, until it is let go. */
function gate() {
  let release: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { passed, release };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test("an off that comes while a watch begins leaves no stream open", async () => {
  const { open, growing } = streams();
  const { passed, release } = gate();
  const watching = new Watching(assert.fail);
  const beginning = watching.on(async () => {
    await passed;
    return [growing, growing];
  });
  watching.off();
  release();
  await beginning;
  await settled();
  assert.equal(open.size, 0);
});

test("two watches that begin side by side become one", async () => {
  const { open, growing, grow } = streams();
  const gates = [gate(), gate()];
  let [begun, grown] = [0, 0];
  const watching = new Watching(() => {
    grown += 1;
  });
  const begin = async () => {
    await gates[begun++]?.passed;
    return [growing];
  };
  const beginnings = [watching.on(begin), watching.on(begin)];
  gates[1]?.release();
  gates[0]?.release();
  await Promise.all(beginnings);
  await settled();
  assert.equal(open.size, 1);
  grow();
  await settled();
  assert.equal(grown, 1);
  watching.off();
  await settled();
  assert.equal(open.size, 0);
});

test("a stream that is refused is told once, and one that cannot begin is thrown on", async () => {
  let grown = 0;
  const refused: Growing = async function* () {
    yield await Promise.reject(new Error("refused"));
  };
  const watching = new Watching(() => {
    grown += 1;
  });
  await watching.on(() => Promise.resolve([refused]));
  await settled();
  assert.equal(grown, 1);
  const locked = new Watching(assert.fail);
  await assert.rejects(
    locked.on(() => Promise.reject(new Error("locked"))),
    /locked/,
  );
});
