// People with account chains, the same at every run: the cast of the vectors and of the tests.

import {
  b64,
  context,
  type Fields,
  hashNamed,
  idOf,
  type KeyPair,
  keyPair,
  pattern,
  statement,
  statementHash,
  unb64,
} from "./reference.ts";

/** 2026-09-21T13:33:20Z, where every chain begins. */
export const BEGIN = 1_790_000_000_000;
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export type Head = { hash: string; seq: number };
export type By = { account: string; device: string; head: Head };

export interface Identity {
  readonly sign: string;
  readonly seal: string;
}

export interface Device {
  readonly device: string;
  readonly key: string;
  readonly pair: KeyPair;
}

export interface Person {
  readonly account: string;
  readonly chain: string[];
  /** Signing key of the identity in force. */
  pair: KeyPair;
  identity: Identity;
  /** Name of the identity in force. */
  hash: string;
  readonly device: Device;
}

export function sealingKey(label: string): string {
  return b64(pattern(`sealing key ${label}`, 1216));
}

export function identityNamed(label: string): { pair: KeyPair; identity: Identity } {
  const pair = keyPair(pattern(`identity ${label}`, 32));
  return { pair, identity: { sign: pair.key, seal: sealingKey(`identity ${label}`) } };
}

export function identityHash(account: string, { sign, seal }: Identity): string {
  return b64(context("identity", account, unb64(sign), unb64(seal)));
}

export function deviceNamed(label: string): Device {
  const pair = keyPair(pattern(`device ${label}`, 32));
  return { device: idOf(`device ${label}`), key: pair.key, pair };
}

export function slotsOf(label: string): { key: string; kind: string; slot: string }[] {
  return [{ slot: idOf(`slot ${label}`), kind: "password", key: sealingKey(`slot ${label}`) }];
}

/** What stands in a statement of a device. */
export function certificate({ device, key }: Device): Fields {
  return { device, key };
}

export function headOf(chain: readonly string[], seq = chain.length - 1): Head {
  return { hash: statementHash(chain[seq] ?? ""), seq };
}

/** The statement that continues an account chain; `over` replaces members, also to make it wrong. */
export function accountStatement(person: Person, op: string, over: Fields = {}): string {
  const seq = person.chain.length;
  return statement(
    "account",
    {
      account: person.account,
      seq,
      ...(seq === 0 ? {} : { prev: headOf(person.chain).hash }),
      at: BEGIN + seq * HOUR,
      op,
      ...over,
    },
    person.pair,
  );
}

/** An account with one device, at its first statement. */
export function person(name: string): Person {
  const { pair, identity } = identityNamed(name);
  const account = idOf(`account ${name}`);
  const device = deviceNamed(name);
  const chain: string[] = [];
  const made = { account, chain, pair, identity, hash: identityHash(account, identity), device };
  chain.push(
    accountStatement(made, "begin", {
      identity: { ...identity },
      device: certificate(device),
      slots: slotsOf(name),
    }),
  );
  return made;
}

export function enrol(whose: Person, device: Device): void {
  whose.chain.push(accountStatement(whose, "device", { device: certificate(device) }));
}

export function cut(whose: Person, device: Device): void {
  whose.chain.push(accountStatement(whose, "sign-out", { device: device.device }));
}

/** Everything of a `rotate` but its signature. */
export function rotation(whose: Person, label: string): Fields {
  const { pair, identity } = identityNamed(label);
  const { hash } = headOf(whose.chain);
  const proven = context(
    "rotate",
    whose.account,
    whose.chain.length,
    hash,
    unb64(identity.sign),
    unb64(identity.seal),
  );
  return { identity: { ...identity }, slots: slotsOf(label), proof: b64(pair.sign(proven)) };
}

/** Gives an account a new identity. */
export function rotate(whose: Person, label: string): void {
  whose.chain.push(accountStatement(whose, "rotate", rotation(whose, label)));
  const next = identityNamed(label);
  whose.pair = next.pair;
  whose.identity = next.identity;
  whose.hash = identityHash(whose.account, next.identity);
}

/** Who signs, at a head of its own chain (the newest unless said). */
export function by(whose: Person, seq?: number, device: Device = whose.device): By {
  return { account: whose.account, device: device.device, head: headOf(whose.chain, seq) };
}

/** A hash that no statement has. */
export const NOWHERE = hashNamed("nowhere");
