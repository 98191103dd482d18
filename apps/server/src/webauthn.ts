import type { Assertion, Hash, NewPasskey } from "@ecrin/protocol";

/** ES256, EdDSA and RS256 (RFC 9053, RFC 8812): what authenticators have. */
const ALGORITHMS = [-7, -8, -257];

/** A passkey as it is kept. */
export interface Passkey {
  readonly passkey: string;
  /** COSE. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
  readonly counter: number;
}

/** What a passkey must have signed. */
export interface Expected {
  readonly challenge: Hash;
  /** Scheme, host and port that the page came from. */
  readonly origin: string;
}

/** Large, and a server of people without passkeys never asks it. */
const verifying = () => import("@simplewebauthn/server");

/** The passkey of a registration (WebAuthn Level 3, section 7.1); undefined for whatever does not hold. */
export async function passkeyOf(
  { id, clientData, attestation }: NewPasskey,
  expected: Expected,
): Promise<Passkey | undefined> {
  const { verifyRegistrationResponse } = await verifying();
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      ...rules(expected),
      response: {
        id,
        rawId: id,
        type: "public-key",
        clientExtensionResults: {},
        response: { clientDataJSON: clientData, attestationObject: attestation },
      },
      supportedAlgorithmIDs: ALGORITHMS,
    });
    if (!verified || registrationInfo.credential.id !== id) return undefined;
    const { publicKey, counter } = registrationInfo.credential;
    return { passkey: id, publicKey, counter };
  } catch {
    return undefined;
  }
}

/** The passkey's counter after an assertion (section 7.2); undefined for whatever does not hold. */
export async function counterOf(
  { id, clientData, authenticatorData, signature }: Assertion,
  { passkey, publicKey, counter }: Passkey,
  expected: Expected,
): Promise<number | undefined> {
  const { verifyAuthenticationResponse } = await verifying();
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      ...rules(expected),
      response: {
        id,
        rawId: id,
        type: "public-key",
        clientExtensionResults: {},
        response: { clientDataJSON: clientData, authenticatorData, signature },
      },
      credential: { id: passkey, publicKey, counter },
    });
    return verified ? authenticationInfo.newCounter : undefined;
  } catch {
    return undefined;
  }
}

function rules({ challenge, origin }: Expected) {
  return {
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: new URL(origin).hostname,
    requireUserVerification: true,
  };
}
