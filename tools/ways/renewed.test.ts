// What an account made anew after a compromise still asks for: nothing of before (spec/keys.md).

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { memoryStore, rotateIdentity, signIn, signInWithPasskey } from "@ecrin/client";
import { Secret, TOTP } from "otpauth";
import { Authenticator } from "../../apps/server/test/authenticator.ts";
import {
  type Ground,
  newPerson,
  type Person,
  refusal,
  startGround,
} from "../../packages/client/test/ground.ts";

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(async () => await ground.stop());

const NEXT = "the next password";

/** A passkey as the page makes it, with its PRF or without. */
async function withPasskey({ account }: Person, asked: boolean, prf: boolean) {
  const made = new Authenticator(ground.url);
  await account.addPasskey(
    ({ challenge, prfInput }) =>
      Promise.resolve({
        credential: made.create(challenge),
        ...(prf ? { prf: made.prf(prfInput) } : {}),
      }),
    asked,
  );
  return made;
}

async function withTotp({ account }: Person) {
  const totp = new TOTP({ secret: Secret.fromBase32((await account.beginTotp()).secret) });
  await account.confirmTotp(totp.generate({ timestamp: ground.now() }));
  // The code of the moment was taken: the clock goes on to the next.
  ground.ahead += 60_000;
  return () => totp.generate({ timestamp: ground.now() });
}

test("codes and passkeys of before are gone with everything else, and told", async () => {
  const person = await newPerson(ground);
  const { store, password, address } = person;
  const [hers] = [await withPasskey(person, false, true), await withPasskey(person, true, false)];
  const code = await withTotp(person);
  const ask = { server: ground.url, now: ground.now, store, password, newPassword: NEXT };
  await assert.rejects(rotateIdentity(ask), refusal("second-factor-needed"));
  let asked = 0;
  const secondFactor = () => {
    asked += 1;
    return Promise.resolve({ code: code() });
  };
  const steps: string[] = [];
  const renewed = await rotateIdentity({ ...ask, secondFactor, step: (step) => steps.push(step) });
  assert.deepEqual(renewed.dropped, { totp: true, passkeys: 2 });
  assert.deepEqual(steps, ["open", "send", "make", "enter", "turn"]);
  assert.equal(asked, 1, "with the new password nothing more is asked for");
  assert.deepEqual(await renewed.account.factors(), { passkeys: [] });
  const kinds = (await renewed.account.notices()).map(({ kind }) => kind);
  assert.ok(kinds.slice(-2).includes("factor-removed"));
  await renewed.account.lock();

  const { server, now } = ask;
  await (await signIn({ server, now, store, password: NEXT })).lock();
  const back = signInWithPasskey({
    ...{ server, now, store: memoryStore(), address, password: NEXT },
    passkey: ({ challenge, prfInput }) =>
      Promise.resolve({ assertion: hers.get(challenge), prf: hers.prf(prfInput) }),
  });
  await assert.rejects(back, refusal("factor-refused"));
});

test("a passkey that somebody has begun to add is added by nobody", async () => {
  const person = await newPerson(ground);
  const { store, password } = person;
  const place = { server: ground.url, now: ground.now, store };
  const made = new Authenticator(ground.url);
  let renewed: Awaited<ReturnType<typeof rotateIdentity>> | undefined;
  const adding = person.account.addPasskey(async ({ challenge, prfInput }) => {
    renewed = await rotateIdentity({ ...place, password, newPassword: NEXT });
    return { credential: made.create(challenge), prf: made.prf(prfInput) };
  }, true);
  await assert.rejects(adding);
  assert.deepEqual(await renewed?.account.factors(), { passkeys: [] });
});
