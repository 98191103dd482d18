// What the lines with a server start from: a server in a process of its own, accounts, records of
// any length, and a second look at them as a device that knows nothing yet.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Account,
  type HealthRecord,
  memoryStore,
  type RawStore,
  signIn,
  signUp,
} from "@ecrin/client";
import { passwordSlot } from "@ecrin/crypto";
import { type AccountId, fromBase64url, type Hash, newId } from "@ecrin/protocol";
import { Http } from "../../packages/client/src/http.ts";
import { openAccount, unlock } from "../../packages/client/src/open-account.ts";
import { type OwnDevice, readDevice, signerOf } from "../../packages/client/src/own-device.ts";
import { provePassword, signInStatement } from "../../packages/client/src/password-proof.ts";
import { Store } from "../../packages/client/src/store.ts";
import type { Unlocked } from "../../packages/client/src/unlocked.ts";

/** A server as others reach it. */
export interface BenchServer {
  readonly url: string;
  readonly dataDir: string;
  stop(): Promise<void>;
}

export interface ServerChoice {
  /** Another process on the same keys and the same database. */
  readonly beside?: { readonly dataDir: string; readonly databaseUrl: string };
  /** A folder to serve files from. */
  readonly pages?: string;
}

export async function startBenchServer({ beside, pages }: ServerChoice = {}): Promise<BenchServer> {
  const dataDir = beside?.dataDir ?? (await mkdtemp(join(tmpdir(), "ecrin-bench-")));
  const options = { dataDir, pages, databaseUrl: beside?.databaseUrl };
  const child = fork(new URL("./server-child.ts", import.meta.url), [JSON.stringify(options)]);
  const [url] = await Promise.race([once(child, "message"), failed(child)]);
  return {
    url: String(url),
    dataDir,
    async stop() {
      const ended = once(child, "exit");
      child.disconnect();
      await ended;
      if (beside === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function failed(child: ChildProcess): Promise<never> {
  await once(child, "exit");
  throw new Error("the server does not start");
}

/** Somebody with an account on one device. */
export interface Person {
  readonly account: Account;
  readonly store: RawStore;
  readonly password: string;
}

export async function newPerson(server: string, name: string): Promise<Person> {
  const store = memoryStore();
  const password = `correct horse ${newId()}`;
  const address = `${newId().toLowerCase()}@example.org`;
  const { account } = await signUp({ server, store, address, password, name });
  return { account, store, password };
}

/** The same person signed in once more, on the same device. */
export async function again(server: string, { store, password }: Person): Promise<Account> {
  return await signIn({ server, store, password });
}

/** Two people know each other's codes. */
export async function meet(a: Person, b: Person): Promise<void> {
  await a.account.contacts().verify(await b.account.contacts().code(), b.account.name);
  await b.account.contacts().verify(await a.account.contacts().code(), a.account.name);
}

/** Small items, as an import of results would bring them. */
export async function fill(record: HealthRecord, count: number): Promise<void> {
  const resources = Array.from({ length: count }, (_, i) => ({
    resourceType: "Observation",
    status: "final",
    code: { text: `Résultat ${i}` },
    effectiveDateTime: "2026-09-21",
    valueQuantity: { value: i, unit: "mg/L" },
  }));
  await record.addResources(resources);
}

/** The same person as the flows of the client see it, for what the SDK offers no call for. */
export async function unlocked(
  server: string,
  { store: raw, password, account: { id } }: Person,
): Promise<Unlocked> {
  const http = new Http({ server });
  const key = await http.begin();
  const store = await Store.open(raw, password);
  const own = await readDevice(store);
  const { session, exportKey } = await sessionOf(http, { account: id, password, key, own });
  http.enter(session);
  const opened = await openAccount(http, id, passwordSlot(exportKey, fromBase64url(own.secretKey)));
  return await unlock(opened, { http, store, own, now: Date.now });
}

/** A session bound to a key that the caller has. */
export async function sessionOf(
  http: Http,
  {
    account,
    password,
    key,
    own,
  }: { account: AccountId; password: string; key: Hash; own: OwnDevice },
) {
  const {
    signIn: id,
    finish,
    exportKey,
  } = await provePassword(http, { account }, password, "current");
  const facts = { account, signIn: id, key, device: own.device, at: Date.now() };
  const device = await signInStatement(await signerOf(own), facts);
  const session = await http.call("signInFinish", { body: { signIn: id, finish, key, device } });
  if (!("token" in session)) throw new Error("nobody here has a second factor");
  return { session, exportKey };
}
