import { newSecret, signerFrom, signStatement } from "@ecrin/crypto";
import {
  fromBase64url,
  newId,
  type RendezvousId,
  type RouteAnswer,
  SUITE,
  toBase64url,
} from "@ecrin/protocol";
import { follow } from "./accounts.ts";
import type { Http } from "./http.ts";
import { identityOf, type Keyring, sealKeyring } from "./keyring.ts";
import { readServer, unlock } from "./open-account.ts";
import { certificateOf, deviceChange, newDevice, type OwnDevice } from "./own-device.ts";
import { memoryStore } from "./store.memory.ts";
import { Store } from "./store.ts";
import type { Unlocked } from "./unlocked.ts";

/** A guest's account with all that opens it, which is nowhere but here. */
export interface Guest {
  readonly u: Unlocked;
  readonly own: OwnDevice;
}

/**
 * Makes an account that lives until tonight (spec/handshake.md, A guest): its
 * keys are made here and kept in this memory only.
 */
export async function beginGuest(
  http: Http,
  now: () => number,
  name: string,
  { rendezvous, until }: { readonly rendezvous: RendezvousId; readonly until: number },
): Promise<Guest> {
  const server: RouteAnswer<"server"> = await readServer(http);
  const account = newId<"account">();
  const [accountKey, secretKey] = [newSecret(), newSecret()];
  const identity = { seal: toBase64url(newSecret()), sign: toBase64url(newSecret()) };
  const own = newDevice(http.server, secretKey);
  const contents: Omit<Keyring, "heads"> = {
    identity,
    secretKey: toBase64url(secretKey),
    profile: { name },
    contacts: [],
    log: { key: server.logKey },
  };
  const begin = {
    suite: SUITE,
    account,
    seq: 0,
    at: now(),
    op: "begin",
    identity: await identityOf({ ...contents, heads: [] }),
    device: await certificateOf(own),
    slots: [],
    until,
  };
  const signer = await signerFrom(fromBase64url(identity.sign));
  const statement = await signStatement("account", begin, signer);
  const { head } = await follow(undefined, account, [statement]);
  const heads: Keyring["heads"] = [[account, head]];
  const keyring = await sealKeyring(accountKey, account, 1, { ...contents, heads });
  // Nobody knows this password: the store goes with the memory it lies in.
  const password = toBase64url(newSecret());
  const store = await Store.create(memoryStore(), account, password, [deviceChange(own)]);
  const key = await http.begin();
  const body = { rendezvous, statement, keyring: keyring.box, key };
  http.enter(await http.call("guestBegin", { body }));
  const answer = { account, chain: [statement], slots: [], keyring, notices: [] };
  const u = await unlock({ account, accountKey, server, answer }, { http, store, own, now });
  return { u, own };
}
