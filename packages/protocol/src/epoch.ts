import * as z from "zod/mini";
import { fromBase64url } from "./bytes.ts";
import { context } from "./context.ts";
import { accountIdField, countField, hashField, secretBoxField } from "./fields.ts";
import { type AccountId, type Hash, hashOf, type SealingKey, type SpaceId } from "./ids.ts";
import { holdsRelease, type Member } from "./member.ts";
import { merkleRoot } from "./merkle.ts";

/** What a space's epoch states about its two keys (spec/space.md, An epoch). */
export const epochField = z.strictObject({
  n: z.int().check(z.minimum(1)),
  space: hashField,
  release: hashField,
  back: z.optional(z.strictObject({ space: secretBoxField, release: secretBoxField })),
  /** Seals an older epoch's keys where those between do not open (spec/space.md, Mending). */
  mend: z.optional(
    z.strictObject({
      of: z.int().check(z.minimum(1)),
      space: secretBoxField,
      release: secretBoxField,
    }),
  ),
  wraps: hashField,
});
export type Epoch = z.infer<typeof epochField>;

export const treeField = z.strictObject({ root: hashField, size: countField });
export type TreeHead = z.infer<typeof treeField>;

export const secretNameField = z.enum(["release", "space"]);
/** `space`: the key K that names are read with. `release`: the key S that releases come from. */
export type SecretName = z.infer<typeof secretNameField>;

/** The server takes part in S under this name. */
export const SERVER = "server";

/** One wrap as a statement commits to it: which secret, for whom, under which identity, and its SHA-256. */
export const wrapLeafField = z.strictObject({
  secret: secretNameField,
  recipient: z.union([accountIdField, z.literal(SERVER)]),
  identity: hashField,
  hash: hashField,
});
export type WrapLeaf = z.infer<typeof wrapLeafField>;

/** Somebody a secret must be wrapped for. */
export interface WrapRecipient {
  readonly secret: SecretName;
  readonly recipient: AccountId | typeof SERVER;
  readonly identity: Hash;
}

/** The name of the server's release key, in the place of an identity hash. */
export function serverKeyHash(key: SealingKey): Hash {
  return hashOf(context("server key", fromBase64url(key)));
}

/** The wraps of one member: K always, S where the member holds it. */
export function wrapsOfMember(member: Member): WrapRecipient[] {
  const { account: recipient, identity } = member;
  const space: WrapRecipient = { secret: "space", recipient, identity };
  return holdsRelease(member) ? [{ secret: "release", recipient, identity }, space] : [space];
}

/** Everybody the two secrets of an epoch are wrapped for, in the order of the Merkle tree. */
export function wrapsOfEpoch(members: Iterable<Member>, serverKey: Hash): WrapRecipient[] {
  const server: WrapRecipient = { secret: "release", recipient: SERVER, identity: serverKey };
  return inOrder([server, ...[...members].flatMap(wrapsOfMember)]);
}

/** Sorted by secret, then recipient, as UTF-16 code units. */
export function inOrder<Wrap extends WrapRecipient>(wraps: readonly Wrap[]): Wrap[] {
  const name = (wrap: Wrap) => `${wrap.secret} ${wrap.recipient}`;
  return [...wraps].sort((a, b) => (name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : 0));
}

/** What an epoch's key is bound to when it is wrapped for somebody. */
export function wrapContext(space: SpaceId, n: number, to: WrapRecipient) {
  return context(`wrap ${to.secret} key`, space, n, to.recipient, fromBase64url(to.identity));
}

/** What the commitment to an epoch's key is bound to. */
export function keyCommitmentContext(space: SpaceId, n: number, secret: SecretName) {
  return context(`commit ${secret} key`, space, n);
}

/** What the previous epoch's key is bound to when this epoch's seals it. */
export function backContext(space: SpaceId, n: number, secret: SecretName) {
  return context(`back ${secret} key`, space, n);
}

/** What the key of an older epoch is bound to when this epoch's seals it. */
export function mendContext(space: SpaceId, n: number, of: number, secret: SecretName) {
  return context(`mend ${secret} key`, space, n, of);
}

/** The root a statement commits to, over these wraps in order. */
export function wrapsRoot(space: SpaceId, n: number, wraps: readonly WrapLeaf[]): Hash {
  return hashOf(
    merkleRoot(
      inOrder(wraps).map((wrap) =>
        context(
          "wrap",
          space,
          n,
          wrap.secret,
          wrap.recipient,
          fromBase64url(wrap.identity),
          fromBase64url(wrap.hash),
        ),
      ),
    ),
  );
}

/** Whether the wraps listed are for exactly the recipients expected: nobody left out, added, doubled or under another key. */
export function sameRecipients(
  listed: readonly WrapRecipient[],
  expected: readonly WrapRecipient[],
): boolean {
  if (listed.length !== expected.length) return false;
  const name = (wrap: WrapRecipient) => `${wrap.secret} ${wrap.recipient} ${wrap.identity}`;
  const names = new Set(listed.map(name));
  return names.size === expected.length && expected.every((wrap) => names.has(name(wrap)));
}
