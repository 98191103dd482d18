import { randomBytes } from "node:crypto";
import { cp, lstat, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSigningKey, SERVER, type SpaceId, toBase64url, type Witness } from "@ecrin/protocol";
import { NO_LIMITS, type RunningServer, startServer } from "@ecrin/server";
import { openPool } from "../../apps/server/src/database.ts";
import { filesUnder, rowsOf } from "../capture/disk.ts";
import { type Canaries, needlesOf, Scanner } from "../capture/needles.ts";
import type { Said } from "../capture/traffic.ts";
import { startWitnesses } from "../witness/ground.ts";

const SAMPLES = fileURLToPath(new URL("../../samples/", import.meta.url));

/** A wrap that lies in the database of a server for the server itself. */
export interface WrapForServer {
  readonly epoch: number;
  /** base64url. */
  readonly wrap: string;
}

/** What was looked for, in how much, and where it was found. */
export interface Sweep {
  readonly canaries: number;
  readonly forms: number;
  readonly bytes: number;
  /** `canary (form) in place`. */
  readonly found: readonly string[];
}

/**
 * The machine behind the stage: a real server, its folder, its clock, and all that an operator
 * who lies can do with them. It is always in Node; the stage may be in a browser, and then every
 * call goes through a bridge (bridge.ts), so questions and answers are plain values and bytes.
 */
export interface Host {
  readonly url: string;
  /** Fetches for the stage from servers that are not its own, as a browser could not. */
  readonly fetch: typeof globalThis.fetch;
  /** The server's clock, in milliseconds ahead of the machine's. */
  setAhead(milliseconds: number): Promise<void>;
  /** The seed of what signs heads and receipts, base64url. */
  logSeed(): Promise<string>;
  /** A copy of everything on the server's disk, as a backup takes it. @returns its folder */
  backup(): Promise<string>;
  /** Starts a server on such a folder, as an operator would who restores a backup. @returns its address */
  start(folder: string): Promise<string>;
  end(url: string): Promise<void>;
  /** Puts another release key into a folder, as whoever steals a backup has to: without one no server starts there. */
  exchangeReleaseKey(folder: string): Promise<void>;
  /** Puts the keys of now, and what lies beside them outside the database, into a folder that was restored. */
  bringKeys(folder: string): Promise<void>;
  /** The seeds of every other key in a folder, base64url. */
  otherSeeds(folder: string): Promise<readonly string[]>;
  /** Everything in a folder's database that is wrapped for the server in a space. */
  wrapsForServer(folder: string, space: SpaceId): Promise<readonly WrapForServer[]>;
  remove(folder: string): Promise<void>;
  /** The witnesses of the log, which are nobody's on the stage. */
  witnesses(): Promise<readonly Witness[]>;
  /** Asks each of them to cosign (spec/witness.md, Asking). @returns the status of each answer */
  cosign(request: string): Promise<readonly number[]>;
  /** Sizes of the samples, in bytes. */
  sampleSizes(): Promise<readonly number[]>;
  /** Takes in a part of the traffic that the stage has recorded, to be looked at. */
  tell(said: readonly Said[]): Promise<void>;
  /** Looks for canaries in data folder, log and what was told. */
  look(canaries: Canaries): Promise<Sweep>;
}

/** Starts a server in a folder of its own. Where that fails nothing is left behind. */
export async function openHost(): Promise<Host & { stop(): Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), "ecrin-attack-"));
  const log: string[] = [];
  const told: Said[] = [];
  let ahead = 0;
  const witnesses = await startWitnesses(3, () => Date.now() + ahead);
  const start = (folder: string, port: number) =>
    startServer({
      // Every entry is under a checkpoint, and that before its witnesses, at once.
      pace: { leaves: 1, ms: 0, epoch: { leaves: 1000, ms: 3_600_000 }, tick: 100 },
      witnesses: folder === dataDir ? witnesses.sources : [],
      witnessPace: { round: 100, retry: 500, longest: 2000 },
      dataDir: folder,
      port,
      limits: NO_LIMITS,
      now: () => Date.now() + ahead,
      log: (line) => log.push(JSON.stringify(line)),
      databaseLog: (line) => log.push(line),
    });
  let server = await start(dataDir, 0).catch(async (error: unknown) => {
    await witnesses.stop();
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  });
  const { first } = (await (await fetch(`${server.url}/v1/log`)).json()) as { first: unknown };
  witnesses.trust(parseSigningKey(first, "first"));
  const others = new Map<string, RunningServer>();
  const startOn = async (folder: string) => {
    const other = await start(folder, 0);
    others.set(other.url, other);
    return other.url;
  };
  const end = async (url: string) => {
    await others.get(url)?.stop();
    others.delete(url);
  };
  return {
    url: server.url,
    fetch: (input, init) => fetch(input, init),
    setAhead(milliseconds) {
      ahead = milliseconds;
      return Promise.resolve();
    },
    logSeed: async () => (await readFile(join(dataDir, "keys", "log"), "utf8")).trim(),
    async backup() {
      // A copy of a database at work is none: it is stopped for the moment.
      await server.stop();
      const copy = await mkdtemp(join(tmpdir(), "ecrin-attack-"));
      await cp(dataDir, copy, { recursive: true, filter: isNoSocket });
      server = await start(dataDir, server.port);
      return copy;
    },
    start: startOn,
    end,
    exchangeReleaseKey: (folder) =>
      writeFile(join(folder, "keys", "release"), randomBytes(32).toString("base64url")),
    bringKeys: (folder) =>
      cp(join(dataDir, "keys"), join(folder, "keys"), { recursive: true, force: true }),
    otherSeeds,
    async wrapsForServer(folder, space) {
      const url = await startOn(folder);
      try {
        return await wrapsIn(folder, space);
      } finally {
        await end(url);
      }
    },
    remove: (folder) => rm(folder, { recursive: true, force: true }),
    witnesses: () =>
      Promise.resolve(
        witnesses.sources.map(({ name, key, operator }) => ({ name, key, operator })),
      ),
    cosign: (request) =>
      Promise.all(witnesses.all.map(async (each) => (await each.add(request)).status)),
    async sampleSizes() {
      const files = await readdir(SAMPLES);
      return await Promise.all(files.map(async (file) => (await stat(SAMPLES + file)).size));
    },
    tell(said) {
      told.push(...said);
      return Promise.resolve();
    },
    look: (canaries) => look(dataDir, log, told, canaries),
    async stop() {
      for (const url of others.keys()) await end(url);
      await server.stop();
      await witnesses.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function isNoSocket(path: string): Promise<boolean> {
  return !(await lstat(path)).isSocket();
}

async function otherSeeds(folder: string): Promise<readonly string[]> {
  const names = await readdir(join(folder, "keys"));
  const texts = await Promise.all(
    names
      .filter((name) => name !== "release")
      .map((name) => readFile(join(folder, "keys", name), "utf8")),
  );
  return texts.map((text) => text.trim()).filter((text) => /^[A-Za-z0-9_-]{43}$/.test(text));
}

async function wrapsIn(folder: string, space: SpaceId): Promise<readonly WrapForServer[]> {
  const place = {
    host: join(folder, "postgres", "run"),
    port: 5432,
    user: "postgres",
    database: "ecrin",
  };
  const sql = openPool(place, 1);
  try {
    const rows = await sql<{ epoch: number; wrap: Buffer }[]>`
      select epoch, wrap from ecrin.space_wraps where space = ${space} and recipient = ${SERVER}`;
    return rows.map(({ epoch, wrap }) => ({ epoch, wrap: toBase64url(wrap) }));
  } finally {
    await sql.end();
  }
}

/** Rows and files of the data folder, the log, and both sides of everybody's traffic. */
async function look(
  dataDir: string,
  log: readonly string[],
  told: readonly Said[],
  canaries: Canaries,
): Promise<Sweep> {
  const needles = needlesOf(canaries);
  const scanner = new Scanner(needles);
  const found = new Set<string>();
  let size = 0;
  const lookAt = (where: string, bytes: Uint8Array) => {
    size += bytes.length;
    for (const { canary, form } of scanner.find(bytes))
      found.add(`${canary} (${form}) in ${where}`);
  };
  for (const { where, bytes } of await rowsOf(dataDir)) lookAt(where, bytes);
  for await (const { where, bytes } of filesUnder(dataDir)) lookAt(where, bytes);
  for (const { where, bytes } of told) lookAt(where, bytes);
  for (const line of log) lookAt("the log", Buffer.from(line));
  return {
    canaries: Object.keys(canaries).length,
    forms: needles.length,
    bytes: size,
    found: [...found],
  };
}
