import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { Files } from "../src/files.ts";
import { VaultError } from "../src/vault-error.ts";

// Files on their way into a record, while pages come and go and sessions end.

const ME = "a";
const LOCKED = new VaultError({ code: "locked" });

/** Files, and a record that answers about each when it is told to. */
function begun(names: readonly string[]) {
  const asked: string[] = [];
  type Made = { documents: number; people: number };
  let answer: { resolve: (made: Made) => void; reject: (error: unknown) => void } | undefined;
  const files = new Files(({ title }) => {
    asked.push(title);
    return new Promise((resolve, reject) => {
      answer = { resolve, reject };
    });
  });
  files.belongTo(ME);
  files.take(names.map((name) => ({ file: new File(["x"], name), title: name })));
  const done = async () => {
    answer?.resolve({ documents: 1, people: 0 });
    await turn();
  };
  const fails = async (error: unknown) => {
    answer?.reject(error);
    await turn();
  };
  const states = () => files.jobs().map(({ title, state }) => `${title} ${state}`);
  return { files, asked, done, fails, states };
}

test("one after the other, and what fails holds up no other", async () => {
  const { asked, done, fails, states } = begun(["a.pdf", "b.pdf", "c.pdf"]);
  await turn();
  assert.deepEqual(asked, ["a.pdf"]);
  await done();
  assert.deepEqual(asked, ["a.pdf", "b.pdf"]);
  await fails(new VaultError({ code: "fhir" }));
  assert.deepEqual(states(), ["a.pdf done", "b.pdf failed", "c.pdf sealing"]);
  await done();
  assert.deepEqual(states(), ["a.pdf done", "b.pdf failed", "c.pdf done"]);
});

test("what has come to its end is there until it was seen", async () => {
  const { files, done, states } = begun(["a.pdf", "b.pdf"]);
  await turn();
  await done();
  assert.deepEqual(states(), ["a.pdf done", "b.pdf sealing"]);
  files.clear();
  assert.deepEqual(states(), ["b.pdf sealing"]);
});

test("what failed stays chosen until somebody tries again, or leaves it out", async () => {
  const { files, asked, done, fails, states } = begun(["a.pdf", "b.pdf"]);
  await turn();
  await fails(new VaultError({ code: "offline" }));
  await fails(new VaultError({ code: "device-full" }));
  // The page with them on it goes, and comes back.
  files.clear();
  assert.deepEqual(states(), ["a.pdf failed", "b.pdf failed"]);
  const [first, second] = files.jobs();
  files.again(first?.key ?? assert.fail());
  await turn();
  files.leaveOut(second?.key ?? assert.fail());
  assert.deepEqual(states(), ["a.pdf sealing"]);
  // Nothing that is being sealed is begun again, or left out.
  const [sealing] = files.jobs();
  files.again(sealing?.key ?? assert.fail());
  files.leaveOut(sealing?.key ?? assert.fail());
  await done();
  assert.deepEqual(states(), ["a.pdf done"]);
  assert.deepEqual(asked, ["a.pdf", "b.pdf", "a.pdf"]);
});

test("what the end of a session cut off goes on once the same account is open again", async () => {
  const { files, asked, done, fails, states } = begun(["a.pdf", "b.pdf"]);
  await turn();
  await fails(LOCKED);
  await fails(LOCKED);
  // The page with them on it goes.
  files.clear();
  files.belongTo(ME);
  assert.deepEqual(states(), ["a.pdf failed", "b.pdf failed"]);
  files.opened();
  await turn();
  assert.deepEqual(states(), ["a.pdf sealing", "b.pdf waiting"]);
  await done();
  await done();
  assert.deepEqual(asked, ["a.pdf", "b.pdf", "a.pdf", "b.pdf"]);
});

test("nothing goes on in the record of another account, or once the record was closed by hand", async () => {
  for (const end of [(of: Files) => of.belongTo("b"), (of: Files) => of.drop()]) {
    const { files, asked, fails, states } = begun(["a.pdf", "b.pdf"]);
    await turn();
    await fails(new VaultError({ code: "offline" }));
    await turn();
    end(files);
    await fails(LOCKED);
    files.opened();
    await turn();
    assert.deepEqual(states(), []);
    assert.deepEqual(asked, ["a.pdf", "b.pdf"]);
  }
});
