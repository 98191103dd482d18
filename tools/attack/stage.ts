import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Contacts,
  HealthRecord,
  type Kit,
  memoryStore,
  type RawStore,
  signUp,
} from "@ecrin/client";
import type { ItemId } from "@ecrin/protocol";
import { NO_LIMITS, startServer } from "@ecrin/server";
import { createRecord } from "../../packages/client/src/record.ts";
import { unlockHere } from "../../packages/client/src/sign-in.ts";
import type { Unlocked } from "../../packages/client/src/unlocked.ts";
import { HostileNetwork } from "./network.ts";

/** Somebody with an account: everything the attacker would like to have, and what the test needs. */
export interface Actor {
  readonly name: string;
  readonly address: string;
  readonly password: string;
  readonly kit: Kit;
  readonly store: RawStore;
  /** Unlocked through an honest network; for preparing, and for the user on the server's side. */
  readonly u: Unlocked;
}

/** Texts that must never be seen outside sealed: they stand for a title, a finding, a note, an address. */
export const CANARIES = {
  title: "Sérologie-canari-7431",
  content: "le résultat canari 9920 est positif",
  note: "canari-note-5517",
} as const;

/** A real server, its victims, and the network that lies to them. */
export interface Stage {
  readonly url: string;
  readonly dataDir: string;
  readonly network: HostileNetwork;
  /** Lines the server logged. */
  readonly log: readonly string[];
  readonly alice: Actor;
  readonly doctor: Actor;
  /** One user on the server's side: Alice knows her, and never gave her more than a case says. */
  readonly mallory: Actor;
  /** Alice's record, as her first device sees it through an honest network. */
  readonly record: HealthRecord;
  /** Milliseconds: everybody's clock ahead of real time, and the server's behind everybody's. */
  readonly clock: { ahead: number; serverBehind: number };
  readonly now: () => number;
  /** The same person on the same device through the hostile network, remembering what the device remembers. */
  victim(actor?: Actor): Promise<Unlocked>;
  /** Alice's record through the hostile network, nothing of it in memory. */
  victimRecord(actor?: Actor): Promise<HealthRecord>;
  /** Adds a document to Alice's record, honestly. */
  add(title: string, content?: string): Promise<ItemId>;
  stop(): Promise<void>;
}

/** Opens a stage: about four sign-ups. */
export async function openStage(): Promise<Stage> {
  const dataDir = await mkdtemp(join(tmpdir(), "ecrin-attack-"));
  const clock = { ahead: 0, serverBehind: 0 };
  const now = () => Date.now() + clock.ahead;
  const log: string[] = [];
  const server = await startServer({
    dataDir,
    port: 0,
    limits: NO_LIMITS,
    now: () => now() - clock.serverBehind,
    log: (line) => log.push(JSON.stringify(line)),
  });
  const network = new HostileNetwork();
  const alice = await newActor(server.url, "alice", now);
  const doctor = await newActor(server.url, "doctor", now);
  const mallory = await newActor(server.url, "mallory", now);
  await meet(alice, doctor);
  await meet(alice, mallory);
  const record = await createRecord(alice.u);
  const victim = async (actor = alice) => {
    const { password, store } = actor;
    return (await unlockHere({ server: server.url, password, store, fetch: network.fetch, now })).u;
  };
  return {
    url: server.url,
    dataDir,
    network,
    log,
    alice,
    doctor,
    mallory,
    record,
    clock,
    now,
    victim,
    victimRecord: async (actor = alice) => new HealthRecord(await victim(actor), record.space),
    add: (title, content = `content of ${title}`) =>
      record.add({ title, mediaType: "text/plain", content: new TextEncoder().encode(content) }),
    stop: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Both scan the other's code. */
async function meet(a: Actor, b: Actor): Promise<void> {
  const [ofA, ofB] = [new Contacts(a.u), new Contacts(b.u)];
  await ofA.verify(await ofB.code(), b.name);
  await ofB.verify(await ofA.code(), a.name);
}

async function newActor(server: string, name: string, now: () => number): Promise<Actor> {
  const store = memoryStore();
  const address = `${name}-canari@example.org`;
  const password = `the password of ${name}`;
  const { account, kit } = await signUp({ server, address, password, name, store, now });
  await account.lock();
  const { u } = await unlockHere({ server, password, store, now });
  return { name, address, password, kit, store, u };
}
