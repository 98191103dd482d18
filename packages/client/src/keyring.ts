import {
  equalSecret,
  openBox,
  openWrap,
  type SealedSlot,
  type Signer,
  type SlotPlace,
  type SlotSecrets,
  sealBox,
  sealSlot,
  signerFrom,
  signingKeyOf,
  wrapTo,
  xwingPublicKey,
} from "@ecrin/crypto";
import {
  type AccountId,
  type AccountState,
  accountIdField,
  type Bytes,
  bytesField,
  canonicalJson,
  context,
  currentIdentity,
  digestOf,
  fromBase64url,
  fromUtf8,
  type Hash,
  type Head,
  hasHead,
  hashField,
  headField,
  type Identity,
  parseAs,
  parseCanonical,
  parseSealingKey,
  type SigningKey,
  type SpaceId,
  signingKeyField,
  spaceIdField,
  timeField,
  toBase64url,
  utf8,
  witnessesField,
} from "@ecrin/protocol";
import * as z from "zod/mini";
import { asClientError, ClientError, isRefusedFor, opening } from "./errors.ts";
import { type Heads, headsWithin, mergeHeads } from "./heads.ts";
import type { Http } from "./http.ts";
import type { Succession } from "./lost-log.ts";
import type { Store } from "./store.ts";

const seedField = bytesField(32, 32);
/** Identities before whose wraps still open. */
export const MAX_EARLIER = 16;
const nameField = z.string().check(z.minLength(1), z.maxLength(200));

/** Somebody this account knows, and how it came to know them (spec/share.md, Contacts). */
export const contactField = z.strictObject({
  account: accountIdField,
  identity: hashField,
  name: nameField,
  verified: z.enum(["face-to-face", "invitation"]),
  head: headField,
  /** Until when a guest was one (spec/handshake.md). */
  until: z.optional(timeField),
});
export type Contact = z.infer<typeof contactField>;

/** The account's secrets, as they are sealed under the account key (spec/keys.md). */
export const keyringField = z.strictObject({
  identity: z.strictObject({ seal: seedField, sign: seedField }),
  secretKey: seedField,
  profile: z.strictObject({ name: nameField }),
  contacts: z.array(contactField).check(z.maxLength(2000)),
  heads: z.array(z.tuple([z.string().check(z.regex(/^[A-Za-z0-9_-]{22}(\.[a-z]+)?$/)), headField])),
  log: z.strictObject({ key: signingKeyField }),
  record: z.optional(spaceIdField),
  /** Witnesses of the log that its owner counts on (spec/witness.md). */
  witnesses: z.optional(witnessesField),
  /** Offers that were declined, and accounts whose offers are. */
  declined: z.optional(z.array(z.union([spaceIdField, accountIdField])).check(z.maxLength(1000))),
  /** Sealing seeds of identities before, newest first: for what is never wrapped again. */
  earlier: z.optional(
    z
      .array(z.strictObject({ identity: hashField, seal: seedField }))
      .check(z.maxLength(MAX_EARLIER)),
  ),
});
export type Keyring = z.infer<typeof keyringField>;

/** A keyring as the server keeps it. */
export interface SealedKeyring {
  readonly version: number;
  /** base64url. */
  readonly box: string;
}

/**
 * Seals a keyring for the server.
 * @throws ClientError `locked` under a key that has been wiped: anybody could open such a box
 */
export async function sealKeyring(
  accountKey: Bytes,
  account: AccountId,
  version: number,
  keyring: Keyring,
): Promise<SealedKeyring> {
  if (accountKey.every((byte) => byte === 0))
    throw new ClientError("locked", "the account key has been wiped");
  const plain = utf8(canonicalJson(keyring));
  const ctx = context("keyring", account, version);
  return { version, box: toBase64url(await sealBox(accountKey, "keyring", ctx, plain)) };
}

/** @throws ClientError `cannot-open`, whatever the reason */
export async function openKeyring(
  accountKey: Bytes,
  account: AccountId,
  { version, box }: SealedKeyring,
): Promise<Keyring> {
  return await opening(async () => {
    const ctx = context("keyring", account, version);
    const plain = await openBox(accountKey, "keyring", ctx, fromBase64url(box));
    return parseAs(keyringField, parseCanonical(fromUtf8(plain)), "keyring");
  });
}

/** The public half of a keyring's identity, computed from its seeds. */
export async function identityOf({ identity }: Keyring): Promise<Identity> {
  const [seal, sign] = await Promise.all([
    xwingPublicKey(fromBase64url(identity.seal)),
    signingKeyOf(fromBase64url(identity.sign)),
  ]);
  return { seal: parseSealingKey(toBase64url(seal), "seal"), sign };
}

/** Bytes of canonical JSON: the sealed box has to stay within the server's 1 MiB. */
const MAX_KEYRING = 1_000_000;
const SEEN = "keyring";
const HEAD = "head/";
/** The log that this device last knew to be pinned. */
const LOG = "log";
const logField = z.strictObject({ key: signingKeyField });
const ATTEMPTS = 5;
const seenField = z.strictObject({ version: z.int(), hash: hashField });

export interface KeyringPlace {
  readonly account: AccountId;
  readonly accountKey: Bytes;
  readonly http: Http;
  readonly store: Store;
}

/**
 * The keyring of an unlocked account: read here, changed by compare-and-set at
 * the server. It also keeps the highest head seen of every chain; heads go to
 * the local store at once and into the sealed keyring with its next change, or
 * with `save`.
 */
export class KeyringBook {
  readonly #place: KeyringPlace;
  readonly #heads: Map<string, Head>;
  #keyring: Keyring | undefined;
  #accountKey: Bytes | undefined;
  #version: number;
  #writing: Promise<void> = Promise.resolve();
  #failed: unknown;
  #keeps = true;

  private constructor(place: KeyringPlace, version: number, keyring: Keyring, heads: Heads) {
    this.#place = place;
    this.#accountKey = place.accountKey;
    this.#version = version;
    this.#keyring = keyring;
    this.#heads = new Map(heads);
  }

  /**
   * Opens a keyring that came from the server.
   * @param letGo of the heads in it, but for those of logs
   * @throws ClientError `cannot-open`; `rollback` or `fork` where this device has seen a newer or another one
   */
  static async open(
    place: KeyringPlace,
    sealed: SealedKeyring,
    letGo = false,
  ): Promise<KeyringBook> {
    const keyring = await openKeyring(place.accountKey, place.account, sealed);
    await checkVersion(place.store, sealed);
    await place.store.putJson(LOG, { key: keyring.log.key });
    // Most lately seen last, as they are kept here.
    const kept = letGo ? keyring.heads.filter(([chain]) => isOfLog(chain)) : keyring.heads;
    const heads = mergeHeads(await storedHeads(place.store), kept.toReversed());
    const book = new KeyringBook(place, sealed.version, keyring, heads);
    await rememberVersion(place.store, sealed);
    return book;
  }

  /**
   * Pins another log (spec/succession.md), and lets go of what was seen of chains and journals: of
   * a contact's chain its beginning is left. What is remembered of logs stays.
   * @param beginnings the hash of the first statement of a chain, where it is known
   */
  async follow(
    { key, ends }: Pick<Succession, "key" | "ends">,
    beginnings: ReadonlyMap<AccountId, Hash>,
  ): Promise<void> {
    for (const { log, size, hash } of ends) this.see(`${log}.end`, { seq: size, hash });
    for (const chain of this.#heads.keys()) if (!isOfLog(chain)) this.#heads.delete(chain);
    await this.update((keyring) => ({
      ...keyring,
      log: { key },
      contacts: keyring.contacts.map((contact) => {
        const hash = beginnings.get(contact.account);
        return hash === undefined ? contact : { ...contact, head: { hash, seq: 0 } };
      }),
    }));
    await this.#place.store.putJson(LOG, { key });
  }

  /** What the keyring holds. */
  contents(): Keyring {
    return this.#keyring ?? locked();
  }

  /** The name that the account goes by. */
  name(): string {
    return this.contents().profile.name;
  }

  /** The account's own record, once it has one. */
  record(): SpaceId | undefined {
    return this.contents().record;
  }

  contact(account: AccountId): Contact | undefined {
    return this.contents().contacts.find((each) => each.account === account);
  }

  /** The highest head seen of a chain, a tree or a journal. */
  seen(chain: string): Head | undefined {
    return this.#heads.get(chain);
  }

  /** The chains seen whose names end so. */
  chains(ending: string): string[] {
    return [...this.#heads.keys()].filter((chain) => chain.endsWith(ending));
  }

  /**
   * Keeps a head that was checked; a lower one than the highest is ignored.
   * @throws ClientError `fork` for another head at the same place
   */
  see(chain: string, head: Head): void {
    const known = this.#heads.get(chain);
    if (known !== undefined && known.seq === head.seq && known.hash !== head.hash) {
      throw new ClientError("fork", "a chain is another than the one seen before");
    }
    const highest = known !== undefined && known.seq >= head.seq ? known : head;
    this.#heads.delete(chain);
    this.#heads.set(chain, { hash: highest.hash, seq: highest.seq });
    if (highest === known || !this.#keeps) return;
    this.#writing = this.#writing.then(async () => {
      try {
        await this.#place.store.putJson(HEAD + chain, { hash: head.hash, seq: head.seq });
      } catch (cause) {
        this.#failed ??= cause;
      }
    });
  }

  /**
   * Whether something may be wrapped for this account: it is this one, or a contact
   * whose chain still holds the identity that was verified.
   * @throws ClientError `contact-not-verified`, `contact-changed`, `rollback`
   */
  checkPinned(chain: AccountState): void {
    if (chain.account === this.#place.account) return;
    const contact = this.contact(chain.account);
    if (contact === undefined) {
      throw new ClientError("contact-not-verified", "the account is not a contact");
    }
    checkContact(contact, chain);
  }

  /**
   * Changes the keyring. `change` is applied again where another device was
   * faster, so it is a pure function of what it is given.
   */
  async update(change: (keyring: Keyring) => Keyring): Promise<void> {
    if (!this.#keeps) throw new ClientError("refused", "this keyring is for looking only");
    for (let attempt = 1; ; attempt++) {
      const { account, http, store } = this.#place;
      const changed = change(this.contents());
      const heads = headsThatFit(changed, this.#heads, account);
      const next = parseAs(keyringField, { ...changed, heads }, "keyring");
      const sealed = await sealKeyring(this.#key(), account, this.#version + 1, next);
      try {
        await http.call("keyringPut", { body: { replaces: this.#version, ...sealed } });
      } catch (error) {
        if (!isRefusedFor(error, "stale-head") || attempt >= ATTEMPTS) throw error;
        await this.refresh();
        continue;
      }
      this.#version = sealed.version;
      this.#keyring = next;
      await rememberVersion(store, sealed);
      return;
    }
  }

  /** Takes in what another device has written. @throws ClientError `rollback`, `fork`, `cannot-open` */
  async refresh(): Promise<void> {
    const { keyring: sealed } = await this.#place.http.call("account");
    const keyring = await openKeyring(this.#key(), this.#place.account, sealed);
    await checkVersion(this.#place.store, sealed);
    if (keyring.log.key !== this.contents().log.key)
      throw new ClientError("log-succeeded", "another log was accepted elsewhere: sign in again");
    for (const [chain, head] of keyring.heads) this.see(chain, head);
    if (!sameIdentity(keyring, this.contents())) {
      throw new ClientError("cannot-open", "the account's identity is another: sign in again");
    }
    this.#version = sealed.version;
    this.#keyring = keyring;
    await rememberVersion(this.#place.store, sealed);
  }

  /** Waits until heads lie in the local store, and writes them into the sealed keyring if it lacks any. */
  async save(): Promise<void> {
    await this.#writing;
    if (this.#failed !== undefined) throw asClientError(this.#failed);
    const kept = new Map(this.contents().heads);
    const heads = headsThatFit(this.contents(), this.#heads, this.#place.account);
    const isBehind = heads.some(([chain, head]) => kept.get(chain)?.seq !== head.seq);
    if (isBehind) await this.update((keyring) => keyring);
  }

  /** The same keyring, remembering nothing of what it is shown and writing nothing. */
  forLooking(): KeyringBook {
    const book = new KeyringBook(this.#place, this.#version, this.contents(), [...this.#heads]);
    book.#keeps = false;
    return book;
  }

  /** The next version, changed and under another account key: for a request that puts it in place of this one. */
  async sealedUnder(accountKey: Bytes, change: (keyring: Keyring) => Keyring) {
    const { account } = this.#place;
    const changed = change(this.contents());
    const heads = headsThatFit(changed, this.#heads, account);
    const next = parseAs(keyringField, { ...changed, heads }, "keyring");
    const sealed = await sealKeyring(accountKey, account, this.#version + 1, next);
    return { replaces: this.#version, ...sealed };
  }

  /** Signs statements of the account's own chain. */
  async identitySigner(): Promise<Signer> {
    return await signerFrom(fromBase64url(this.contents().identity.sign));
  }

  /**
   * Opens a wrap made for an identity of this account: the one in force, or an earlier one.
   * @param identity its hash; absent for the one in force
   * @throws ClientError `cannot-open`
   */
  async openWrap(ctx: Bytes, wrap: Bytes, identity?: Hash): Promise<Bytes> {
    const { earlier = [], identity: own } = this.contents();
    const { seal } = earlier.find((each) => each.identity === identity) ?? own;
    return await opening(async () => await openWrap(fromBase64url(seal), ctx, wrap));
  }

  /** Seals the account key into a new slot. */
  async sealSlot(secrets: SlotSecrets, place: SlotPlace): Promise<SealedSlot> {
    return await sealSlot(secrets, place, this.#key());
  }

  /** Wraps the account key for a device that was compared (spec/device-approval.md). @param to X-Wing key */
  async wrapKey(to: Uint8Array, ctx: Bytes): Promise<Bytes> {
    return await wrapTo(to, ctx, this.#key());
  }

  /** Whether this is the account key: what a slot that was just made must give. */
  holdsKey(accountKey: Uint8Array): boolean {
    return equalSecret(this.#key(), accountKey);
  }

  /** Forgets everything. */
  lock(): void {
    this.#accountKey?.fill(0);
    this.#accountKey = undefined;
    this.#keyring = undefined;
  }

  #key(): Bytes {
    return this.#accountKey ?? locked();
  }
}

/** @throws ClientError `contact-changed`, `rollback` */
export function checkContact(contact: Contact, chain: AccountState): void {
  if (!chain.identities.some((life) => life.hash === contact.identity)) {
    throw new ClientError("contact-changed", "the account no longer holds the identity verified");
  }
  if (chain.head.seq < contact.head.seq) {
    throw new ClientError("rollback", "a contact's chain is shorter than the one seen before");
  }
  if (!hasHead(chain, contact.head)) {
    throw new ClientError("contact-changed", "a contact's chain is another than the one verified");
  }
}

/** A contact as it is pinned now. */
export function pin(
  chain: AccountState,
  name: string,
  verified: Contact["verified"],
  identity: Hash = currentIdentity(chain).hash,
): Contact {
  const { account, head } = chain;
  return { account, identity, name, verified, head: { hash: head.hash, seq: head.seq } };
}

/** Heads for the sealed keyring, most lately seen first; those of this account, its record and its contacts before all others. */
function headsThatFit(keyring: Keyring, heads: ReadonlyMap<string, Head>, account: AccountId) {
  const rest = utf8(canonicalJson({ ...keyring, heads: [] })).length;
  const own = new Set<string>([account, ...keyring.contacts.map((each) => each.account)]);
  if (keyring.record !== undefined) own.add(keyring.record);
  return headsWithin(heads, MAX_KEYRING - rest, (chain) => own.has(chain.split(".")[0] ?? ""));
}

/** The key of the log that this device knows, where the account has accepted another elsewhere. */
export async function hasLeftLog(store: Store, { log }: Keyring): Promise<SigningKey | undefined> {
  const kept = await store.getJson(LOG);
  if (kept === undefined) return undefined;
  const { key } = parseAs(logField, kept, "log");
  return key === log.key ? undefined : key;
}

/** What is remembered of logs is never let go: how each was last seen, and how it ended. */
function isOfLog(chain: string): boolean {
  return chain.endsWith(".log") || chain.endsWith(".end");
}

/** What is remembered of logs, before anything else is looked at. */
export async function seenLogs(store: Store, keyring: Keyring): Promise<ReadonlyMap<string, Head>> {
  const ofLogs = (heads: Heads) => heads.filter(([chain]) => isOfLog(chain));
  return new Map(mergeHeads(ofLogs(await storedHeads(store)), ofLogs(keyring.heads)));
}

async function checkVersion(store: Store, { version, box }: SealedKeyring): Promise<void> {
  const kept = await store.getJson(SEEN);
  if (kept === undefined) return;
  const seen = parseAs(seenField, kept, "keyring seen");
  if (version < seen.version) throw olderKeyring();
  if (version === seen.version && hashOfBox(box) !== seen.hash) {
    throw new ClientError("fork", "the keyring is another than the one seen before");
  }
}

async function rememberVersion(store: Store, { version, box }: SealedKeyring): Promise<void> {
  await store.putJson(SEEN, { version, hash: hashOfBox(box) });
}

function hashOfBox(box: string): Hash {
  return digestOf(fromBase64url(box));
}

async function storedHeads(store: Store): Promise<Heads> {
  const heads: [string, Head][] = [];
  for await (const [key, bytes] of store.entries(HEAD)) {
    const head = parseAs(headField, JSON.parse(fromUtf8(bytes)), "head");
    heads.push([key.slice(HEAD.length), head]);
  }
  return heads;
}

function sameIdentity(a: Keyring, b: Keyring): boolean {
  return a.identity.sign === b.identity.sign && a.identity.seal === b.identity.seal;
}

function olderKeyring(): ClientError {
  return new ClientError("rollback", "the keyring is older than the one seen before");
}

function locked(): never {
  throw new ClientError("locked", "the account is locked");
}
