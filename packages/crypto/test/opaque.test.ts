import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ARGON2,
  finishLogin,
  finishRegistration,
  opaqueIdentifiers,
  startLogin,
  startRegistration,
} from "@ecrin/crypto";
import { newId } from "@ecrin/protocol";
import { client, server } from "@serenity-kit/opaque";
import { begin, register, serverSetup } from "./opaque-server.ts";
import { cannotOpen, refusedAtOnce } from "./refused.ts";

const account = newId<"account">();
const registered = await register(account, "un mot de passe");

test("a sign-in gives the export key of the registration and a session both sides know", async () => {
  const { answer, serverLoginState } = await begin(account, "un mot de passe", registered.record);
  const { finish, exportKey, sessionKey } = await finishLogin(answer);
  assert.equal(exportKey.length, 64);
  assert.deepEqual(exportKey, registered.exportKey);
  const identifiers = opaqueIdentifiers(account);
  const end = server.finishLogin({ serverLoginState, finishLoginRequest: finish, identifiers });
  assert.equal(end.sessionKey, Buffer.from(sessionKey).toString("base64url"));
});

test("a wrong password, an unknown account and an answer that is none are one error", async () => {
  const wrong = await begin(account, "un autre", registered.record);
  await cannotOpen(() => finishLogin(wrong.answer));
  const unknown = await begin(account, "un mot de passe", null);
  await cannotOpen(() => finishLogin(unknown.answer));
  await cannotOpen(() => finishLogin({ ...wrong.answer, response: "AAAA" }));
  const { state } = await startRegistration("a");
  const answer = { password: "a", state, response: "AAAA", account, parameters: ARGON2 };
  await cannotOpen(() => finishRegistration(answer));
});

test("a record moved to another account opens nothing", async () => {
  const other = newId<"account">();
  const { answer } = await begin(other, "un mot de passe", registered.record);
  await cannotOpen(() => finishLogin(answer));
  // Nor when the server goes on calling it by its old name and only the client knows better.
  const moved = await begin(account, "un mot de passe", registered.record);
  await cannotOpen(() => finishLogin({ ...moved.answer, account: other }));
});

test("weaker parameters are refused before anything is derived", async () => {
  const { answer } = await begin(account, "un mot de passe", registered.record);
  for (const change of [{ memoryKiB: 8192 }, { iterations: 1 }, { parallelism: 64 }]) {
    const parameters = { ...ARGON2, ...change };
    await refusedAtOnce("parameters-below-floor", () => finishLogin({ ...answer, parameters }));
    await refusedAtOnce("parameters-below-floor", () =>
      finishRegistration({ ...answer, parameters }),
    );
  }
});

test("our parameters are what the module calls memory-constrained: 64 MiB, 3 passes, 4 lanes", async () => {
  const { state, request } = await startLogin("un mot de passe");
  const { loginResponse } = server.startLogin({
    serverSetup,
    userIdentifier: account,
    registrationRecord: registered.record,
    startLoginRequest: request,
    identifiers: opaqueIdentifiers(account),
  });
  const end = client.finishLogin({
    password: "un mot de passe",
    clientLoginState: state,
    loginResponse,
    identifiers: opaqueIdentifiers(account),
    keyStretching: "memory-constrained",
  });
  assert.equal(end?.exportKey, Buffer.from(registered.exportKey).toString("base64url"));
});
