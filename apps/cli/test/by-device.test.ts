// Two computers, each with its own command: one lets the other in.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Call, json, sitting } from "./command.ts";
import { type Ground, signUp, startGround } from "./ground.ts";

const PASSWORD = "chaise-fleuve-orange";

let ground: Ground;
let camille: Call & { readonly account: string };
before(async () => {
  ground = await startGround();
  camille = await signUp(ground, "Camille Durand", PASSWORD, "camille.txt");
});
after(async () => await ground.end());

test("a computer is let in by another, with a number and two codes", async () => {
  const laptop = { home: join(ground.folder, "laptop"), server: ground.server.url };
  const joining = sitting(laptop, "sign-in", "--by-device");
  const number = await joining.hears(/approve ([0-9 ]+)/);
  const approving = sitting(camille, "devices", "approve", ...number.trim().split(" "), "--yes");
  approving.answer(PASSWORD);
  approving.answer(await joining.hears(/code there: ([0-9 ]+)/));
  const { code, device } = await approving.result<{ code: string; device: string }>();
  joining.answer(code);
  joining.answer(PASSWORD);
  const signedIn = await joining.result<{ account: string; device: string }>();
  assert.deepEqual(signedIn, { account: camille.account, device, name: "Camille Durand" });
  const { devices } = await json<{ devices: { device: string; here: boolean }[] }>(
    { ...laptop, secrets: [PASSWORD] },
    "devices",
  );
  assert.equal(devices.find(({ here }) => here)?.device, device);
  assert.equal(devices.length, 2);
});
