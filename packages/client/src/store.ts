import { ARGON2, openBox, STORE_SALT, sealBox, storeKey } from "@ecrin/crypto";
import {
  type AccountId,
  accountIdField,
  argon2Field,
  type Bytes,
  bytesField,
  canonicalJson,
  context,
  fromBase64url,
  fromUtf8,
  type Json,
  parseAs,
  sameBytes,
  toBase64url,
  utf8,
} from "@ecrin/protocol";
import * as z from "zod/mini";
import { asClientError, ClientError, opening, opens } from "./errors.ts";

/** Where a device keeps bytes under names. Values arrive sealed; names are kinds and random ids. */
export interface RawStore {
  get(name: string): Promise<Bytes | undefined>;
  /** All of it or nothing, also when the power fails. A value left out is deleted. */
  write(changes: readonly RawChange[]): Promise<void>;
  /** Names that begin with `prefix`, in order, with their values. */
  entries(prefix: string): AsyncIterable<readonly [name: string, value: Bytes]>;
  close(): Promise<void>;
}

export interface RawChange {
  readonly name: string;
  readonly value?: Bytes;
}

/** A change to the store's contents: `value` left out deletes. */
export interface Change {
  readonly key: string;
  readonly value?: Bytes;
}

const HEADER = "header";
const SEALED = "sealed/";
/** What a device is made with, and keeps as long as it holds the account. */
const DEVICE = "device";
const MAX_WAYS = 2;

/** One password that opens the store. Two stand there only while a password is being changed. */
const wayField = z.strictObject({
  salt: bytesField(STORE_SALT, STORE_SALT),
  parameters: argon2Field,
  box: bytesField(80, 80),
});
export type Way = z.infer<typeof wayField>;

const headerField = z.strictObject({
  v: z.literal(1),
  account: accountIdField,
  /** Written before the server had said yes: whoever signs up or enrols again may overwrite it. */
  pending: z.boolean(),
  ways: z.array(wayField).check(z.minLength(1), z.maxLength(MAX_WAYS)),
});
type Header = z.infer<typeof headerField>;

/** What stands unsealed beside the store: whose it is. */
export interface StoreOwner {
  readonly account: AccountId;
  /** Whether the sign-up or enrolment it was made for may not have reached the server. */
  readonly pending: boolean;
}

/** Whose store this is; undefined for an empty one. */
export async function ownerOf(raw: RawStore): Promise<StoreOwner | undefined> {
  const header = await readHeader(raw);
  return header && { account: header.account, pending: header.pending };
}

/** Deletes everything of an account on this device, for which nothing need be unlocked. */
export async function eraseStore(raw: RawStore): Promise<void> {
  const all: RawChange[] = [{ name: HEADER }];
  for await (const [name] of raw.entries(SEALED)) all.push({ name });
  await raw.write(all);
}

/**
 * The local store, unlocked: values under keys, each sealed under the store's
 * own key and bound to account and key. The password opens that key by
 * Argon2id (spec/keys.md, Offline unlock).
 */
export class Store {
  readonly account: AccountId;
  readonly #raw: RawStore;
  #key: Bytes | undefined;
  #opener: Way;
  /** The header under which this was last found to be what lies on the device. */
  #foundUnder: Bytes | undefined;

  private constructor(raw: RawStore, account: AccountId, key: Bytes, opener: Way) {
    this.#raw = raw;
    this.account = account;
    this.#key = key;
    this.#opener = opener;
  }

  /** Makes a new store over an empty or pending one, with its first values. It is pending until `keep`. */
  static async create(
    raw: RawStore,
    account: AccountId,
    password: string,
    first: readonly Change[],
  ): Promise<Store> {
    const owner = await ownerOf(raw);
    if (owner !== undefined && !owner.pending) {
      throw new ClientError("refused", "this store belongs to an account already");
    }
    const key = crypto.getRandomValues(new Uint8Array(32));
    const way = await makeWay(account, password, key);
    const store = new Store(raw, account, key, way);
    const header: Header = { v: 1, account, pending: true, ways: [way] };
    const old: RawChange[] = [];
    for await (const [name] of raw.entries(SEALED)) old.push({ name });
    await raw.write([
      ...old,
      ...(await Promise.all(first.map((change) => store.#seal(change)))),
      headerChange(header),
    ]);
    return store;
  }

  /**
   * Opens a store.
   * @throws ClientError `not-enrolled` for an empty one, `wrong-password`, `parameters-below-floor` before anything is derived
   */
  static async open(raw: RawStore, password: string): Promise<Store> {
    const { account, ways } = (await readHeader(raw)) ?? notEnrolled();
    for (const way of ways) {
      const key = await openWay(account, password, way);
      if (key !== undefined) return new Store(raw, account, key, way);
    }
    throw new ClientError("wrong-password", "the password does not open this device");
  }

  /** @throws ClientError `cannot-open` for a value that is not the one sealed at this place */
  async get(key: string): Promise<Bytes | undefined> {
    const sealed = await this.#raw.get(SEALED + key);
    return sealed && (await this.#open(key, sealed));
  }

  async put(key: string, value: Bytes): Promise<void> {
    await this.batch([{ key, value }]);
  }

  async delete(key: string): Promise<void> {
    await this.batch([{ key }]);
  }

  /** Several changes, all or none. */
  async batch(changes: readonly Change[]): Promise<void> {
    const sealed = await Promise.all(changes.map((change) => this.#seal(change)));
    await this.#requireHere();
    await this.#raw.write(sealed);
  }

  /** Values whose keys begin with `prefix`, in order of their keys. */
  async *entries(prefix: string): AsyncGenerator<readonly [key: string, value: Bytes]> {
    // The next one is opened, off this thread, while somebody reads the one before.
    let before: readonly [key: string, value: Promise<Bytes>] | undefined;
    for await (const [name, sealed] of this.#raw.entries(SEALED + prefix)) {
      const key = name.slice(SEALED.length);
      const value = this.#open(key, sealed);
      value.catch(() => undefined);
      if (before !== undefined) yield [before[0], await before[1]];
      before = [key, value];
    }
    if (before !== undefined) yield [before[0], await before[1]];
  }

  /** A value of canonical JSON, not yet checked in its form. */
  async getJson(key: string): Promise<unknown> {
    const bytes = await this.get(key);
    return bytes && JSON.parse(fromUtf8(bytes));
  }

  async putJson(key: string, value: Json): Promise<void> {
    await this.put(key, utf8(canonicalJson(value)));
  }

  /** A second password opens the store too, until `keep` says which one stays. */
  async addPassword(password: string): Promise<Way> {
    const way = await makeWay(this.account, password, this.#unlocked());
    await this.#raw.write([headerChange({ ...(await this.#header()), ways: [way, this.#opener] })]);
    return way;
  }

  /**
   * From here on one password opens the store and no other, by default the one
   * it was opened with, and the store is pending no more.
   */
  async keep(way: Way = this.#opener): Promise<void> {
    const header = await this.#header();
    this.#opener = way;
    if (header.ways.length === 1 && header.ways[0]?.salt === way.salt && !header.pending) return;
    await this.#raw.write([headerChange({ ...header, pending: false, ways: [way] })]);
  }

  /** Whether a password opens this store. */
  async opensWith(password: string): Promise<boolean> {
    return (await openWay(this.account, password, this.#opener)) !== undefined;
  }

  /** Forgets the key; the values stay, sealed. */
  lock(): void {
    this.#key?.fill(0);
    this.#key = undefined;
  }

  /** Deletes everything of this account on this device. */
  async erase(): Promise<void> {
    if (await this.#isHere()) await eraseStore(this.#raw);
    this.lock();
  }

  async #header(): Promise<Header> {
    await this.#requireHere();
    return (await readHeader(this.#raw)) ?? notEnrolled();
  }

  /**
   * Another page of one browser may have removed this account from the device, or put another in
   * its place: nothing is written among what is that one's, nor left where everything was removed.
   * @throws ClientError `locked`
   */
  async #requireHere(): Promise<void> {
    this.#unlocked();
    if (!(await this.#isHere()))
      throw new ClientError("locked", "this device holds another account by now, or none");
  }

  async #isHere(): Promise<boolean> {
    const header = await this.#raw.get(HEADER);
    if (header === undefined) return false;
    if (this.#foundUnder !== undefined && sameBytes(header, this.#foundUnder)) return true;
    // The same account may have come back to this device, with a store of its own.
    const device = await this.#raw.get(SEALED + DEVICE);
    const isHere =
      (await readHeader(this.#raw))?.account === this.account &&
      (device === undefined || (await opens(() => this.#open(DEVICE, device))));
    if (isHere) this.#foundUnder = header;
    return isHere;
  }

  #unlocked(): Bytes {
    return this.#key ?? locked();
  }

  async #seal({ key, value }: Change): Promise<RawChange> {
    const name = SEALED + key;
    if (value === undefined) return { name };
    return {
      name,
      value: await sealBox(this.#unlocked(), "store", context("store", this.account, key), value),
    };
  }

  async #open(key: string, sealed: Bytes): Promise<Bytes> {
    const ctx = context("store", this.account, key);
    return await opening(async () => await openBox(this.#unlocked(), "store", ctx, sealed));
  }
}

async function makeWay(account: AccountId, password: string, key: Bytes): Promise<Way> {
  const salt = crypto.getRandomValues(new Uint8Array(STORE_SALT));
  const derived = await storeKey(password, salt, ARGON2);
  const box = await sealBox(derived, "store key", context("store key", account), key);
  return { salt: toBase64url(salt), parameters: ARGON2, box: toBase64url(box) };
}

/** The store's key, or undefined where the password is not this one. */
async function openWay(
  account: AccountId,
  password: string,
  { salt, parameters, box }: Way,
): Promise<Bytes | undefined> {
  try {
    const derived = await storeKey(password, fromBase64url(salt), parameters);
    const ctx = context("store key", account);
    return await openBox(derived, "store key", ctx, fromBase64url(box));
  } catch (error) {
    const known = asClientError(error);
    if (known instanceof ClientError && known.code === "cannot-open") return undefined;
    throw known;
  }
}

async function readHeader(raw: RawStore): Promise<Header | undefined> {
  const bytes = await raw.get(HEADER);
  if (bytes === undefined) return undefined;
  try {
    return parseAs(headerField, JSON.parse(fromUtf8(bytes)), "header");
  } catch (cause) {
    throw new ClientError("cannot-open", "the store of this device is damaged", { cause });
  }
}

function headerChange(header: Header): RawChange {
  return { name: HEADER, value: utf8(canonicalJson(header)) };
}

function notEnrolled(): never {
  throw new ClientError("not-enrolled", "no account is signed in on this device");
}

function locked(): never {
  throw new ClientError("locked", "the account is locked");
}
