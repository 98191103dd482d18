// People whose keys exist, unlike those of the cast: identities that open what is wrapped to them,
// slots that give an account key, a keyring under it. By the references, which share no code with src.

import { box, hkdf, hmac, wrap, xwingPublic } from "../../packages/crypto/test/reference.ts";
import {
  accountStatement,
  certificate,
  deviceNamed,
  headOf,
  identityHash,
  type Person,
} from "../../packages/protocol/test/people.ts";
import {
  b64,
  canonical,
  context,
  type Fields,
  idOf,
  keyPair,
  pattern,
  sha256,
  unb64,
} from "../../packages/protocol/test/reference.ts";

/** Ed25519 and X-Wing seed of an identity, 32 bytes each. */
export interface Seeds {
  readonly sign: Buffer;
  readonly seal: Buffer;
}

export interface SealedPerson extends Person {
  seeds: Seeds;
}

/** A way to an account key: what a kit or a password comes to, and the slot it opens. */
export interface Factor {
  readonly kind: "kit" | "password";
  readonly slot: string;
  readonly factor: Buffer;
}

const NONE = Buffer.alloc(0);

function identityOf(label: string) {
  const seeds = { sign: pattern(`sign ${label}`, 32), seal: pattern(`seal ${label}`, 32) };
  const pair = keyPair(seeds.sign);
  return { seeds, pair, identity: { sign: pair.key, seal: b64(xwingPublic(seeds.seal)) } };
}

/** What a factor gives for its slot, by a label: `seed` or `mac`. */
function derived({ kind, factor }: Factor, what: "seed" | "mac"): Buffer {
  return hkdf(factor, NONE, Buffer.from(`ecrin-1 slot ${what} ${kind}`));
}

/** The public half of a slot, as a chain lists it. */
function listed(each: Factor): Fields {
  const { kind, slot } = each;
  return { kind, slot, key: b64(xwingPublic(derived(each, "seed"))) };
}

/** A new account with one device. */
export function sealedPerson(name: string, factors: readonly Factor[]): SealedPerson {
  const { seeds, pair, identity } = identityOf(name);
  const account = idOf(`account ${name}`);
  const device = deviceNamed(name);
  const chain: string[] = [];
  const hash = identityHash(account, identity);
  const made = { account, chain, pair, identity, hash, device, seeds };
  const begin = {
    identity: { ...identity },
    device: certificate(device),
    slots: factors.map(listed),
  };
  chain.push(accountStatement(made, "begin", begin));
  return made;
}

/** Gives an account another identity, and other slots. */
export function renew(whose: SealedPerson, label: string, factors: readonly Factor[]): void {
  const { seeds, pair, identity } = identityOf(label);
  const { account, chain } = whose;
  // `prev` is text here, and nowhere else (spec/keys.md).
  const parts = [headOf(chain).hash, unb64(identity.sign), unb64(identity.seal)] as const;
  const proof = b64(pair.sign(context("rotate", account, chain.length, ...parts)));
  const fact = { identity: { ...identity }, slots: factors.map(listed), proof };
  chain.push(accountStatement(whose, "rotate", fact));
  Object.assign(whose, { seeds, pair, identity, hash: identityHash(account, identity) });
}

/** A slot as the server keeps it, at the identity in force. */
export function sealedSlot(whose: SealedPerson, each: Factor, accountKey: Buffer): Fields {
  const { account, hash, identity } = whose;
  const { slot, kind } = each;
  const key = xwingPublic(derived(each, "seed"));
  const randomness = pattern(`slot randomness ${slot}`, 64);
  const sealed = wrap(key, randomness, context("slot", account, slot, kind), accountKey);
  const bound = context("slot mac", account, slot, kind, key, unb64(hash), sha256(sealed));
  const mac = b64(hmac(derived(each, "mac"), bound));
  return { ...listed(each), wrap: b64(sealed), mac, identity: { ...identity } };
}

/** A keyring as the server keeps it. */
export function sealedKeyring(
  account: string,
  accountKey: Buffer,
  version: number,
  keyring: Fields,
): Fields {
  const ctx = context("keyring", account, version);
  const plain = Buffer.from(canonical(keyring));
  return { version, box: b64(box(pattern("keyring salt", 32), accountKey, "keyring", ctx, plain)) };
}

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** The text of a kit, as its QR code carries it. */
export function kitText(account: string, code: Buffer): string {
  const bytes = Buffer.concat([code, context("kit text", code).subarray(0, 3)]);
  let number = BigInt(`0x${bytes.toString("hex")}`);
  let text = "";
  for (let i = 0; i < 56; i++, number >>= 5n) text = CROCKFORD.charAt(Number(number & 31n)) + text;
  return `ecrin-1:kit:${account}:${text.match(/.{4}/g)?.join("-")}`;
}
