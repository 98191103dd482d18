import {
  finishRegistration,
  kitLoginSeed,
  kitSlot,
  newSecret,
  passwordSlot,
  type SlotSecrets,
  signingKeyOf,
  startRegistration,
} from "@ecrin/crypto";
import {
  type AccountId,
  currentIdentity,
  fromBase64url,
  type Identity,
  identityHash,
  newId,
  parseHash,
  parseSealingKey,
  type Slot,
  type SlotKey,
  toBase64url,
} from "@ecrin/protocol";
import { ClientError, opening } from "./errors.ts";
import type { Http } from "./http.ts";
import type { KeyringBook } from "./keyring.ts";
import { Kit, type KitCode, readKit } from "./kit.ts";
import { openAccount, readServer } from "./open-account.ts";
import { appendOwn } from "./own-chain.ts";
import { provePassword } from "./password-proof.ts";
import type { Unlocked } from "./unlocked.ts";

/**
 * Changes the password. Both passwords open this device, and the server keeps
 * both records, until the new slot has opened: whatever breaks in between, the
 * next sign-in succeeds with one of them.
 * @throws ClientError `wrong-password`
 */
export async function changePassword(u: Unlocked, before: string, next: string): Promise<void> {
  if (!(await u.store.opensWith(before))) {
    throw new ClientError("wrong-password", "this is not the password of this device");
  }
  const way = await u.store.addPassword(next);
  await registerPassword(u, next);
  await u.store.keep(way);
}

/** Puts a password in force: new record and new slot in one transaction, settled once the slot has opened. */
export async function registerPassword(u: Unlocked, password: string): Promise<void> {
  const { account, http, keyring } = u;
  const { state, request } = await startRegistration(password);
  const { response } = await http.call("passwordStart", { body: { request } });
  const { signIn: parameters } = await readServer(http);
  const { record, exportKey } = await opening(
    async () => await finishRegistration({ password, state, response, account, parameters }),
  );
  const secretKey = fromBase64url(keyring.contents().secretKey);
  const slot = await makeSlot(u, passwordSlot(exportKey, secretKey));
  await appendOwn(
    u,
    ({ slots }) => ({ op: "slots", slots: replaceSlot(slots, slot) }),
    async (statement) => await http.call("passwordFinish", { body: { record, statement, slot } }),
  );
  const proof = await provePassword(http, { account }, password, "current");
  await checkOpens(http, account, keyring, passwordSlot(proof.exportKey, secretKey));
  await http.call("passwordSettle", { body: {} });
}

/** Makes a new kit; the one before opens nothing from then on. It is returned once its slot has opened. */
export async function replaceKit(u: Unlocked): Promise<Kit> {
  const { account, http, keyring } = u;
  const kit = new Kit(account, newSecret());
  const slot = await makeSlot(u, kitSlot(kit.code));
  const kitKey = await signingKeyOf(kitLoginSeed(kit.code));
  await appendOwn(
    u,
    ({ slots }) => ({ op: "slots", slots: replaceSlot(slots, slot) }),
    async (statement) => await http.call("kitReplace", { body: { statement, slot, kitKey } }),
  );
  await checkOpens(http, account, keyring, kitSlot(kit.code));
  return kit;
}

/**
 * Whether a kit still opens the account: its slot is fetched and opened, and nothing is changed.
 * @throws ClientError `wrong-kit` for a kit of somebody else, a replaced one, or a mistyped one
 */
export async function checkKit(u: Unlocked, kit: KitCode | string): Promise<void> {
  const { account, http, keyring } = u;
  const read = await readKit(kit);
  if (read.account !== undefined && read.account !== account) {
    throw new ClientError("wrong-kit", "this is the kit of another account");
  }
  try {
    await checkOpens(http, account, keyring, kitSlot(read.code));
  } catch (cause) {
    if (!(cause instanceof ClientError) || cause.code !== "cannot-open") throw cause;
    throw new ClientError("wrong-kit", "this kit opens the account no more", { cause });
  }
}

/** A slot as the server keeps it. */
export async function sealedSlot(
  account: AccountId,
  identity: Identity,
  secrets: SlotSecrets,
  seal: KeyringBook["sealSlot"],
): Promise<Slot> {
  const slot = newId<"slot">();
  const place = { account, slot, identity: identityHash(account, identity) };
  const { key, wrap, mac } = await seal(secrets, place);
  return {
    slot,
    kind: secrets.kind,
    key: parseSealingKey(toBase64url(key), "slot.key"),
    wrap: toBase64url(wrap),
    mac: parseHash(toBase64url(mac), "slot.mac"),
    identity,
  };
}

/** What the chain says of a slot. */
export function slotKeyOf({ slot, kind, key }: Slot): SlotKey {
  return { slot, kind, key };
}

/** A slot of the account key for a factor, as the server keeps it. */
export async function makeSlot(u: Unlocked, secrets: SlotSecrets): Promise<Slot> {
  const { identity } = currentIdentity(await u.accounts.get(u.account));
  return await sealedSlot(u.account, identity, secrets, (...place) => u.keyring.sealSlot(...place));
}

function replaceSlot(slots: readonly SlotKey[], slot: Slot): SlotKey[] {
  return [...slots.filter((each) => each.kind !== slot.kind), slotKeyOf(slot)];
}

/** What the server has stored must give the account key again, before anything relies on it. */
export async function checkOpens(
  http: Http,
  account: AccountId,
  keyring: KeyringBook,
  secrets: SlotSecrets,
): Promise<void> {
  const { accountKey } = await openAccount(http, account, secrets);
  if (!keyring.holdsKey(accountKey)) {
    throw new ClientError("cannot-open", "the new slot does not open the account");
  }
}
