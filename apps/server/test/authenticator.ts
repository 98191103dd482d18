import { createHash, createHmac, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import type { Assertion, NewPasskey } from "@ecrin/protocol";

// An authenticator in software (WebAuthn Level 3): discoverable, verifies its user, has a PRF.

/** How an answer differs from a right one. */
export interface Twist {
  readonly origin?: string;
  readonly type?: string;
  /** Flags of the authenticator data, section 6.1. */
  readonly flags?: number;
  readonly counter?: number;
}

const PRESENT_AND_VERIFIED = 0x05;
const WITH_CREDENTIAL = 0x40;

export class Authenticator {
  readonly id = randomBytes(32).toString("base64url");
  readonly #origin: string;
  readonly #prfKey = randomBytes(32);
  readonly #keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  #counter = 0;

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** `navigator.credentials.create`. */
  create(challenge: string, twist: Twist = {}): NewPasskey {
    const { x = "", y = "" } = this.#keys.publicKey.export({ format: "jwk" });
    // COSE_Key (RFC 9053): {1: 2, 3: -7, -1: 1, -2: x, -3: y}
    const cose = Buffer.concat([
      Buffer.from("a5010203262001215820", "hex"),
      Buffer.from(x, "base64url"),
      Buffer.from("225820", "hex"),
      Buffer.from(y, "base64url"),
    ]);
    const id = Buffer.from(this.id, "base64url");
    const data = Buffer.concat([
      this.#head({ flags: PRESENT_AND_VERIFIED | WITH_CREDENTIAL, ...twist }),
      Buffer.alloc(16),
      Buffer.from([0, id.length]),
      id,
      cose,
    ]);
    // {"fmt": "none", "attStmt": {}, "authData": bytes}
    const length = Buffer.alloc(2);
    length.writeUInt16BE(data.length);
    const attestation = Buffer.concat([
      Buffer.from("a363666d74646e6f6e656761747453746d74a068617574684461746159", "hex"),
      length,
      data,
    ]);
    return {
      id: this.id,
      clientData: this.#clientData("webauthn.create", challenge, twist).toString("base64url"),
      attestation: attestation.toString("base64url"),
    };
  }

  /** `navigator.credentials.get`. */
  get(challenge: string, twist: Twist = {}): Assertion {
    this.#counter += 1;
    const data = this.#head({ flags: PRESENT_AND_VERIFIED, ...twist });
    const clientData = this.#clientData("webauthn.get", challenge, twist);
    const signed = Buffer.concat([data, createHash("sha256").update(clientData).digest()]);
    return {
      id: this.id,
      clientData: clientData.toString("base64url"),
      authenticatorData: data.toString("base64url"),
      signature: sign("sha256", signed, this.#keys.privateKey).toString("base64url"),
    };
  }

  /** The PRF extension, section 10.1.4: bound to this credential. */
  prf(input: Uint8Array): Uint8Array<ArrayBuffer> {
    return new Uint8Array(createHmac("sha256", this.#prfKey).update(input).digest());
  }

  #head({ flags = 0, counter = this.#counter }: Twist): Buffer {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    const party = createHash("sha256").update(new URL(this.#origin).hostname).digest();
    return Buffer.concat([party, Buffer.from([flags]), count]);
  }

  #clientData(type: string, challenge: string, twist: Twist): Buffer {
    const { origin = this.#origin } = twist;
    return Buffer.from(
      JSON.stringify({ type: twist.type ?? type, challenge, origin, crossOrigin: false }),
    );
  }
}
