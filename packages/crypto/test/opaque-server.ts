// The server's side of OPAQUE, for whoever tries the client's.

import {
  ARGON2,
  finishRegistration,
  opaqueIdentifiers,
  startLogin,
  startRegistration,
} from "@ecrin/crypto";
import type { AccountId } from "@ecrin/protocol";
import { ready, server } from "@serenity-kit/opaque";

await ready;
export const serverSetup = server.createSetup();

/** What a server answers to the first message of a registration, and what finishes it. */
export async function beginRegistration(account: AccountId, password: string) {
  const { state, request } = await startRegistration(password);
  const { registrationResponse: response } = server.createRegistrationResponse({
    serverSetup,
    userIdentifier: account,
    registrationRequest: request,
  });
  return { password, state, response, account, parameters: ARGON2 };
}

/** A whole registration. */
export async function register(account: AccountId, password: string) {
  return await finishRegistration(await beginRegistration(account, password));
}

/** What the server answers, with the record of `of` where it should be that of `account`. */
export async function begin(account: AccountId, password: string, record: string | null) {
  const { state, request } = await startLogin(password);
  const { loginResponse: response, serverLoginState } = server.startLogin({
    serverSetup,
    userIdentifier: account,
    registrationRecord: record,
    startLoginRequest: request,
    identifiers: opaqueIdentifiers(account),
  });
  const answer = { password, state, response, account, parameters: ARGON2 };
  return { answer, serverLoginState };
}
