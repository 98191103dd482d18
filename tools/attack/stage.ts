import {
  Contacts,
  HealthRecord,
  type Kit,
  memoryStore,
  type RawStore,
  signUp,
} from "@ecrin/client";
import { type Signer, signerFrom } from "@ecrin/crypto";
import { fromBase64url, type ItemId } from "@ecrin/protocol";
import { type OwnDevice, readDevice } from "../../packages/client/src/own-device.ts";
import { createRecord } from "../../packages/client/src/record.ts";
import { unlockHere } from "../../packages/client/src/sign-in.ts";
import type { Unlocked } from "../../packages/client/src/unlocked.ts";
import type { Host } from "./host.ts";
import { HostileNetwork } from "./network.ts";

/** Somebody with an account: everything the attacker would like to have, and what the test needs. */
export interface Actor {
  readonly name: string;
  readonly address: string;
  readonly password: string;
  readonly kit: Kit;
  readonly store: RawStore;
  readonly own: OwnDevice;
  /** Unlocked through an honest network; for preparing, and for the user on the server's side. */
  readonly u: Unlocked;
}

/** Texts that must never be seen outside sealed: they stand in every title, content and note of the stage. */
export const CANARIES = {
  title: "Sérologie-canari-7431",
  content: "le résultat canari 9920 est positif",
  note: "note-canari-5517 pour le docteur",
} as const;

/** A server started on a backup. */
export interface Restored {
  readonly url: string;
  /** What reaches it: in a browser it is another origin than the page's. */
  readonly fetch: typeof globalThis.fetch;
  stop(): Promise<void>;
}

/**
 * A real server, its victims, and the network that lies to them. Nothing here knows whether it
 * runs in Node or in a browser; what only a machine can do is asked of the host.
 */
export interface Stage {
  readonly url: string;
  readonly host: Host;
  readonly network: HostileNetwork;
  readonly alice: Actor;
  readonly doctor: Actor;
  /** One user on the server's side: Alice knows her, and never gave her more than a case says. */
  readonly mallory: Actor;
  /** Alice's record, as her first device sees it through an honest network. */
  readonly record: HealthRecord;
  readonly now: () => number;
  /** The same person on the same device through the hostile network, remembering what the device remembers. */
  victim(actor?: Pick<Actor, "password" | "store">): Promise<Unlocked>;
  /** Alice's record through the hostile network, nothing of it in memory but what the device remembers. */
  victimRecord(actor?: Actor): Promise<HealthRecord>;
  /** Adds a document to Alice's record, honestly. */
  add(title: string, content?: string): Promise<ItemId>;
  /**
   * Moves everybody's clock ahead while `work` runs, and back. With `lying` the server and its
   * accomplice stay where they were.
   */
  later<T>(milliseconds: number, work: () => Promise<T>, lying?: "lying"): Promise<T>;
  /** A device on the server's side, by the server's own clock. */
  accomplice(actor: Actor): Promise<Unlocked>;
  /** What signs heads and receipts: the server has it. */
  logSigner(): Promise<Signer>;
  /** Starts the server on another folder, as an operator would who restores a backup. */
  restored(folder: string): Promise<Restored>;
}

/** Opens a stage before a host: three sign-ups, and two meetings. */
export async function layStage(host: Host): Promise<Stage> {
  const clock = { ahead: 0, serverBehind: 0 };
  const now = () => Date.now() + clock.ahead;
  const serverNow = () => now() - clock.serverBehind;
  const setServer = () => host.setAhead(clock.ahead - clock.serverBehind);
  const { url } = host;
  const network = new HostileNetwork();
  const { traffic } = network;
  const alice = await newActor(url, "alice", now, traffic.fetch);
  const doctor = await newActor(url, "doctor", now, traffic.fetch);
  const mallory = await newActor(url, "mallory", now, traffic.fetch);
  await meet(alice, doctor);
  await meet(alice, mallory);
  const record = await createRecord(alice.u);
  type Device = Pick<Actor, "password" | "store">;
  const signedIn = async ({ password, store }: Device, fetch: typeof globalThis.fetch, at = now) =>
    (await unlockHere({ server: url, password, store, fetch, now: at })).u;
  const victim = (actor: Device = alice) => signedIn(actor, network.fetch);
  return {
    url,
    host,
    network,
    alice,
    doctor,
    mallory,
    record,
    now,
    victim,
    victimRecord: async (actor = alice) => new HealthRecord(await victim(actor), record.space),
    add: (title, content = title) =>
      record.add({
        title: `${CANARIES.title} ${title}`,
        mediaType: "text/plain",
        content: new TextEncoder().encode(`${CANARIES.content}: ${content}`),
      }),
    async later(milliseconds, work, lying) {
      const move = async (by: number) => {
        clock.ahead += by;
        if (lying !== undefined) clock.serverBehind += by;
        await setServer();
      };
      await move(milliseconds);
      try {
        return await work();
      } finally {
        await move(-milliseconds);
      }
    },
    accomplice: (actor) => signedIn(actor, traffic.fetch, serverNow),
    logSigner: async () => await signerFrom(fromBase64url(await host.logSeed())),
    async restored(folder) {
      const other = await host.start(folder);
      return { url: other, fetch: host.fetch, stop: () => host.end(other) };
    },
  };
}

/** The store of a device as somebody who cloned it, or restored its backup, has it. */
export async function cloneOf(store: RawStore): Promise<RawStore> {
  const clone = memoryStore();
  for await (const [name, value] of store.entries("")) await clone.write([{ name, value }]);
  return clone;
}

/** Both scan the other's code. */
async function meet(a: Actor, b: Actor): Promise<void> {
  const [ofA, ofB] = [new Contacts(a.u), new Contacts(b.u)];
  await ofA.verify(await ofB.code(), b.name);
  await ofB.verify(await ofA.code(), a.name);
}

async function newActor(
  server: string,
  who: string,
  now: () => number,
  fetch: typeof globalThis.fetch,
): Promise<Actor> {
  const store = memoryStore();
  const name = `${who} Nom-canari-3391`;
  const address = `${who}-canari@example.org`;
  const password = `mot-de-passe-canari of ${who}`;
  const { account, kit } = await signUp({ server, address, password, name, store, now, fetch });
  await account.lock();
  const { u } = await unlockHere({ server, password, store, now, fetch });
  return { name, address, password, kit, store, u, own: await readDevice(u.store) };
}
