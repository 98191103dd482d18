import { type AccountId, type Argon2Parameters, SUITE } from "@ecrin/protocol";
import { server } from "@serenity-kit/opaque";
import { refuse } from "./problem.ts";

// The server's side of OPAQUE (RFC 9807). Texts are base64url, as they travel. keys.ts awaits the module.

/** What the client stretches the password with (spec/keys.md, Sign-in). The server never does it itself. */
export const PARAMETERS: Argon2Parameters = { memoryKiB: 65_536, iterations: 3, parallelism: 4 };

/** The names both sides mix in: a record moved to another account opens nothing. */
function identifiers(account: AccountId): { client: string; server: string } {
  return { client: account, server: SUITE };
}

/** Answers the first message of a registration. @throws ServerError `malformed` */
export function answerRegistration(setup: string, account: AccountId, request: string): string {
  try {
    const answer = server.createRegistrationResponse({
      serverSetup: setup,
      userIdentifier: account,
      registrationRequest: request,
    });
    return answer.registrationResponse;
  } catch {
    return refuse("malformed", "body.request");
  }
}

/** A sign-in under way; `state` stays here. */
export interface OpaqueAnswer {
  readonly response: string;
  readonly state: string;
}

/**
 * Answers the first message of a sign-in. Without a record the answer is made up
 * (RFC 9807 section 6.3.2.2): same size, same work, and no password fits it.
 * @throws ServerError `malformed`
 */
export function answerSignIn(
  setup: string,
  account: AccountId,
  record: string | undefined,
  request: string,
): OpaqueAnswer {
  try {
    const answer = server.startLogin({
      serverSetup: setup,
      userIdentifier: account,
      registrationRecord: record,
      startLoginRequest: request,
      identifiers: identifiers(account),
    });
    return { response: answer.loginResponse, state: answer.serverLoginState };
  } catch {
    return refuse("malformed", "body.request");
  }
}

/** Whether the last message of a sign-in shows that the password was the registered one. */
export function isPasswordProven(account: AccountId, state: string, finish: string): boolean {
  try {
    server.finishLogin({
      serverLoginState: state,
      finishLoginRequest: finish,
      identifiers: identifiers(account),
    });
    return true;
  } catch {
    return false;
  }
}

/**
 * Checks that a record is one, by answering a sign-in with it.
 * @throws ServerError `malformed`
 */
export function checkRecord(record: string): void {
  if (!/^[A-Za-z0-9_-]{256}$/.test(record)) refuse("malformed", "body.record");
}
