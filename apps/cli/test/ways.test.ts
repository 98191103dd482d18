// Second factors, devices and witnesses, on the command line.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Account, memoryStore, signInWithKit } from "@ecrin/client";
import { Secret, TOTP } from "otpauth";
import { Authenticator } from "../../server/test/authenticator.ts";
import { type Call, ecrin, json, refused, sitting } from "./command.ts";
import { type Ground, signUp, startGround } from "./ground.ts";

const PASSWORD = "chaise-fleuve-orange";

let ground: Ground;
let camille: Call & { readonly account: string };
/** The same person's browser. */
let browser: Account;
before(async () => {
  ground = await startGround();
  camille = await signUp(ground, "Camille Moreau", PASSWORD, "camille.txt");
  const text = await readFile(join(ground.folder, "camille.txt"), "utf8");
  const kit = /ecrin-1:kit:\S+/.exec(text)?.[0] ?? assert.fail();
  const server = ground.server.url;
  browser = await signInWithKit({ server, kit, password: PASSWORD, store: memoryStore() });
});
after(async () => {
  await browser.lock();
  await ground.end();
});

interface Factors {
  readonly totp?: { readonly at: number };
  readonly passkeys: readonly { readonly passkey: string; readonly asked: boolean }[];
}

test("passkeys are listed, and removed by the beginning of their number", async () => {
  const authenticator = new Authenticator(ground.server.url);
  await browser.addPasskey(
    ({ challenge, prfInput }) =>
      Promise.resolve({
        credential: authenticator.create(challenge),
        prf: authenticator.prf(prfInput),
      }),
    false,
  );
  const { passkeys, totp } = await json<Factors>(camille, "factors");
  assert.equal(totp, undefined);
  assert.deepEqual(
    passkeys.map(({ passkey, asked }) => [passkey, asked]),
    [[authenticator.id, false]],
  );
  const said = await ecrin(camille, "factors", "list");
  assert.ok(said.out.toString().includes(authenticator.id.slice(0, 8)));
  assert.match(said.out.toString(), /a way back/);
  assert.equal(await refused(camille, 4, "factors", "remove", "none"), "device-unknown");
  await json(camille, "factors", "remove", authenticator.id.slice(0, 6));
  assert.deepEqual((await json<Factors>(camille, "factors")).passkeys, []);
});

test("codes are set up with the app, asked for at each opening, and given up again", async () => {
  const setting = sitting(camille, "factors", "totp");
  setting.answer(PASSWORD);
  const secret = await setting.hears(/key into it: ([A-Z2-7]+)/);
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  // Each step's code is good once, so the step before, this one and the next are three.
  const code = (step: number) => totp.generate({ timestamp: Date.now() + step * 30_000 });
  setting.answer(code(-1));
  assert.deepEqual(await setting.result(), { totp: true });
  assert.equal(await refused(camille, 2, "list"), "cannot-ask");
  const wrong = { ...camille, secrets: [PASSWORD, "no code"] };
  assert.equal(await refused(wrong, 1, "list"), "factor-refused");
  const right = (step: number) => ({ ...camille, secrets: [PASSWORD, code(step)] });
  const told = await json<Factors>(right(0), "factors");
  assert.ok((told.totp?.at ?? 0) > 0);
  assert.deepEqual(await json(right(1), "factors", "remove", "totp"), { removed: "totp" });
  assert.deepEqual(await json<Factors>(camille, "factors"), { passkeys: [] });
});

test("a lost device is signed out, with what it may have seen", async () => {
  await browser.record();
  const report = await json<{ turned: unknown[]; waiting: unknown[]; opened: number }>(
    camille,
    ...["devices", "lost", browser.device, "--yes"],
  );
  assert.equal(report.turned.length, 1);
  assert.deepEqual([report.waiting, report.opened], [[], 0]);
  const { devices } = await json<{ devices: { device: string }[] }>(camille, "devices");
  assert.ok(devices.every(({ device }) => device !== browser.device));
  await assert.rejects(browser.devices());
  const own = devices[0]?.device ?? assert.fail();
  assert.equal(await refused(camille, 1, "devices", "lost", own, "--yes"), "refused");
});

test("a device is signed out, and a recovery that nobody began is cancelled without harm", async () => {
  assert.deepEqual(await json(camille, "devices", "cancel-recovery"), { cancelled: true });
});

test("witnesses are listed and counted on, and a log they have not seen is an alarm", async () => {
  assert.deepEqual(await json(camille, "witnesses"), { asked: [], pinned: [] });
  const file = join(ground.folder, "witnesses.json");
  await writeFile(file, "[]");
  assert.equal(await refused(camille, 2, "witnesses", "--pin", file), "usage");
  const key = ground.server.url === "" ? "" : "A".repeat(43);
  const witnesses = [{ name: "witness.example/w", key, operator: "Somebody" }];
  await writeFile(file, JSON.stringify({ witnesses }));
  assert.equal(await refused(camille, 6, "witnesses", "--pin", file), "not-witnessed");
  assert.deepEqual(await json(camille, "witnesses", "--unpin"), { asked: [], pinned: [] });
});
