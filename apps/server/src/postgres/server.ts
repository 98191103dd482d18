// One run of the PostgreSQL server: make its folder, start it, wait for it, end it.

import { execFile, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync } from "node:fs";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import postgres from "postgres";
import type { Binaries } from "./binaries.ts";
import { giveAllTo } from "./folder.ts";
import { adoptOrClear, signal, worksIn } from "./remains.ts";

/** How to reach the database as its superuser; the options of `postgres(…)` as they are. */
export interface PostgresConnection {
  /** The folder of the Unix socket. */
  host: string;
  port: number;
  user: string;
  database: string;
}

/** Everything that stays the same from one run to the next. */
export interface Place {
  home: string;
  data: string;
  binaries: Binaries;
  connection: PostgresConnection;
}

/** A living server, ours or one that an earlier process left; `ended` resolves, never rejects. */
export interface Server {
  pid: number;
  ended: Promise<void>;
}

const LONGEST_LOG = 16 * 1024 * 1024;
const POLL_MS = 100;
const ORDERLY_END_MS = 15_000;

/**
 * Settings that hold whatever a configuration file says. An acknowledged write is on disk; the log
 * repeats neither statements nor values.
 */
const SETTINGS = [
  "listen_addresses=",
  "unix_socket_permissions=0700",
  "fsync=on",
  "full_page_writes=on",
  "synchronous_commit=on",
  "log_error_verbosity=terse",
  "log_min_error_statement=panic",
  "log_parameter_max_length=0",
  "log_parameter_max_length_on_error=0",
  "log_statement=none",
];

function spawnOptions(binaries: Binaries, cwd: string): SpawnOptions {
  const ids = binaries.otherUser ? binaries.owner : {};
  return { ...ids, env: binaries.env, cwd };
}

/** Makes the data folder if there is none; one that is not whole never gets the name. */
export async function ensureData(place: Place): Promise<void> {
  const { binaries, data } = place;
  if ((await stat(join(data, "PG_VERSION")).catch(() => undefined)) !== undefined) {
    await giveAllTo(data, binaries.owner);
    return;
  }
  const fresh = `${data}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o700 });
  // For tests, which need hundreds: a folder that was made here and never used, copied in one call.
  const made = process.env.ECRIN_CLUSTER;
  if (made !== undefined) cpSync(made, fresh, { recursive: true });
  await giveAllTo(fresh, binaries.owner);
  if (made === undefined) await initialise(place, fresh);
  await rename(fresh, data);
}

async function initialise({ binaries, data, home, connection }: Place, fresh: string) {
  const [file = "", ...args] = [
    ...binaries.prefix,
    binaries.initdb,
    `--pgdata=${fresh}`,
    `--username=${connection.user}`,
    "--auth-local=trust",
    "--auth-host=reject",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
  ];
  try {
    await promisify(execFile)(file, args, spawnOptions(binaries, home));
  } catch (cause) {
    throw new Error(`PostgreSQL could not make its data folder ${data}.`, { cause });
  }
}

async function openLog(path: string) {
  const size = (await stat(path).catch(() => undefined))?.size ?? 0;
  if (size > LONGEST_LOG) await rename(path, `${path}.old`);
  return await open(path, "a", 0o600);
}

/** Starts the server in a session of its own, so that Ctrl-C and our own end do not reach it. */
async function launch(place: Place): Promise<Server> {
  const { binaries, data, connection } = place;
  const settings = [...SETTINGS, `unix_socket_directories=${connection.host}`];
  const [file = "", ...args] = [
    ...binaries.prefix,
    binaries.postgres,
    "-D",
    data,
    "-p",
    String(connection.port),
    ...settings.flatMap((setting) => ["-c", setting]),
  ];
  const output = await openLog(logPath(place));
  try {
    const child = spawn(file, args, {
      ...spawnOptions(binaries, place.home),
      detached: true,
      stdio: ["ignore", output.fd, output.fd],
    });
    const ended = once(child, "exit").then(() => undefined);
    await once(child, "spawn");
    child.unref();
    return { pid: child.pid ?? -1, ended };
  } finally {
    await output.close();
  }
}

/** A server that another process started: its end is seen by looking. */
function adopt(data: string, pid: number): Server {
  const look = async () => {
    while (await worksIn(pid, data)) await sleep(POLL_MS, undefined, { ref: false });
  };
  return { pid, ended: look() };
}

function logPath(place: Place): string {
  return join(place.home, "postgres.log");
}

async function lastLines(place: Place): Promise<string> {
  const text = await readFile(logPath(place), "utf8").catch(() => "");
  return text.trimEnd().split("\n").slice(-8).join("\n");
}

/** One statement on a connection of its own; returns the SQLSTATE or system code if it fails. */
async function attempt(connection: PostgresConnection, statement: string) {
  const sql = postgres({ ...connection, max: 1, fetch_types: false, onnotice: () => undefined });
  try {
    await sql.unsafe(statement);
    return undefined;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : "unknown";
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Waits until the database answers, making it if it is missing; false if the server ends first. */
async function answers(place: Place, server: Server): Promise<boolean> {
  let alive = true;
  void server.ended.then(() => {
    alive = false;
  });
  while (alive) {
    const code = await attempt(place.connection, "select 1");
    if (code === undefined) return true;
    if (code === "3D000") {
      const { database } = place.connection;
      await attempt({ ...place.connection, database: "postgres" }, `create database ${database}`);
    } else await sleep(15);
  }
  return false;
}

/** A server that answers: the one that runs in this place, or a new one. */
export async function bringUp(place: Place): Promise<Server> {
  // Twice, because one found running may have been on its way out.
  for (let tries = 0; tries < 2; tries += 1) {
    const running = await adoptOrClear(place.data, place.connection.host);
    const server = running === undefined ? await launch(place) : adopt(place.data, running);
    if (await answers(place, server)) return server;
  }
  throw new Error(`PostgreSQL does not start in ${place.data}:\n${await lastLines(place)}`);
}

/** Ends the server: its clients are cut off, its pages written. Returns once it is gone. */
export async function end(place: Place, server: Server): Promise<void> {
  const began = performance.now();
  let sent: NodeJS.Signals | undefined;
  while (await worksIn(server.pid, place.data)) {
    const wanted = performance.now() - began < ORDERLY_END_MS ? "SIGINT" : "SIGQUIT";
    if (wanted !== sent) signal(server.pid, wanted);
    sent = wanted;
    await sleep(10);
  }
}
