import { signerFrom } from "@ecrin/crypto";
import { fromBase64url } from "@ecrin/protocol";
import type { Http } from "./http.ts";
import { type OpenedAccount, unlock } from "./open-account.ts";
import { nextStatement } from "./own-chain.ts";
import { certificateOf, deviceChange, newDevice } from "./own-device.ts";
import { type RawStore, Store } from "./store.ts";

interface Place {
  readonly store: RawStore;
  readonly deviceName?: string;
  readonly now?: () => number;
}

/** Makes a device key, keeps it, and has the identity certify it in the account's chain. */
export async function enrol(
  opened: OpenedAccount,
  http: Http,
  { store: raw, deviceName, now = Date.now }: Place,
  password: string,
) {
  const { account, keyring, state, answer } = opened;
  const own = newDevice(http.server, fromBase64url(keyring.secretKey), deviceName);
  const store = await Store.create(raw, account, password, [deviceChange(own)]);
  const identity = await signerFrom(fromBase64url(keyring.identity.sign));
  const fact = { op: "device", device: await certificateOf(own) } as const;
  const statement = await nextStatement(state, fact, identity, now());
  await http.call("accountPost", { body: { statement } });
  const chain = [...answer.chain, statement];
  return { u: await unlock(opened, { http, store, own, now, chain }), store, own };
}
