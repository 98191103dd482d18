import { passkeySlot } from "@ecrin/crypto";
import {
  type Bytes,
  bareDigits,
  type Hash,
  type NewPasskey,
  passkeyPrfInput,
  type RouteAnswer,
  type SlotId,
  type SlotKey,
} from "@ecrin/protocol";
import { ClientError } from "./errors.ts";
import { appendOwn } from "./own-chain.ts";
import { checkOpens, makeSlot, slotKeyOf } from "./password.ts";
import type { Unlocked } from "./unlocked.ts";

/** What an account can be asked for, and can come back with. */
export type Factors = RouteAnswer<"factors">;

/** What an authenticator makes a passkey of. */
export interface PasskeyOffer {
  readonly challenge: Hash;
  /** What the PRF extension is evaluated over, 32 bytes. */
  readonly prfInput: Bytes;
}

/** A passkey that was just made. */
export interface PasskeyMade {
  readonly credential: NewPasskey;
  /** 32 bytes of its PRF; absent where the authenticator has none, and then it opens nothing. */
  readonly prf?: Bytes;
}

export async function readFactors(u: Unlocked): Promise<Factors> {
  return await u.http.call("factors");
}

/** A secret for an authenticator app, in base 32, and as what its QR code says. */
export async function beginTotp(
  u: Unlocked,
): Promise<{ readonly secret: string; readonly uri: string }> {
  const { secret } = await u.http.call("totpStart", { body: {} });
  const issuer = encodeURIComponent("Écrin");
  // Key URI format; the label names no account, since apps show it to whoever looks.
  const facts = `secret=${secret}&issuer=${issuer}&algorithm=SHA1&digits=6&period=30`;
  return { secret, uri: `otpauth://totp/${issuer}?${facts}` };
}

/** @throws ClientError `factor-refused` for a code that is not of now */
export async function confirmTotp(u: Unlocked, typed: string): Promise<void> {
  await u.http.call("totpConfirm", { body: { code: codeOf(typed) } });
}

/** A code as it was typed. @throws ClientError `factor-refused` for what is none */
export function codeOf(typed: string): string {
  const code = bareDigits(typed);
  if (!/^[0-9]{6}$/.test(code)) throw new ClientError("factor-refused", "this is not a code");
  return code;
}

/**
 * Adds a passkey. With a PRF it is a way back as well: a slot of the account key, which has
 * opened before this returns.
 * @param asked whether a sign-in shall ask for it
 * @returns whether it opens the account
 * @throws ClientError `refused` for one that has no PRF and is not asked for: it would do nothing
 */
export async function addPasskey(
  u: Unlocked,
  make: (offer: PasskeyOffer) => Promise<PasskeyMade>,
  asked: boolean,
): Promise<boolean> {
  // Before the authenticator is asked: a chain that moved on meanwhile would cost a second try.
  await u.accounts.get(u.account, 0);
  const { signIn, challenge } = await u.http.call("passkeyStart", { body: {} });
  const { credential, prf } = await make({ challenge, prfInput: passkeyPrfInput() });
  const body = { signIn, credential, asked };
  if (prf === undefined) {
    if (!asked) throw new ClientError("refused", "this passkey can open nothing");
    await u.http.call("passkeyConfirm", { body });
    return false;
  }
  const secrets = passkeySlot(prf);
  const slot = await makeSlot(u, secrets);
  await appendOwn(
    u,
    ({ slots }) => ({ op: "slots", slots: [...slots, slotKeyOf(slot)] }),
    async (statement) =>
      await u.http.call("passkeyConfirm", { body: { ...body, statement, slot } }),
  );
  await checkOpens(u.http, u.account, u.keyring, secrets);
  return true;
}

/** Stops asking for codes. */
export async function removeTotp(u: Unlocked): Promise<void> {
  await u.http.call("factorRemove", { body: { totp: true } });
}

/** Removes a passkey, and its slot from the chain. */
export async function removePasskey(u: Unlocked, passkey: string): Promise<void> {
  const known = (await readFactors(u)).passkeys.find((each) => each.passkey === passkey);
  if (known === undefined) throw new ClientError("not-found", "there is no such passkey");
  const { slot } = known;
  if (slot === undefined) {
    await u.http.call("factorRemove", { body: { passkey } });
    return;
  }
  await appendOwn(
    u,
    ({ slots }) => ({ op: "slots", slots: withoutPasskey(slots, slot) }),
    async (statement) => await u.http.call("factorRemove", { body: { passkey, statement } }),
  );
}

/** Which slot is a passkey's is the server's word; that it is one of a passkey, the chain says. */
function withoutPasskey(slots: readonly SlotKey[], slot: SlotId): SlotKey[] {
  const left = slots.filter((each) => each.slot !== slot || each.kind !== "passkey");
  if (left.length === slots.length)
    throw new ClientError("bad-answer", "the slot named is not one of a passkey");
  return left;
}
