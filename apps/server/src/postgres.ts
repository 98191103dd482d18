// A PostgreSQL of our own: real binaries from npm under a small supervisor.
//
// It listens on a socket in a private folder and nowhere else, outlives a killed Node process and
// is taken over by the next one, and is started again when it dies.

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findBinaries } from "./postgres/binaries.ts";
import { isInUse, lockFolder, ownFolder, socketFolder } from "./postgres/folder.ts";
import {
  bringUp,
  end,
  ensureData,
  type Place,
  type PostgresConnection,
} from "./postgres/server.ts";

export type { PostgresConnection } from "./postgres/server.ts";

export interface PostgresOptions {
  /** A folder of its own; made if it is not there. */
  dataDir: string;
  /** Told what happens to the server, in sentences that hold nothing of what it stores. */
  log?: (line: string) => void;
}

export interface RunningPostgres {
  readonly connection: PostgresConnection;
  /** The server's process id; another one after it had to be started again. */
  readonly pid: number;
  /** Ends the server in an orderly way and lets go of the folder. May be called twice. */
  stop(): Promise<void>;
}

/** How long to wait between attempts to start a server that does not come up, at most. */
const LONGEST_PAUSE_MS = 5000;

/**
 * Starts PostgreSQL in `dataDir`, or takes over the one that runs there, and makes the database
 * `ecrin`. From then on a server that dies is started again, as often as it takes.
 *
 * Throws an `Error` that says what to do where the folder is in use, no binaries are installed,
 * they do not run here, or the server does not come up the first time.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const log = options.log ?? (() => undefined);
  const home = await ownFolder(options.dataDir);
  const lock = await lockFolder(home);
  try {
    const place = await findPlace(home);
    await ensureData(place);
    return await supervise(place, log, () => lock.release());
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/**
 * Speaks to the PostgreSQL that another process of this machine supervises in `dataDir`, or
 * starts it where none does. Only what was started here is ended by `stop`.
 */
export async function joinPostgres(
  options: PostgresOptions,
): Promise<Pick<RunningPostgres, "connection" | "stop">> {
  try {
    return await startPostgres(options);
  } catch (error) {
    if (!isInUse(error)) throw error;
    const { connection } = await findPlace(await ownFolder(options.dataDir));
    return { connection, stop: () => Promise.resolve() };
  }
}

async function findPlace(home: string): Promise<Place> {
  const binaries = await findBinaries(home);
  const host = await socketFolder(home, binaries.owner);
  const connection = { host, port: 5432, user: "postgres", database: "ecrin" };
  return { home, data: join(home, "data"), binaries, connection };
}

async function supervise(
  place: Place,
  log: (line: string) => void,
  release: () => Promise<void>,
): Promise<RunningPostgres> {
  let server = await bringUp(place);
  const stopping = new AbortController();

  const again = async () => {
    for (let pause = 0; !stopping.signal.aborted; pause = nextPause(pause)) {
      try {
        server = await bringUp(place);
        return log("PostgreSQL runs again");
      } catch (error) {
        log(error instanceof Error ? error.message : "PostgreSQL does not start");
        await sleep(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  };
  const watch = async () => {
    while (!stopping.signal.aborted) {
      await server.ended;
      if (stopping.signal.aborted) break;
      log("PostgreSQL has ended; starting it again");
      await again();
    }
    // It may have come up while it was being stopped.
    await end(place, server);
  };
  const watching = watch();

  const stop = async () => {
    stopping.abort();
    // Neither the server's end nor the look for it keeps this process alive; this does, until both are seen.
    const alive = setInterval(() => undefined, 1000);
    try {
      await end(place, server);
      await watching;
      await release();
    } finally {
      clearInterval(alive);
    }
  };
  let stopped: Promise<void> | undefined;
  return {
    connection: place.connection,
    get pid() {
      return server.pid;
    },
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

function nextPause(pause: number): number {
  return Math.min(2 * pause + 100, LONGEST_PAUSE_MS);
}
