import {
  type AccountId,
  type Argon2Parameters,
  type Bytes,
  fromBase64url,
  SUITE,
} from "@ecrin/protocol";
import { cannotOpen } from "./errors.ts";
import { assertArgon2Floor, normalPassword } from "./password.ts";

// The client's side of OPAQUE (RFC 9807, ristretto255-SHA512). Messages and states are base64url
// texts, as they travel. The module weighs 157 kB and is loaded when somebody signs in, not before.

/** The name of every server. Which account a record belongs to is what must be bound. */
export const OPAQUE_SERVER = SUITE;

/** The names that both sides mix into a registration and a sign-in. */
export function opaqueIdentifiers(account: AccountId): { client: string; server: string } {
  return { client: account, server: OPAQUE_SERVER };
}

/** A step under way: `state` stays here, `request` goes to the server. */
export interface OpaqueStart {
  readonly state: string;
  readonly request: string;
}

/** What finishing a step takes: the server's answer and what was said at the start. */
export interface OpaqueAnswer {
  readonly password: string;
  readonly state: string;
  readonly response: string;
  readonly account: AccountId;
  /** As the server names them; refused below the suite's before anything is derived. */
  readonly parameters: Argon2Parameters;
}

/** Begins to register a password. */
export async function startRegistration(password: string): Promise<OpaqueStart> {
  const client = await loadClient();
  const start = client.startRegistration({ password: normalPassword(password) });
  return { state: start.clientRegistrationState, request: start.registrationRequest };
}

/**
 * Ends a registration: the record for the server, and the 64-byte export key,
 * which is another at every registration, even of the same password.
 * @throws CryptoError `parameters-below-floor`, `cannot-open`
 */
export async function finishRegistration(
  answer: OpaqueAnswer,
): Promise<{ record: string; exportKey: Bytes }> {
  assertArgon2Floor(answer.parameters);
  const client = await loadClient();
  const end = orCannotOpen(() =>
    client.finishRegistration({
      password: normalPassword(answer.password),
      clientRegistrationState: answer.state,
      registrationResponse: answer.response,
      identifiers: opaqueIdentifiers(answer.account),
      keyStretching: stretching(answer.parameters),
    }),
  );
  return { record: end.registrationRecord, exportKey: fromBase64url(end.exportKey) };
}

/** Begins to sign in. */
export async function startLogin(password: string): Promise<OpaqueStart> {
  const client = await loadClient();
  const start = client.startLogin({ password: normalPassword(password) });
  return { state: start.clientLoginState, request: start.startLoginRequest };
}

/**
 * Ends a sign-in. A wrong password, another account's record and a server that
 * does not have the record are one error.
 * @returns `finish` for the server, and the export and session keys, 64 bytes each
 * @throws CryptoError `parameters-below-floor`, `cannot-open`
 */
export async function finishLogin(
  answer: OpaqueAnswer,
): Promise<{ finish: string; exportKey: Bytes; sessionKey: Bytes }> {
  assertArgon2Floor(answer.parameters);
  const client = await loadClient();
  const end =
    orCannotOpen(() =>
      client.finishLogin({
        password: normalPassword(answer.password),
        clientLoginState: answer.state,
        loginResponse: answer.response,
        identifiers: opaqueIdentifiers(answer.account),
        keyStretching: stretching(answer.parameters),
      }),
    ) ?? cannotOpen();
  return {
    finish: end.finishLoginRequest,
    exportKey: fromBase64url(end.exportKey),
    sessionKey: fromBase64url(end.sessionKey),
  };
}

async function loadClient() {
  const { client, ready } = await import("@serenity-kit/opaque");
  await ready;
  return client;
}

/** The module names memory in KiB; spelled out rather than by one of its presets, which may move. */
function stretching({ memoryKiB, iterations, parallelism }: Argon2Parameters) {
  return { "argon2id-custom": { memory: memoryKiB, iterations, parallelism } };
}

function orCannotOpen<Result>(step: () => Result): Result {
  try {
    return step();
  } catch {
    return cannotOpen();
  }
}
