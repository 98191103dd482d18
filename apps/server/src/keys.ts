import { randomBytes } from "node:crypto";
import { chmod, link, mkdir, open, readFile, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import type { SigningKey } from "@ecrin/protocol";
import { server as opaque, ready } from "@serenity-kit/opaque";
import { type AtRest, atRest } from "./at-rest.ts";
import { syncFolder } from "./durable.ts";
import { recordOfNobody } from "./opaque.ts";
import { type Opener, openerOf } from "./opener.ts";
import { signerOf } from "./signer.ts";
import { hmacSha256, type Mac } from "./tag.ts";
import { openTagKeys, type TagKeys } from "./tag-keys.ts";

/** The file of a log key that has been asked for and does not sign yet. */
export const NEXT_LOG = "log.next";
/** The file of the key of a log that follows the one in force (operator-succeed.ts). */
export const SUCCESSOR = "log.successor";

/**
 * What the server keeps secret. It lies in files beside the database, never in
 * it and never in its backups (spec/journal.md, Tag; spec/space.md, An epoch).
 */
export interface Keys {
  /** Ed25519 seed that signs heads and receipts. */
  readonly log: Uint8Array;
  readonly logKey: SigningKey;
  /** The log key to come, where a rotation was asked for (log-keys.ts). */
  readonly nextLog?: Uint8Array;
  /** The first key of a log to come, where a succession was asked for. */
  readonly successor?: Uint8Array;
  /** Keys of the journal's tags. */
  readonly tags: TagKeys;
  /** Opens the release keys of spaces that were wrapped for the server. */
  readonly release: Opener;
  /** Opens addresses on their way in. */
  readonly address: Opener;
  /** The keyed hash under which an address is known. */
  readonly pepper: Mac;
  /** The OPAQUE server setup: OPRF seed and key pair, as the library writes them. */
  readonly opaqueSetup: string;
  /** The OPAQUE record of whoever has none, made at each start. */
  readonly opaqueNobody: string;
  /** Seals what second factors need (totp.ts). */
  readonly factors: AtRest;
  /** MAC of session tokens. */
  readonly session: Mac;
  /** MAC of nonces. */
  readonly nonce: Mac;
  /** What ecrin_app signs in to the database with; base64url. */
  readonly databasePassword: string;
}

/**
 * Without these nothing goes on: no password fits, no address is known, no release can be opened, no
 * tag follows. Others may be made anew: then sessions end, and that is all.
 */
const LASTING = ["log", "release", "address", "pepper", "opaque", "mac"];
/** What a server writes there once it has its database, the one since 0.2.0 and the other since 0.4.0. */
const SINCE_RUN = ["checkpoint", "chain"];

/**
 * Reads the keys in `folder`, making those that are missing where no server has run yet.
 * @throws Error when a file can be read by others, is not what it should be, or is gone
 */
export async function openKeys(folder: string): Promise<Keys> {
  await ready;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  await checkWhole(folder);
  const bytes = (name: string) => secret(folder, name);
  const coming = await readComing(folder);
  const [log, release, address, pepper, session, nonce, factors] = await Promise.all([
    bytes("log"),
    bytes("release"),
    bytes("address"),
    bytes("pepper"),
    bytes("session"),
    bytes("nonce"),
    bytes("factors"),
  ]);
  await secretText(folder, "mac", () => randomBytes(32).toString("base64url"));
  return {
    log,
    logKey: signerOf(log).key,
    ...coming,
    tags: await openTagKeys(folder),
    release: await openerOf(release),
    address: await openerOf(address),
    pepper: hmacSha256(pepper),
    opaqueSetup: await secretText(folder, "opaque", () => opaque.createSetup()),
    opaqueNobody: recordOfNobody(),
    session: hmacSha256(session),
    nonce: hmacSha256(nonce),
    factors: atRest(factors),
    databasePassword: await secretText(folder, "database", () =>
      randomBytes(24).toString("base64url"),
    ),
  };
}

/** A copy put back in part is no first start: another key in the place of a lost one would seem to do. */
async function checkWhole(folder: string): Promise<void> {
  const [checkpoint, chain] = await Promise.all(SINCE_RUN.map((name) => isThere(folder, name)));
  if (checkpoint !== true && chain !== true) return;
  for (const name of chain === true ? [...LASTING, "factors"] : LASTING) {
    if (await isThere(folder, name)) continue;
    throw new Error(
      `There is no key file ${name} in ${folder}, where a server has run. No other will do: put it back from a copy of that folder.`,
    );
  }
}

async function isThere(folder: string, name: string): Promise<boolean> {
  return (await stat(join(folder, name)).catch(ignoreMissing)) !== undefined;
}

/** What the log is known by: its keys, and those of its tags. */
export type LogKeyFiles = Pick<Keys, "logKey" | "nextLog" | "successor" | "tags">;

/**
 * Reads the keys of the log in `folder`, and makes none.
 * @throws Error when one is missing, can be read by others, or is not what it should be
 */
export async function readLogKeys(folder: string): Promise<LogKeyFiles> {
  const coming = await readComing(folder);
  const log = bytesOf(await readMade(folder, "log"), "log");
  await readMade(folder, "mac");
  return { logKey: signerOf(log).key, ...coming, tags: await openTagKeys(folder) };
}

/** The log keys to come. Read before the key that they replace: who puts one in force renames the one to the other. */
async function readComing(folder: string): Promise<Pick<Keys, "nextLog" | "successor">> {
  const next = await read(join(folder, NEXT_LOG), NEXT_LOG);
  const successor = await read(join(folder, SUCCESSOR), SUCCESSOR);
  return {
    ...(next === undefined ? {} : { nextLog: Buffer.from(next, "base64url") }),
    ...(successor === undefined ? {} : { successor: Buffer.from(successor, "base64url") }),
  };
}

async function readMade(folder: string, name: string): Promise<string> {
  const held = await read(join(folder, name), name);
  if (held === undefined) throw new Error(`There is no key file ${name} in ${folder}.`);
  return held;
}

async function secret(folder: string, name: string): Promise<Uint8Array> {
  return bytesOf(await secretText(folder, name, () => randomBytes(32).toString("base64url")), name);
}

function bytesOf(held: string, name: string): Uint8Array {
  const bytes = Buffer.from(held, "base64url");
  if (bytes.length !== 32) throw new Error(`the key file ${name} does not hold 32 bytes`);
  return bytes;
}

/** What the file holds; made whole or not at all, and by one process only, where it is missing. */
export async function secretText(
  folder: string,
  name: string,
  make: () => string | Promise<string>,
): Promise<string> {
  const path = join(folder, name);
  const held = await read(path, name);
  if (held !== undefined) return held;
  const draft = join(folder, `.${name}.${randomBytes(8).toString("hex")}`);
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(`${await make()}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    // link() refuses to replace: of two processes that start at once, one wins and both read it.
    await link(draft, path).catch(ignoreExisting);
  } finally {
    await unlink(draft);
  }
  await syncFolder(folder);
  const made = await read(path, name);
  if (made === undefined) throw new Error(`the key file ${name} cannot be made`);
  return made;
}

async function read(path: string, name: string): Promise<string | undefined> {
  const found = await stat(path).catch(ignoreMissing);
  if (found === undefined) return undefined;
  if (process.platform !== "win32" && (found.mode & 0o077) !== 0) {
    throw new Error(
      `the key file ${name} can be read by others: make it readable by its owner only (chmod 600)`,
    );
  }
  return (await readFile(path, "utf8")).trim();
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
