// Epochs whose keys exist, and revisions that open. By the references, which share no code with src.

import {
  box,
  gcm,
  hkdf,
  hmac,
  padded,
  segments,
  streamAesKey,
  wrap,
} from "../../packages/crypto/test/reference.ts";
import { by, type Device, type Head } from "../../packages/protocol/test/people.ts";
import {
  b64,
  canonical,
  context,
  type Fields,
  merkleTreeHash,
  pattern,
  sha256,
  statement,
  statementHash,
  unb64,
} from "../../packages/protocol/test/reference.ts";
import type { SealedPerson } from "./sealed-people.ts";

type SecretName = "release" | "space";
export type Keys = Readonly<Record<SecretName, Buffer>>;

/** Whom a secret is wrapped for, at which identity. */
export interface Recipient {
  readonly recipient: string;
  readonly identity: string;
  /** X-Wing public key, 1,216 bytes. */
  readonly seal: string;
  readonly secrets: readonly SecretName[];
}

/** A member who holds K, and S unless they only read, at the identity of now. */
export function recipient(whose: SealedPerson, reads = false): Recipient {
  const { account, hash, identity } = whose;
  const secrets: SecretName[] = reads ? ["space"] : ["release", "space"];
  return { recipient: account, identity: hash, seal: identity.seal, secrets };
}

/** The server, which holds S under the hash of its release key. */
export function serverRecipient(seal: string): Recipient {
  const identity = b64(context("server key", unb64(seal)));
  return { recipient: "server", identity, seal, secrets: ["release"] };
}

export type Wrap = {
  readonly secret: string;
  readonly recipient: string;
  readonly identity: string;
  readonly wrap: string;
};

/** K and S of an epoch, the same at every run. */
export function keysOf(space: string, n: number): Keys {
  return { space: pattern(`K ${space} ${n}`, 32), release: pattern(`S ${space} ${n}`, 32) };
}

/** The wraps of an epoch for these, in the order of the tree. */
export function wrapsOf(space: string, n: number, to: readonly Recipient[]): Wrap[] {
  const keys = keysOf(space, n);
  const made = to.flatMap(({ recipient, identity, seal, secrets }) =>
    secrets.map((secret) => {
      const ctx = context(`wrap ${secret} key`, space, n, recipient, unb64(identity));
      const randomness = pattern(`wrap ${space} ${n} ${secret} ${recipient}`, 64);
      const sealed = wrap(unb64(seal), randomness, ctx, keys[secret]);
      return { secret, recipient, identity, wrap: b64(sealed) };
    }),
  );
  const name = (each: Wrap) => `${each.secret} ${each.recipient}`;
  return made.sort((a, b) => (name(a) < name(b) ? -1 : 1));
}

/** What is public of a wrap. */
export function leafOf({ wrap: sealed, ...of }: Wrap): Fields {
  return { ...of, hash: b64(sha256(unb64(sealed))) };
}

export function wrapsRoot(space: string, n: number, wraps: readonly Wrap[]): string {
  const leaf = ({ secret, recipient, identity, wrap: sealed }: Wrap) =>
    context("wrap", space, n, secret, recipient, unb64(identity), sha256(unb64(sealed)));
  return b64(merkleTreeHash(wraps.map(leaf)));
}

/** What a statement says of an epoch; from the second on it seals the keys of the one before. */
export function sealedEpoch(space: string, n: number, wraps: readonly Wrap[]): Fields {
  const [keys, before] = [keysOf(space, n), keysOf(space, n - 1)];
  const commitment = (of: SecretName) => b64(hmac(keys[of], context(`commit ${of} key`, space, n)));
  const back = (of: SecretName) => {
    const salt = pattern(`back ${space} ${n} ${of}`, 32);
    const ctx = context(`back ${of} key`, space, n);
    return b64(box(salt, keys[of], `back ${of} key`, ctx, before[of]));
  };
  return {
    n,
    space: commitment("space"),
    release: commitment("release"),
    wraps: wrapsRoot(space, n, wraps),
    ...(n === 1 ? {} : { back: { space: back("space"), release: back("release") } }),
  };
}

/** What a revision's secrets are bound to. */
export interface Place {
  readonly space: string;
  readonly item: string;
  readonly revision: string;
}

/** What a revision says of itself, and where it stands. */
export interface Draft extends Place {
  readonly op: "correct" | "create" | "delete";
  readonly parents: readonly string[];
  readonly spaceHead: Head;
  readonly epoch: number;
  readonly at: number;
  readonly device?: Device;
}

/** What is sealed: the name, a FHIR resource as text where there is one, the attachment or the bytes. */
export interface Contents {
  readonly metadata: Fields;
  readonly resource?: string;
  readonly bytes: Buffer;
}

/** A sealed revision, and every secret that opening it comes by. */
export interface Sealed {
  readonly statement: string;
  readonly wrap: Buffer;
  readonly metadata: string;
  readonly content: string;
  readonly secret: Buffer;
  readonly release: Buffer;
  readonly contentKey: Buffer;
}

const NONE = Buffer.alloc(0);

/** R wrapped under K of an epoch. */
export function secretWrap(place: Place, epoch: number, secret: Buffer): Buffer {
  const { space, item, revision } = place;
  const ctx = context("revision secret", space, item, revision, epoch);
  const salt = pattern(`wrap of R ${revision} ${epoch}`, 32);
  return box(salt, keysOf(space, epoch).space, "revision secret", ctx, secret);
}

function header(whose: SealedPerson, draft: Draft, over: Fields): string {
  const { device = whose.device, ...facts } = draft;
  const payload = { ...facts, spaceHead: { ...draft.spaceHead }, by: by(whose, undefined, device) };
  return statement("revision", { ...payload, ...over }, device.pair);
}

/** A deletion: a header and nothing else. */
export function deletion(whose: SealedPerson, draft: Draft): string {
  return header(whose, draft, {});
}

/** Name and content as they are sealed, in a revision and in a deposit. */
export interface SealedContents {
  readonly metadata: Buffer;
  readonly content: Buffer;
  readonly contentKey: Buffer;
  /** What a header, or a deposit, says of the two. */
  readonly facts: Fields;
}

/** @param label of the random bytes of the stream's header */
export function sealedContents(
  ctx: Buffer,
  label: string,
  secret: Buffer,
  release: Buffer,
  contents: Contents,
): SealedContents {
  const keyOf = (input: Buffer, what: string) =>
    hkdf(input, NONE, Buffer.concat([Buffer.from(`ecrin-1 ${what}`), ctx]));
  const contentKey = keyOf(Buffer.concat([secret, release]), "content");
  const name = padded(Buffer.from(canonical(contents.metadata)), 512);
  const metadata = gcm(keyOf(secret, "metadata"), Buffer.alloc(12), ctx, name);
  const plain = Buffer.concat([Buffer.from(contents.resource ?? ""), contents.bytes]);
  const start = Buffer.concat([Buffer.from([40]), pattern(`stream header ${label}`, 39)]);
  const aesKey = streamAesKey(contentKey, start, ctx);
  const wire = segments(aesKey, start, padded(plain, 4096), 1_048_576);
  const content = Buffer.concat(wire);
  const root = b64(sha256(...wire.map((each) => sha256(each))));
  const facts = { metadata: b64(sha256(metadata)), content: { length: content.length, root } };
  return { metadata, content, contentKey, facts };
}

export function sealedRevision(whose: SealedPerson, draft: Draft, contents: Contents): Sealed {
  const { space, item, revision, parents, epoch } = draft;
  const ctx = context("revision", space, item, revision, whose.account, ...parents);
  const secret = pattern(`R ${revision}`, 32);
  const release = hmac(keysOf(space, epoch).release, context("release", space, item, revision));
  const made = sealedContents(ctx, revision, secret, release, contents);
  const { metadata, content, contentKey, facts } = made;
  const sealed = secretWrap(draft, epoch, secret);
  const commitment = (key: Buffer, what: string) =>
    b64(hmac(key, context(`commit ${what}`, space, item, revision)));
  const text = header(whose, draft, {
    ...facts,
    commit: {
      secret: commitment(secret, "revision secret"),
      content: commitment(contentKey, "content key"),
    },
    held: "server",
    wrap: b64(sha256(sealed)),
  });
  return {
    statement: text,
    wrap: sealed,
    metadata: b64(metadata),
    content: b64(content),
    secret,
    release,
    contentKey,
  };
}

/** Size and root of the revision tree over these headers. */
export function treeOf(statements: readonly string[]): { root: string; size: number } {
  const root = b64(merkleTreeHash(statements.map((each) => unb64(statementHash(each)))));
  return { root, size: statements.length };
}
