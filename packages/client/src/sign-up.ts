import {
  finishRegistration,
  kitLoginSeed,
  kitSlot,
  newSecret,
  passwordSlot,
  sealSlot,
  signerFrom,
  signingKeyOf,
  signStatement,
  startRegistration,
} from "@ecrin/crypto";
import { fromBase64url, newId, type RouteBody, SUITE, toBase64url } from "@ecrin/protocol";
import { Account } from "./account.ts";
import { follow } from "./accounts.ts";
import { wrapAddress } from "./address.ts";
import { ClientError, isRefusedFor, opening } from "./errors.ts";
import { Http, type HttpOptions } from "./http.ts";
import { identityOf, type Keyring, sealKeyring } from "./keyring.ts";
import { Kit } from "./kit.ts";
import { readServer, unlock } from "./open-account.ts";
import { certificateOf, deviceChange, newDevice } from "./own-device.ts";
import { sealedSlot, slotKeyOf } from "./password.ts";
import { type RawStore, Store } from "./store.ts";

export interface SignUp extends HttpOptions {
  /** An e-mail address; the server never keeps its text. */
  readonly address: string;
  readonly password: string;
  /** The name that contacts will see. */
  readonly name: string;
  readonly store: RawStore;
  /** What this device is called, here and nowhere else. */
  readonly deviceName?: string;
}

const ATTEMPTS = 4;

/**
 * Makes an account: identity, device, account key, secret key and kit here; a
 * password registered by OPAQUE; public keys, ciphertexts and the record there.
 * @returns the account unlocked, and the kit, which is shown now or never
 */
export async function signUp(ask: SignUp): Promise<{ account: Account; kit: Kit }> {
  const { password, store: raw, now = Date.now } = ask;
  const http = new Http(ask);
  const server = await readServer(http);
  const account = newId<"account">();
  const kit = new Kit(account, newSecret());
  const [accountKey, secretKey] = [newSecret(), newSecret()];
  const identity = { seal: toBase64url(newSecret()), sign: toBase64url(newSecret()) };
  const own = newDevice(http.server, secretKey, ask.deviceName);
  const address = await wrapAddress(server.addressKey, ask.address);

  const { state, request } = await startRegistration(password);
  const { response } = await http.call("signUpStart", { body: { account, request } });
  const { record, exportKey } = await opening(
    async () =>
      await finishRegistration({ password, state, response, account, parameters: server.signIn }),
  );

  const contents: Omit<Keyring, "heads"> = {
    identity,
    secretKey: toBase64url(secretKey),
    profile: { name: ask.name },
    contacts: [],
    log: { key: server.logKey },
  };
  const publicIdentity = await identityOf({ ...contents, heads: [] });
  const slots = await Promise.all(
    [passwordSlot(exportKey, secretKey), kitSlot(kit.code)].map(
      async (secrets) =>
        await sealedSlot(account, publicIdentity, secrets, (its, place) =>
          sealSlot(its, place, accountKey),
        ),
    ),
  );
  const begin = {
    suite: SUITE,
    account,
    seq: 0,
    at: now(),
    op: "begin",
    identity: publicIdentity,
    device: await certificateOf(own),
    slots: slots.map(slotKeyOf),
  };
  const statement = await signStatement(
    "account",
    begin,
    await signerFrom(fromBase64url(identity.sign)),
  );
  const { head } = await follow(undefined, account, [statement]);
  const keyring = await sealKeyring(accountKey, account, 1, {
    ...contents,
    heads: [[account, head]],
  });

  const store = await Store.create(raw, account, password, [deviceChange(own)]);
  const body = {
    account,
    address,
    record,
    statement,
    slots,
    keyring: keyring.box,
    kitKey: await signingKeyOf(kitLoginSeed(kit.code)),
    key: await http.begin(),
  };
  http.enter(await finish(http, body, store));
  const answer = { account, chain: [statement], slots, keyring, notices: [] };
  const u = await unlock({ account, accountKey, server, answer }, { http, store, own, now });
  await store.keep();
  return { account: new Account(u, own), kit };
}

/** The same request again finds itself done: an account is not lost with an answer. */
async function finish(http: Http, body: RouteBody<"signUpFinish">, store: Store) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await http.call("signUpFinish", { body });
    } catch (error) {
      if (isRefusedFor(error, "offline", "unavailable") && attempt < ATTEMPTS) {
        await new Promise<void>((resolve) => setTimeout(resolve, 100 * 2 ** attempt));
        continue;
      }
      // Where the server said no there is no account for this store to hold.
      if (error instanceof ClientError && error.problem !== undefined) await store.erase();
      throw error;
    }
  }
}
