import {
  type AccountId,
  fromUtf8,
  type Hash,
  type LogId,
  parseAccountStatement,
  type RouteAnswer,
  type SigningKey,
} from "@ecrin/protocol";
import { keptChain } from "./accounts.ts";
import { ClientError, isRefusedFor } from "./errors.ts";
import {
  hasLeftLog,
  type Keyring,
  KeyringBook,
  type KeyringPlace,
  openKeyring,
  seenLogs,
} from "./keyring.ts";
import { memoryOf } from "./log.ts";
import type { LogMemory } from "./log-memory.ts";
import type { LostReceipt, Succession } from "./lost-log.ts";
import type { Store } from "./store.ts";
import { findSuccession, letGo, lostReceipts, succeeded } from "./succession.ts";
import type { Unlocked } from "./unlocked.ts";

// A person accepts that the log lost entries and another follows it (spec/succession.md, What a client does).

/** What unlocking needs to know of it. */
export interface Accepting extends KeyringPlace {
  /** The log that the person accepts now. */
  readonly acceptLog?: LogId;
}

/**
 * Opens the keyring on this device, once the question which log is followed is settled: an account
 * that has accepted another on another device has done so here, unless this device saw what does
 * not fit it; and its owner may accept it now.
 * @throws ClientError `log-succeeded` where what is remembered is more than is left, and nobody has accepted that
 */
export async function openBook(
  place: Accepting,
  sealed: RouteAnswer<"account">["keyring"],
): Promise<KeyringBook> {
  const held = await openKeyring(place.accountKey, place.account, sealed);
  const left = await hasLeftLog(place.store, held);
  if (left !== undefined) {
    const succession = await pending(await memoryBefore(place, held, left));
    if (succession !== undefined) await letGo(place.store, succession);
    return await KeyringBook.open(place, sealed);
  }
  if (place.acceptLog === undefined) {
    return await orSucceeded(place, held, async () => await KeyringBook.open(place, sealed));
  }
  const succession = await pending(await memoryBefore(place, held, held.log.key));
  checkAsked(succession, place.acceptLog);
  const beginnings = await beginningsIn(place.store);
  await letGo(place.store, succession);
  const book = await KeyringBook.open(place, sealed, true);
  await book.follow(succession, beginnings);
  return book;
}

/** Runs what compares with what was seen; where that is more than is left because the log lost entries, says so instead. */
export async function orSucceeded<T>(
  place: Pick<Accepting, "http" | "store">,
  held: Keyring,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isRefusedFor(error, "rollback", "fork")) throw error;
    const succession = await pending(await memoryBefore(place, held, held.log.key));
    throw succession === undefined ? error : succeeded(succession);
  }
}

/** For an account that is unlocked. */
export class Successions {
  readonly #u: Unlocked;

  constructor(u: Unlocked) {
    this.#u = u;
  }

  /**
   * What the person is told before they accept another log; undefined where the one they know is
   * in force.
   * @throws ClientError `fork` where it does not fit what was seen, `log-key-changed`
   */
  async pending(): Promise<Succession | undefined> {
    return await pending(memoryOf(this.#u));
  }

  /**
   * Accepts it, on every device; this one is to be locked and unlocked again. What it remembered
   * of chains beyond what the service has now is let go: look who has access.
   */
  async accept(log: LogId): Promise<void> {
    const { store, keyring } = this.#u;
    const succession = await this.pending();
    checkAsked(succession, log);
    const beginnings = await beginningsIn(store);
    await letGo(store, succession);
    await keyring.follow(succession, beginnings);
  }

  /**
   * What an alarm means: `log-succeeded`, with what is to be accepted, where something is older or
   * other than what was seen because the log lost entries. Any other error is returned as it is.
   */
  async explain(error: unknown): Promise<unknown> {
    if (!isRefusedFor(error, "rollback", "fork")) return error;
    try {
      const succession = await this.pending();
      return succession === undefined ? error : succeeded(succession);
    } catch (other) {
      // A succession that does not hold is an alarm of its own; a service that cannot be asked is none.
      return isRefusedFor(other, "fork", "rollback", "log-key-changed") ? other : error;
    }
  }

  /** Receipts for entries that were lost with a log that ended; they are in no log any more. */
  async lostReceipts(): Promise<readonly LostReceipt[]> {
    return await lostReceipts(this.#u.store);
  }
}

function checkAsked(
  succession: Succession | undefined,
  log: LogId,
): asserts succession is Succession {
  if (succession?.to !== log)
    throw new ClientError("refused", "this is not the log that follows the one that is known");
}

async function pending(memory: LogMemory): Promise<Succession | undefined> {
  return await findSuccession(memory, await memory.http.call("log"));
}

async function memoryBefore(
  { http, store }: Pick<Accepting, "http" | "store">,
  held: Keyring,
  key: SigningKey,
): Promise<LogMemory> {
  const heads = await seenLogs(store, held);
  return { http, store, key, seen: (chain) => heads.get(chain) };
}

/** The first statement of each chain that this device has followed. */
async function beginningsIn(store: Store): Promise<Map<AccountId, Hash>> {
  const beginnings = new Map<AccountId, Hash>();
  for await (const [key, bytes] of store.entries("account/")) {
    const account = key.slice("account/".length) as AccountId;
    const { statements } = await keptChain(account, JSON.parse(fromUtf8(bytes)));
    beginnings.set(account, parseAccountStatement(statements[0]).hash);
  }
  return beginnings;
}
