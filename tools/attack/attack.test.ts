import assert from "node:assert/strict";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Broken, codeOf, stops } from "./case.ts";
import { cases } from "./cases.ts";
import { hostile as renaming } from "./example-server.ts";
import { openHost } from "./host.ts";
import { runCase } from "./outcome.ts";
import { CANARIES, layStage, type Stage } from "./stage.ts";
import { judge } from "./stranger.ts";
import { sweep } from "./sweep.ts";

// The slowest cases run with `npm run attack` only, and so do the mutations.

let host: Awaited<ReturnType<typeof openHost>>;
let stage: Stage;
before(async () => {
  host = await openHost();
  stage = await layStage(host);
});
after(() => host?.stop());

for (const attack of cases.filter(({ slow }) => slow !== true)) {
  test(`${attack.number} ${attack.title}`, async () => {
    const { broke } = await runCase(attack, stage);
    assert.equal(broke, undefined);
  });
}

test("nothing that anybody wrote, said or holds is in data folder, log or traffic", async () => {
  const { found, canaries, bytes } = await sweep(stage);
  assert.deepEqual(found, []);
  assert.ok(canaries > 50 && bytes > 1e6, `${canaries} canaries in ${bytes} bytes`);
});

test("an attack that fails by itself is told from one that is stopped", async () => {
  const failing = {
    number: 0,
    title: "fails by itself",
    promise: "P",
    countermeasure: "none",
    mutation: [],
    async run({ network, victim }: Stage) {
      network.answer("account", () => {
        throw new Error("a mistake of the attacker");
      });
      await stops(["offline"], () => victim());
      return undefined;
    },
  } as const;
  assert.match((await runCase(failing, stage)).broke ?? "", /the attack itself failed/);
});

test("going on, and stopping by accident, break a promise", async () => {
  await assert.rejects(
    stops(["fork"], () => Promise.resolve(1)),
    Broken,
  );
  await assert.rejects(
    stops(["fork"], () => Promise.reject(new TypeError("x"))),
    Broken,
  );
  assert.equal(codeOf(Object.assign(new Error("x"), { code: "fork" })), undefined);
});

test("a stranger's server: nothing attacked, stopped, broken", async () => {
  assert.deepEqual(await judge(() => globalThis.fetch), { kind: "honest" });
  const stopped = await judge(renaming);
  assert.deepEqual(stopped, { kind: "stopped", step: "list", code: "cannot-open" });
  const broken = await judge(({ dataDir }) => async (input, init) => {
    await appendFile(join(dataDir, "written-down"), CANARIES.content, "utf16le");
    return await fetch(input, init);
  });
  assert.equal(broken.kind, "broken");
  const silent = await judge(() => async (input, init) => {
    const isShares = String(input).endsWith("/v1/spaces") && (init?.method ?? "GET") === "GET";
    return isShares ? Response.json({ spaces: [] }) : await fetch(input, init);
  });
  assert.equal(silent.kind, "withheld");
});
