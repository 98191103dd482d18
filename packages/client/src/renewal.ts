import {
  finishRegistration,
  kitLoginSeed,
  kitSlot,
  newSecret,
  passwordSlot,
  type Signer,
  sealSlot,
  signBytes,
  signerFrom,
  signingKeyOf,
  startRegistration,
} from "@ecrin/crypto";
import {
  type AccountState,
  currentDevices,
  currentIdentity,
  fromBase64url,
  type Hash,
  type Identity,
  parseAccountStatement,
  type RouteBody,
  rotationProofInput,
  type Slot,
  type Statement,
  toBase64url,
} from "@ecrin/protocol";
import {
  aboutToBeChange,
  type DroppedFactors,
  forgetAboutToBe,
  unfinishedChange,
} from "./about-to-be.ts";
import { Account } from "./account.ts";
import { isRefusedFor, opening } from "./errors.ts";
import { readFactors } from "./factors.ts";
import { identityOf, type Keyring, MAX_EARLIER } from "./keyring.ts";
import { Kit } from "./kit.ts";
import { readServer } from "./open-account.ts";
import { nextStatement, type OwnFact } from "./own-chain.ts";
import { certificateOf, newDevice, type OwnDevice } from "./own-device.ts";
import { sealedSlot, slotKeyOf } from "./password.ts";
import { type SignIn, unlockHere } from "./sign-in.ts";
import type { Unlocked } from "./unlocked.ts";

const ATTEMPTS = 4;

export interface Renewal extends SignIn {
  /** The password from now on. The one before has been somebody else's too, or may have been. */
  readonly newPassword: string;
  /** Told before each step. */
  readonly step?: (step: RenewalStep) => void;
}

/**
 * `open`: with the password of before; `send`: what waits on this device; `make`: everything, here
 * and at the server in one step; `enter`: with what is new; `turn`: the keys of the records.
 */
export const RENEWAL_STEPS = ["open", "send", "make", "enter", "turn"] as const;
export type RenewalStep = (typeof RENEWAL_STEPS)[number];

/** An account whose every secret is new. */
export interface Renewed {
  readonly account: Account;
  /** The one before opens nothing any more. It is shown now or never; then `kitKept` is said. */
  readonly kit: Kit;
  /** Whether the keys of every record that may be written in have changed too; the rest change with the next thing sealed there. */
  readonly turned: boolean;
  /** What has to be set up anew. */
  readonly dropped: DroppedFactors;
  /** How much of what was done without network could not be sent first. Signed by the device before, it is refused now. */
  readonly unsent: number;
}

/**
 * Makes everything anew after a compromise (spec/keys.md): identity, account key, secret key, both
 * slots, and this device; every other device is signed out and comes back with the new kit and
 * password. Whatever breaks on the way, the next sign-in here succeeds: with the new password where
 * the server had taken it, with the one before where not.
 * @throws ClientError as `signIn` does, before anything is changed
 */
export async function rotateIdentity(ask: Renewal): Promise<Renewed> {
  const { step = () => undefined } = ask;
  step("open");
  const { u, own } = await unlockHere(ask);
  step("send");
  const unsent = await sendFirst(new Account(u, own));
  step("make");
  const way = await u.store.addPassword(ask.newPassword);
  const { kit, dropped } = await renewHere(u, own, ask.newPassword);
  u.keyring.lock();
  step("enter");
  const { newPassword: password } = ask;
  const after = await unlockHere({ ...ask, password, devicePassword: password });
  await after.u.store.keep(way);
  step("turn");
  const account = new Account(after.u, after.own);
  const turned = await account.turnEpochs().then(
    () => true,
    () => false,
  );
  return { account, kit, turned, dropped, unsent };
}

/**
 * What waits on this device is signed by it, and nobody takes it from a device that was signed out.
 * @returns how much stays; @throws ClientError an alarm
 */
async function sendFirst(account: Account): Promise<number> {
  const { waits, apart } = await account.send();
  return waits + apart;
}

/** Makes and posts it, again from the new state where another device was faster. */
async function renewHere(u: Unlocked, own: OwnDevice, newPassword: string) {
  for (let attempt = 1; ; attempt++) {
    const state = await u.accounts.get(u.account, 0);
    await u.keyring.refresh();
    const { totp, passkeys } = await readFactors(u);
    const dropped: DroppedFactors = { totp: totp !== undefined, passkeys: passkeys.length };
    const made = await makeAll(u, own, state, newPassword);
    const waiting = { own: made.own, seq: state.head.seq + 1 };
    await u.store.batch([aboutToBeChange(waiting), unfinishedChange(dropped)]);
    try {
      await u.http.call("renew", { body: made.body });
      return { kit: made.kit, dropped };
    } catch (error) {
      // Without an answer nobody knows: what was written down stays until the chain tells.
      if (isRefusedFor(error, "offline", "unavailable", "internal")) throw error;
      await forgetAboutToBe(u.store, waiting);
      if (isRefusedFor(error, "stale-head") && attempt < ATTEMPTS) continue;
      await u.store.keep();
      throw error;
    }
  }
}

interface Made {
  readonly body: RouteBody<"renew">;
  readonly own: OwnDevice;
  readonly kit: Kit;
}

async function makeAll(
  u: Unlocked,
  before: OwnDevice,
  state: AccountState,
  newPassword: string,
): Promise<Made> {
  const { account } = u;
  const [accountKey, secretKey] = [newSecret(), newSecret()];
  const identity = { seal: toBase64url(newSecret()), sign: toBase64url(newSecret()) };
  const kit = new Kit(account, newSecret());
  const own = newDevice(u.http.server, secretKey, before.name);
  const renewed = (keyring: Keyring): Keyring => ({
    ...keyring,
    identity,
    secretKey: toBase64url(secretKey),
    earlier: earlierOf(keyring, currentIdentity(state).hash),
  });
  const publicIdentity = await identityOf(renewed(u.keyring.contents()));
  const { record, exportKey } = await register(u, newPassword);
  const slots = await Promise.all(
    [passwordSlot(exportKey, secretKey), kitSlot(kit.code)].map(
      async (secrets) =>
        await sealedSlot(account, publicIdentity, secrets, (its, place) =>
          sealSlot(its, place, accountKey),
        ),
    ),
  );
  const signer = await signerFrom(fromBase64url(identity.sign));
  const statements = await statementsOf(u, state, { own, slots, identity: publicIdentity, signer });
  const keyring = await u.keyring.sealedUnder(accountKey, renewed);
  const kitKey = await signingKeyOf(kitLoginSeed(kit.code));
  return { body: { statements, slots, keyring, record, kitKey }, own, kit };
}

/** The seeds that open what was wrapped for the identities before, this one's now among them. */
function earlierOf({ earlier = [], identity }: Keyring, hash: Hash) {
  return [{ identity: hash, seal: identity.seal }, ...earlier].slice(0, MAX_EARLIER);
}

async function register({ account, http }: Unlocked, password: string) {
  const { signIn: parameters } = await readServer(http);
  const { state, request } = await startRegistration(password);
  const { response } = await http.call("passwordStart", { body: { request } });
  return await opening(
    async () => await finishRegistration({ password, state, response, account, parameters }),
  );
}

/** The new identity, signed by the one before; then it signs out every device there was, and this one in. */
async function statementsOf(
  u: Unlocked,
  state: AccountState,
  made: {
    readonly own: OwnDevice;
    readonly slots: readonly Slot[];
    readonly identity: Identity;
    readonly signer: Signer;
  },
): Promise<Statement[]> {
  const { own, slots, identity, signer } = made;
  const { account, head } = state;
  const input = rotationProofInput(account, head.seq + 1, head.hash, identity);
  const proof = toBase64url(await signBytes(signer, input));
  const rotate = { op: "rotate", identity, slots: slots.map(slotKeyOf), proof } as const;
  const facts: OwnFact[] = [
    ...currentDevices(state).map(({ device }) => ({ op: "sign-out", device }) as const),
    { op: "device", device: await certificateOf(own) },
  ];
  const statements = [
    await nextStatement(state, rotate, await u.keyring.identitySigner(), u.now()),
  ];
  for (const fact of facts) {
    const { hash, fact: last } = parseAccountStatement(statements.at(-1));
    const place = { account, head: { hash, seq: last.seq } };
    statements.push(await nextStatement(place, fact, signer, u.now()));
  }
  return statements;
}
