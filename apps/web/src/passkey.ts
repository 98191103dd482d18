import { startAuthentication, startRegistration } from "@simplewebauthn/browser";
import { VaultError } from "./vault-error.ts";
import type {
  FactorAnswer,
  FactorQuestion,
  PasskeyAnswer,
  PasskeyCreated,
  PasskeyQuestion,
} from "./wire-ways.ts";

// Browsers ask authenticators on the page only, never in a worker. What the PRF gives goes to the
// worker at once and is kept nowhere; to the service goes the signature alone.

const ES256 = -7;
const EDDSA = -8;
const RS256 = -257;

/** Has an authenticator make a passkey for this record, and evaluates its PRF. */
export async function createPasskey(
  asked: PasskeyQuestion & { readonly account: string; readonly name: string },
  needsPrf: boolean,
): Promise<PasskeyCreated> {
  const made = await told(() =>
    startRegistration({
      optionsJSON: {
        challenge: asked.challenge,
        rp: { name: "Écrin", id: location.hostname },
        user: { id: asked.account, name: asked.name, displayName: asked.name },
        pubKeyCredParams: [ES256, EDDSA, RS256].map((alg) => ({ alg, type: "public-key" })),
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
        attestation: "none",
        extensions: prfOf(asked.prfInput),
      },
    }),
  );
  const { id, response } = made;
  // Not every authenticator evaluates it while it makes the passkey; asked again it does.
  const prf = resultOf(made.clientExtensionResults) ?? (await prfLater(asked, needsPrf));
  const { clientDataJSON: clientData, attestationObject: attestation } = response;
  return { id, clientData, attestation, ...(prf === undefined ? {} : { prf }) };
}

async function prfLater({ challenge, prfInput }: PasskeyQuestion, isNeeded: boolean) {
  try {
    return (await signWithPasskey({ challenge, prfInput })).prf;
  } catch (error) {
    if (isNeeded) throw error;
    return undefined;
  }
}

/** Has one of these passkeys sign at a door; of its PRF nothing is asked. */
export async function answerWithPasskey({
  challenge,
  passkeys,
}: FactorQuestion): Promise<FactorAnswer> {
  const used = await told(() =>
    startAuthentication({
      optionsJSON: {
        challenge,
        rpId: location.hostname,
        userVerification: "required",
        allowCredentials: passkeys.map((id) => ({ id, type: "public-key" })),
      },
    }),
  );
  const { clientDataJSON: clientData, authenticatorData, signature } = used.response;
  return { id: used.id, clientData, authenticatorData, signature };
}

/** Has any passkey of this record's service sign, and evaluates its PRF. */
export async function signWithPasskey(asked: PasskeyQuestion): Promise<PasskeyAnswer> {
  const used = await told(() =>
    startAuthentication({
      optionsJSON: {
        challenge: asked.challenge,
        rpId: location.hostname,
        userVerification: "required",
        extensions: prfOf(asked.prfInput),
      },
    }),
  );
  const { clientDataJSON: clientData, authenticatorData, signature } = used.response;
  const prf = resultOf(used.clientExtensionResults);
  if (prf === undefined) throw new VaultError({ code: "passkey-opens-nothing" });
  return { id: used.id, clientData, authenticatorData, signature, prf };
}

function prfOf(first: Uint8Array<ArrayBuffer>) {
  return { prf: { eval: { first } } };
}

/** What authenticators give beside a signature; only the PRF is looked at. */
interface Results {
  readonly prf?: { readonly results?: { readonly first?: ArrayBufferView | ArrayBufferLike } };
}

/** 32 bytes of the PRF, where the authenticator has one. */
function resultOf({ prf }: Results): Uint8Array<ArrayBuffer> | undefined {
  const first = prf?.results?.first;
  if (first === undefined) return undefined;
  const bytes = ArrayBuffer.isView(first)
    ? new Uint8Array(first.buffer, first.byteOffset, first.byteLength)
    : new Uint8Array(first);
  return bytes.length === 32 ? new Uint8Array(bytes) : undefined;
}

/** Whatever the browser says of it, nothing was done. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch {
    throw new VaultError({ code: "passkey-refused" });
  }
}
