import type { Kit, Status } from "./wire.ts";

// What page and worker say of the ways into a record: spec/device-approval.md, spec/second-factor.md.

/** What an authenticator is asked with. */
export interface PasskeyQuestion {
  readonly challenge: string;
  /** What its PRF is evaluated over. */
  readonly prfInput: Uint8Array<ArrayBuffer>;
}

/** What a passkey is asked for at a door, beside the password: its signature and nothing else. */
export interface FactorQuestion {
  readonly challenge: string;
  /** Ids of passkeys that will do. */
  readonly passkeys: readonly string[];
}

/** What a passkey answered at a door. */
export type FactorAnswer = Omit<PasskeyAnswer, "prf">;

/** What an authenticator answered. */
export interface PasskeyAnswer {
  readonly id: string;
  readonly clientData: string;
  readonly authenticatorData: string;
  readonly signature: string;
  readonly prf: Uint8Array<ArrayBuffer>;
}

export interface PasskeyCreated {
  readonly id: string;
  readonly clientData: string;
  readonly attestation: string;
  /** Absent where the authenticator has none: it can then be asked for, and opens nothing. */
  readonly prf?: Uint8Array<ArrayBuffer>;
}

export interface PasskeyRow {
  readonly passkey: string;
  readonly at: number;
  /** Whether it is asked for at each opening. */
  readonly asked: boolean;
  /** Whether it is a way back. */
  readonly opens: boolean;
}

/** What was done about a lost device, in numbers. */
export interface LostAnswer {
  readonly turned: number;
  readonly waiting: number;
  readonly opened: number;
}

/** Second factors that went with a renewal, and have to be set up anew. */
export interface Dropped {
  readonly totp: boolean;
  readonly passkeys: number;
}

/** What came of making everything new. */
export interface RenewedAnswer {
  readonly kit: Kit;
  readonly dropped: Dropped;
  /** Whether the keys of every record changed at once. */
  readonly turned: boolean;
  /** How much of what waited on this device can be sent no more. */
  readonly unsent: number;
}

export interface WayCalls {
  /** Makes everything of the account new; the progress counts its steps. */
  renew: {
    ask: { password: string; fresh: string; code: string; language: "fr" | "en" };
    answer: RenewedAnswer;
  };
  /** The kit of a renewal is on paper. */
  kitKept: { ask: undefined; answer: undefined };
  /** A renewal whose kit nobody has. */
  unfinished: { ask: undefined; answer: Dropped | undefined };
  loseDevice: { ask: { device: string }; answer: LostAnswer };
  /** On a new device: the number to type on one that is signed in. */
  joinBegin: { ask: undefined; answer: { number: string } };
  /** Once that device has answered: the code to type there. */
  joinMeet: { ask: undefined; answer: { code: string } };
  /** With the code that the other device shows, and the password. */
  joinEnter: { ask: { code: string; password: string; factor: string }; answer: Status };
  /** On the device that is signed in: finds the new one by its number. */
  approveBegin: { ask: { number: string }; answer: undefined };
  /** With the code that the new device shows: the code to type there. */
  approveConfirm: { ask: { code: string }; answer: { code: string } };
  /** Ends with a question for the authenticator; `passkeyEnter` goes on. */
  passkeyBegin: { ask: { address: string; password: string }; answer: PasskeyQuestion };
  passkeyEnter: { ask: PasskeyAnswer; answer: Status };
  /** `asked`: whether it is to be asked for at each opening. */
  passkeyOffer: {
    ask: { asked: boolean };
    answer: PasskeyQuestion & { account: string; name: string };
  };
  passkeyAdd: { ask: PasskeyCreated; answer: undefined };
  passkeyRemove: { ask: { passkey: string }; answer: undefined };
  factors: { ask: undefined; answer: { totp: boolean; passkeys: readonly PasskeyRow[] } };
  totpBegin: { ask: undefined; answer: { secret: string; uri: string } };
  totpConfirm: { ask: { code: string }; answer: undefined };
  totpRemove: { ask: undefined; answer: undefined };
}
