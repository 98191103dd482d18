import assert from "node:assert/strict";
import { test } from "node:test";
import { askBeforeLeaving, mayLeave } from "../src/leaving.ts";

// Several texts may be unfinished on one page: each asks for itself.

/** Texts that stand there, and what was asked about, in order. */
function unfinished(answers: Readonly<Record<string, boolean>>) {
  const asked: string[] = [];
  const stops = Object.entries(answers).map(([name, leaves]) =>
    askBeforeLeaving(() => {
      asked.push(name);
      return Promise.resolve(leaves);
    }),
  );
  const stop = () => {
    for (const each of stops) each();
  };
  return { asked, stop, stops };
}

test("a page with nothing unfinished is left unasked", async () => {
  assert.equal(await mayLeave(), true);
});

test("each unfinished text asks, and each may be left", async () => {
  const { asked, stop } = unfinished({ note: true, answer: true, list: true });
  assert.equal(await mayLeave(), true);
  assert.deepEqual(asked, ["note", "answer", "list"]);
  stop();
});

test("whoever stays for one of them stays, and is asked about no other", async () => {
  const { asked, stop } = unfinished({ note: true, answer: false, list: true });
  assert.equal(await mayLeave(), false);
  assert.deepEqual(asked, ["note", "answer"]);
  stop();
});

test("a text that was sent asks no more", async () => {
  const { asked, stop, stops } = unfinished({ note: true, answer: true });
  stops[0]?.();
  assert.equal(await mayLeave(), true);
  assert.deepEqual(asked, ["answer"]);
  stop();
});
