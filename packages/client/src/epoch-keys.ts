import { commitTo, openBox, sealBox, wrapTo } from "@ecrin/crypto";
import {
  type AccountId,
  type Bytes,
  backContext,
  digestOf,
  type Epoch,
  fromBase64url,
  hashOf,
  keyCommitmentContext,
  type Member,
  mendContext,
  SERVER,
  type SealingKey,
  type SecretName,
  type SpaceId,
  serverKeyHash,
  toBase64url,
  type Wrap,
  type WrapLeaf,
  type WrapRecipient,
  wrapContext,
  wrapsOfEpoch,
  wrapsOfMember,
  wrapsRoot,
} from "@ecrin/protocol";

/** The two secrets of an epoch: K reads names, S releases contents (spec/space.md). 32 bytes each. */
export type EpochSecrets = Readonly<Record<SecretName, Bytes>>;

/** Sealing keys by account: whom a secret can be wrapped to. */
export type SealingKeys = (account: AccountId) => SealingKey;

/** An epoch made here: what the chain states, what the server stores, and the secrets. */
export interface MadeEpoch {
  readonly epoch: Epoch;
  readonly wraps: readonly Wrap[];
  readonly secrets: EpochSecrets;
}

/** The secrets of an older epoch that is reached past those after it. */
export interface Mending {
  readonly of: number;
  readonly secrets: EpochSecrets;
}

/**
 * Fresh secrets for epoch `n`, wrapped for its members and, for S, the server.
 * They seal those of the epoch `before`, and those of an older one where that
 * is to be mended.
 */
export async function makeEpoch(
  space: SpaceId,
  n: number,
  members: readonly Member[],
  keyOf: SealingKeys,
  serverKey: SealingKey,
  before?: EpochSecrets,
  mending?: Mending,
): Promise<MadeEpoch> {
  const secrets = { space: fresh(), release: fresh() };
  const recipients = wrapsOfEpoch(members, serverKeyHash(serverKey));
  const wraps = await wrapAll(space, n, recipients, secrets, (to) =>
    to === SERVER ? serverKey : keyOf(to),
  );
  const epoch: Epoch = {
    n,
    space: commitment(space, n, "space", secrets.space),
    release: commitment(space, n, "release", secrets.release),
    wraps: wrapsRoot(space, n, wraps.map(leafOf)),
    ...(before === undefined ? {} : { back: await sealBefore(space, n, secrets, before) }),
    ...(mending === undefined ? {} : { mend: await sealMended(space, n, secrets, mending) }),
  };
  return { epoch, wraps, secrets };
}

/** The wraps that adding one member to the current epoch takes, and the root its statement names. */
export async function wrapForMember(
  space: SpaceId,
  n: number,
  member: Member,
  key: SealingKey,
  secrets: Partial<EpochSecrets>,
): Promise<{ wraps: Wrap[]; root: WrapLeaf["hash"] }> {
  const wraps = await wrapAll(space, n, wrapsOfMember(member), secrets, () => key);
  return { wraps, root: wrapsRoot(space, n, wraps.map(leafOf)) };
}

/** What a statement's root commits to of a wrap. */
export function leafOf(wrap: Wrap): WrapLeaf {
  const { secret, recipient, identity } = wrap;
  return { secret, recipient, identity, hash: digestOf(fromBase64url(wrap.wrap)) };
}

/** Whether a secret is the one an epoch commits to. */
export function isCommitted(
  space: SpaceId,
  epoch: Epoch,
  name: SecretName,
  secret: Bytes,
): boolean {
  return commitment(space, epoch.n, name, secret) === epoch[name];
}

/** The secret of the epoch before, which this epoch's seals. */
export async function stepBack(
  space: SpaceId,
  epoch: Epoch,
  name: SecretName,
  secret: Bytes,
): Promise<Bytes> {
  const box = epoch.back?.[name];
  if (box === undefined) throw new RangeError("the first epoch has none before it");
  return await openBox(
    secret,
    `back ${name} key`,
    backContext(space, epoch.n, name),
    fromBase64url(box),
  );
}

/** The secret of the older epoch that this one mends. */
export async function stepOver(
  space: SpaceId,
  { n, mend }: Epoch,
  name: SecretName,
  secret: Bytes,
): Promise<Bytes> {
  if (mend === undefined) throw new RangeError("the epoch mends nothing");
  const ctx = mendContext(space, n, mend.of, name);
  return await openBox(secret, `mend ${name} key`, ctx, fromBase64url(mend[name]));
}

async function wrapAll(
  space: SpaceId,
  n: number,
  recipients: readonly WrapRecipient[],
  secrets: Partial<EpochSecrets>,
  keyOf: (recipient: WrapRecipient["recipient"]) => SealingKey,
): Promise<Wrap[]> {
  return await Promise.all(
    recipients.map(async (to) => {
      const secret = secrets[to.secret];
      if (secret === undefined) throw new RangeError(`the ${to.secret} key is not held here`);
      const wrap = await wrapTo(
        fromBase64url(keyOf(to.recipient)),
        wrapContext(space, n, to),
        secret,
      );
      return { ...to, wrap: toBase64url(wrap) };
    }),
  );
}

async function sealBefore(space: SpaceId, n: number, secrets: EpochSecrets, before: EpochSecrets) {
  const seal = async (name: SecretName) =>
    toBase64url(
      await sealBox(secrets[name], `back ${name} key`, backContext(space, n, name), before[name]),
    );
  return { space: await seal("space"), release: await seal("release") };
}

async function sealMended(space: SpaceId, n: number, secrets: EpochSecrets, mending: Mending) {
  const { of } = mending;
  const seal = async (name: SecretName) => {
    const ctx = mendContext(space, n, of, name);
    const box = await sealBox(secrets[name], `mend ${name} key`, ctx, mending.secrets[name]);
    return toBase64url(box);
  };
  return { of, space: await seal("space"), release: await seal("release") };
}

function commitment(space: SpaceId, n: number, name: SecretName, secret: Bytes) {
  return hashOf(commitTo(secret, keyCommitmentContext(space, n, name)));
}

function fresh(): Bytes {
  return crypto.getRandomValues(new Uint8Array(32));
}
