import * as z from "zod/mini";
import { fromBase64url } from "./bytes.ts";
import { context } from "./context.ts";
import { malformed, refuse } from "./errors.ts";
import {
  accountIdField,
  countField,
  deviceIdField,
  type Head,
  hashField,
  type Identity,
  identityField,
  parseAs,
  sealingKeyField,
  signatureField,
  signingKeyField,
  slotIdField,
  suiteField,
  timeField,
} from "./fields.ts";
import { type AccountId, type DeviceId, type Hash, hashOf, type SigningKey } from "./ids.ts";
import { checkSignature, type ParsedStatement, parseStatement, verifyBytes } from "./statement.ts";

export const MAX_DEVICES = 32;
export const MAX_SLOTS = 8;
/** Longest life of a guest's account. */
export const MAX_GUEST_MS = 24 * 3600_000;

export const deviceField = z.strictObject({ device: deviceIdField, key: signingKeyField });
export type DeviceCertificate = z.infer<typeof deviceField>;

export const slotKindField = z.enum(["password", "kit", "passkey"]);
export type SlotKind = z.infer<typeof slotKindField>;

/** The public part of a slot that stands in the chain. */
export const slotKeyField = z.strictObject({
  key: sealingKeyField,
  kind: slotKindField,
  slot: slotIdField,
});
export type SlotKey = z.infer<typeof slotKeyField>;

const slotKeys = z.array(slotKeyField).check(z.minLength(1), z.maxLength(MAX_SLOTS));
const common = { suite: suiteField, account: accountIdField, seq: countField, at: timeField };
const continued = { ...common, prev: hashField };

/** The payload of `ecrin-1.account` (spec/keys.md, Account chain). */
export const accountPayload = z.discriminatedUnion("op", [
  z.strictObject({
    ...common,
    op: z.literal("begin"),
    identity: identityField,
    device: deviceField,
    slots: z.array(slotKeyField).check(z.maxLength(MAX_SLOTS)),
    until: z.optional(timeField),
  }),
  z.strictObject({ ...continued, op: z.literal("device"), device: deviceField }),
  z.strictObject({ ...continued, op: z.literal("sign-out"), device: deviceIdField }),
  z.strictObject({ ...continued, op: z.literal("slots"), slots: slotKeys }),
  z.strictObject({
    ...continued,
    op: z.literal("rotate"),
    identity: identityField,
    slots: slotKeys,
    proof: signatureField,
  }),
]);
export type AccountPayload = z.infer<typeof accountPayload>;

/** A device as the chain tells its life: in force from `since` up to, and not including, `until`. */
export interface DeviceLife {
  readonly device: DeviceId;
  readonly key: SigningKey;
  readonly since: number;
  readonly until?: number;
}

/** An identity and the statement from which on it is in force. */
export interface IdentityLife {
  readonly identity: Identity;
  readonly hash: Hash;
  readonly since: number;
}

/** What an account chain says. */
export interface AccountState {
  readonly account: AccountId;
  readonly head: Head;
  readonly identities: readonly IdentityLife[];
  readonly devices: ReadonlyMap<DeviceId, DeviceLife>;
  readonly slots: readonly SlotKey[];
  /** Until when a guest's account lives (spec/handshake.md); absent for every other. */
  readonly until?: number;
  /** Hash of every statement, by `seq`. */
  readonly hashes: readonly Hash[];
}

/** The name of an identity: what a contact code carries and a member pins. */
export function identityHash(account: AccountId, identity: Identity): Hash {
  return hashOf(
    context("identity", account, fromBase64url(identity.sign), fromBase64url(identity.seal)),
  );
}

/** What the new key of a `rotate` signs. */
export function rotationProofInput(
  account: AccountId,
  seq: number,
  prev: Hash,
  identity: Identity,
) {
  return context(
    "rotate",
    account,
    seq,
    prev,
    fromBase64url(identity.sign),
    fromBase64url(identity.seal),
  );
}

/** The identity in force at the end of the chain. */
export function currentIdentity(state: AccountState): IdentityLife {
  return state.identities[state.identities.length - 1] ?? refuse("an account without an identity");
}

/** The devices that are signed in at the end of the chain. */
export function currentDevices(state: AccountState): DeviceLife[] {
  return [...state.devices.values()].filter((device) => device.until === undefined);
}

/** Whether this head is a statement of the chain. */
export function hasHead(state: { readonly hashes: readonly Hash[] }, head: Head): boolean {
  return state.hashes[head.seq] === head.hash;
}

/**
 * The key of a device as the chain held it at `head`.
 * @throws ProtocolError `statement-refused` for a head not in the chain, or a device not in force there
 */
export function deviceKeyAt(state: AccountState, device: DeviceId, head: Head): SigningKey {
  if (!hasHead(state, head))
    refuse("the account head named is not in the account's chain", "by.head");
  const life = state.devices.get(device);
  if (
    life === undefined ||
    life.since > head.seq ||
    (life.until !== undefined && life.until <= head.seq)
  ) {
    refuse("the device was not signed in at the account head named", "by.device");
  }
  return life.key;
}

/** Takes an account statement apart and reads its payload. */
export function parseAccountStatement(
  statement: unknown,
): ParsedStatement & { readonly fact: AccountPayload } {
  const parsed = parseStatement("account", statement);
  const fact = parseAs(accountPayload, parsed.payload, "account");
  if (fact.op === "begin" && fact.until === undefined && fact.slots.length === 0)
    malformed("account.slots", "is empty");
  return { ...parsed, fact };
}

/**
 * Follows a chain from `known` (or from nothing) over further statements,
 * checking each signature and rule of spec/keys.md.
 * @throws ProtocolError
 */
export async function followAccount(
  known: AccountState | undefined,
  statements: readonly unknown[],
): Promise<AccountState | undefined> {
  let state = known;
  for (const statement of statements) {
    const parsed = parseAccountStatement(statement);
    await checkSignature(parsed, signerOf(state, parsed.fact));
    if (parsed.fact.op === "rotate") await checkRotationProof(parsed.fact);
    state = reduceAccount(state, parsed.fact, parsed.hash);
  }
  return state;
}

function signerOf(state: AccountState | undefined, fact: AccountPayload): SigningKey {
  if (state !== undefined) return currentIdentity(state).identity.sign;
  return fact.op === "begin"
    ? fact.identity.sign
    : refuse("an account chain starts with begin", "op");
}

async function checkRotationProof(fact: AccountPayload & { op: "rotate" }): Promise<void> {
  const input = rotationProofInput(fact.account, fact.seq, fact.prev, fact.identity);
  const holds = await verifyBytes(fact.identity.sign, fromBase64url(fact.proof), input);
  if (!holds) refuse("the new identity does not prove that it holds its key", "proof");
}

/**
 * The state after one statement whose signature has been checked. Pure.
 * @throws ProtocolError `statement-refused`
 */
export function reduceAccount(
  state: AccountState | undefined,
  fact: AccountPayload,
  hash: Hash,
): AccountState {
  if (fact.op === "begin") return beginAccount(state, fact, hash);
  if (state === undefined) return refuse("an account chain starts with begin", "op");
  if (fact.account !== state.account) refuse("belongs to another account", "account");
  if (state.until !== undefined) refuse("nothing follows in a guest's account", "op");
  if (fact.seq !== state.head.seq + 1) refuse("is not the next statement", "seq");
  if (fact.prev !== state.head.hash) refuse("does not follow the statement before it", "prev");
  const next = { ...state, head: { hash, seq: fact.seq }, hashes: [...state.hashes, hash] };
  switch (fact.op) {
    case "device":
      return { ...next, devices: enrol(state, fact.device, fact.seq) };
    case "sign-out":
      return { ...next, devices: cut(state, fact.device, fact.seq) };
    case "slots":
      return { ...next, slots: distinctSlots(fact.slots) };
    case "rotate": {
      const life = identityLife(fact.account, fact.identity, fact.seq);
      if (state.identities.some((known) => known.hash === life.hash))
        refuse("is not a new identity", "identity");
      return { ...next, identities: [...state.identities, life], slots: distinctSlots(fact.slots) };
    }
  }
}

function beginAccount(
  state: AccountState | undefined,
  fact: AccountPayload & { op: "begin" },
  hash: Hash,
): AccountState {
  if (state !== undefined) return refuse("an account begins once", "op");
  if (fact.seq !== 0) refuse("is not the first statement", "seq");
  if (fact.until !== undefined) checkGuest(fact, fact.until);
  return {
    ...(fact.until === undefined ? {} : { until: fact.until }),
    account: fact.account,
    head: { hash, seq: 0 },
    hashes: [hash],
    identities: [identityLife(fact.account, fact.identity, 0)],
    devices: new Map([[fact.device.device, { ...fact.device, since: 0 }]]),
    slots: distinctSlots(fact.slots),
  };
}

/** A guest lives for a day at most, and has no way in but the memory it was made in. */
function checkGuest({ at, slots }: AccountPayload & { op: "begin" }, until: number): void {
  if (slots.length > 0) refuse("a guest has no slot", "slots");
  if (until <= at || until > at + MAX_GUEST_MS) refuse("a guest lives for a day at most", "until");
}

function identityLife(account: AccountId, identity: Identity, since: number): IdentityLife {
  return { identity, hash: identityHash(account, identity), since };
}

function distinctSlots(slots: readonly SlotKey[]): readonly SlotKey[] {
  if (new Set(slots.map((slot) => slot.slot)).size !== slots.length)
    refuse("names a slot twice", "slots");
  return slots;
}

function enrol(
  state: AccountState,
  device: DeviceCertificate,
  seq: number,
): ReadonlyMap<DeviceId, DeviceLife> {
  if (state.devices.has(device.device)) refuse("a device id never returns", "device");
  if (currentDevices(state).length >= MAX_DEVICES) refuse("has too many devices", "device");
  return new Map(state.devices).set(device.device, { ...device, since: seq });
}

function cut(
  state: AccountState,
  device: DeviceId,
  seq: number,
): ReadonlyMap<DeviceId, DeviceLife> {
  const life = state.devices.get(device);
  if (life === undefined || life.until !== undefined)
    return refuse("is not a device signed in", "device");
  return new Map(state.devices).set(device, { ...life, until: seq });
}
