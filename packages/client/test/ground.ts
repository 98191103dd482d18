import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Limits, NO_LIMITS, type ServerOptions, startServer } from "@ecrin/server";
import type { Account } from "../src/account.ts";
import { ClientError, type ClientErrorCode } from "../src/errors.ts";
import type { Kit } from "../src/kit.ts";
import { signUp } from "../src/sign-up.ts";
import { memoryStore } from "../src/store.memory.ts";
import type { RawStore } from "../src/store.ts";

/** A real server with a clock that tests move. */
export interface Ground {
  readonly url: string;
  /** What the server keeps, its keys too. */
  readonly dataDir: string;
  /** Milliseconds by which everybody's clock is ahead. */
  ahead: number;
  readonly now: () => number;
  /** Ends the server and keeps what it has written. */
  end(): Promise<void>;
  stop(): Promise<void>;
}

export async function startGround(
  limits: Limits = NO_LIMITS,
  options: Partial<ServerOptions> = {},
): Promise<Ground> {
  const dataDir = await mkdtemp(join(tmpdir(), "ecrin-client-"));
  const ground = { ahead: 0, now: () => Date.now() + ground.ahead };
  const server = await startServer({ dataDir, port: 0, limits, now: ground.now, ...options });
  return Object.assign(ground, {
    url: server.url,
    dataDir,
    end: () => server.stop(),
    async stop() {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  });
}

/** Somebody with an account, a kit and one device. */
export interface Person {
  readonly account: Account;
  readonly kit: Kit;
  readonly store: RawStore;
  readonly address: string;
  readonly password: string;
}

let count = 0;

export async function newPerson(
  ground: Ground,
  name = "Alice Martin",
  fetch: typeof globalThis.fetch = globalThis.fetch,
): Promise<Person> {
  const store = memoryStore();
  count += 1;
  const address = `person${count}@example.org`;
  const password = `correct horse ${count}`;
  const { url: server, now } = ground;
  const { account, kit } = await signUp({ server, now, fetch, address, password, name, store });
  return { account, kit, store, address, password };
}

/** What `assert.rejects` takes for a refusal of this kind. */
export function refusal(code: ClientErrorCode): (error: unknown) => boolean {
  return (error) => {
    if (error instanceof ClientError && error.code === code) return true;
    throw error;
  };
}
