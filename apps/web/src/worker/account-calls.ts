import {
  ClientError,
  eraseStore,
  isChangedElsewhere,
  type Kit,
  type KitRecovery,
  type LocalDevice,
  OfflineAccount,
  readKit,
  recoverWithKit,
  type Succession,
  signIn,
  signInWithKit,
  signUp,
  unlockOffline,
} from "@ecrin/client";
import { behind, type SignInBehind } from "./behind.ts";
import { doorStatus, localStore } from "./door.ts";
import { type Handlers, Refusal } from "./handlers.ts";
import { kitView } from "./kit-view.ts";
import {
  close,
  current,
  forget,
  open,
  opened,
  openHere,
  sayAccepted,
  server,
  status,
} from "./session.ts";
import { factorShown } from "./way-calls.ts";

type AccountCall =
  | "status"
  | "signUp"
  | "unlock"
  | "changedElsewhere"
  | "enter"
  | "recover"
  | "lock"
  | "leave"
  | "devices"
  | "signOutDevice"
  | "changePassword"
  | "checkKit"
  | "newKit"
  | "notices"
  | "cancelRecovery";

/** Opening and closing the account, and what belongs to it. */
export const accountCalls: Handlers<AccountCall> = {
  status,

  async signUp({ address, name, password, language }) {
    const store = await localStore();
    const made = await signUp({
      server,
      store,
      address: address.trim(),
      name: name.trim(),
      password,
    });
    open(made.account);
    return kitView(made.kit, language);
  },

  async unlock({ password, before, code, acceptLog }, _, passkey) {
    const store = await localStore();
    // A wrong password is told by this device, at once, and nobody is asked.
    const local = await unlockOffline({ store, password: before === "" ? password : before });
    const other = before === "" ? {} : { devicePassword: before };
    const enter: SignInBehind = async (typed, show, accepting) => {
      const secondFactor = factorShown(typed === "" ? code : typed, show);
      const accept = accepting === undefined ? {} : { acceptLog: accepting };
      return await signIn({ server, store, local, password, ...other, secondFactor, ...accept });
    };
    if (acceptLog !== "") {
      open(await enter(code, passkey, acceptLog as Succession["to"]));
      sayAccepted();
      return await status();
    }
    const kept = await keptOf(local);
    if (kept === undefined) open(await enter(code, passkey));
    else openHere({ kept, signIn: orChanged(enter), lock: () => local.lock() });
    return await status();
  },

  async changedElsewhere({ password }) {
    return await isChangedElsewhere({ server, store: await localStore(), password });
  },

  async enter({ kit, address, password, code }, _, passkey) {
    const store = await localStore();
    const who = { server, store, kit, address: address.trim(), password };
    open(await signInWithKit({ ...who, secondFactor: factorShown(code, passkey) }));
    return await status();
  },

  async recover({ kit, account, password }) {
    const store = await localStore();
    const newPassword = () => password;
    const ask = { server, store, newPassword, ...(await whose(kit, account.trim())) };
    const recovery = await recoverWithKit(ask);
    if (recovery.account === undefined) return { ready: recovery.ready };
    open(recovery.account);
    return { ready: recovery.ready, status: await status() };
  },

  async lock() {
    const account = opened();
    const kept = behind();
    close();
    kept?.lock();
    await account?.lock();
    return await status();
  },

  /** Removes the record from this device, whether or not anything opens it. */
  async leave() {
    await eraseStore(await localStore());
    close();
    return await status();
  },

  async devices() {
    return await current().devices();
  },

  async signOutDevice({ device }) {
    const account = current();
    const found = (await account.devices()).find((each) => each.device === device);
    if (found === undefined) throw new ClientError("not-found", "is not a device signed in");
    await account.signOutDevice(found.device);
    if (found.here) forget();
    return await status();
  },

  async changePassword({ old, fresh }) {
    await current().changePassword(old, fresh);
    return undefined;
  },

  async checkKit({ kit }) {
    await current().checkKit(kit);
    return undefined;
  },

  async newKit({ language }) {
    return kitView(await current().newKit(), language);
  },

  async notices() {
    return (await current().notices()).map(({ kind, at }) => ({ kind, at }));
  },

  async cancelRecovery() {
    await current().cancelRecovery();
    return undefined;
  },
};

/**
 * What this device keeps of the account, to be shown at once; undefined where it keeps nothing, and
 * where a renewal broke off, which has to be settled before anything else.
 */
async function keptOf(local: LocalDevice): Promise<OfflineAccount | undefined> {
  if ((await doorStatus()).renewing === true) return undefined;
  try {
    return await OfflineAccount.open(local);
  } catch (error) {
    if (error instanceof ClientError && error.code === "not-kept") return undefined;
    throw error;
  }
}

/** The password has opened this device, so where the service does not know it, it was changed on another. */
function orChanged(signIn: SignInBehind): SignInBehind {
  return async (code, passkey, acceptLog) => {
    try {
      return await signIn(code, passkey, acceptLog);
    } catch (error) {
      const isUnknown = error instanceof ClientError && error.code === "wrong-password";
      throw isUnknown ? new Refusal("password-changed") : error;
    }
  };
}

/** A kit whose words name no account is completed by the number that stands below them. */
async function whose(kit: string, number: string): Promise<Pick<KitRecovery, "kit" | "account">> {
  const read = await readKit(kit);
  if (read.account !== undefined) return { kit: read };
  if (!/^[\w-]{22}$/.test(number)) throw new Refusal("record-number");
  return { kit: read, account: number as Kit["account"] };
}
