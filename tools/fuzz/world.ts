// A small world of right things, made with the packages and the same at every run: two people,
// their chains, a record with its revisions, a share.

import { type Signer, signBytes, signerFrom, signStatement, xwingPublicKey } from "@ecrin/crypto";
import {
  type AccountId,
  type DeviceId,
  EMPTY_FRONTIER,
  followAccount,
  followSpace,
  frontierRoot,
  type Hash,
  type Head,
  hashOf,
  type Id,
  type Identity,
  identityHash,
  type Json,
  type Link,
  type LinkSet,
  linkListHash,
  linkListText,
  linkSetRoot,
  merkleRoot,
  type ParsedStatement,
  parseSealingKey,
  parseStatement,
  rotationProofInput,
  type SealingKey,
  type Statement,
  type StatementKind,
  SUITE,
  sha256,
  toBase64url,
  utf8,
} from "@ecrin/protocol";

export type Fields = { readonly [name: string]: Json | undefined };

/** 2026-09-21T13:33:20Z. */
export const BEGIN = 1_790_000_000_000;
const HOUR = 3_600_000;

/** 32 bytes that look random and belong to a label. */
export function seedOf(label: string): Uint8Array<ArrayBuffer> {
  return sha256(utf8(`ecrin fuzz ${label}`));
}

export function idOf<Name extends string>(label: string): Id<Name> {
  return toBase64url(seedOf(label).slice(0, 16)) as Id<Name>;
}

export function hashNamed(label: string): Hash {
  return hashOf(seedOf(label));
}

/** Text of as many bytes as wanted. */
export function boxOf(label: string, length: number): string {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, i) => seedOf(`${label} ${i}`));
  return toBase64url(Buffer.concat(blocks).subarray(0, length));
}

/** Runs `work` with chance that belongs to a label, so that what it seals is the same at every run. */
export async function withFixedChance<T>(label: string, work: () => Promise<T>): Promise<T> {
  const known = globalThis.crypto.getRandomValues;
  let counter = 0;
  globalThis.crypto.getRandomValues = (array) => {
    if (!(array instanceof Uint8Array)) throw new TypeError("bytes are expected");
    for (let at = 0; at < array.length; at += 32) {
      array.set(seedOf(`${label} chance ${counter++}`).subarray(0, array.length - at), at);
    }
    return array;
  };
  try {
    return await work();
  } finally {
    globalThis.crypto.getRandomValues = known;
  }
}

/** Somebody with an account, a device and a chain. */
export interface Person {
  readonly account: AccountId;
  readonly device: DeviceId;
  readonly deviceSigner: Signer;
  identitySigner: Signer;
  identity: Identity;
  readonly chain: Statement[];
}

async function sealingKey(label: string): Promise<SealingKey> {
  return parseSealingKey(toBase64url(await xwingPublicKey(seedOf(label))), "seal");
}

async function newIdentity(label: string): Promise<{ signer: Signer; identity: Identity }> {
  const signer = await signerFrom(seedOf(`identity ${label}`));
  return { signer, identity: { sign: signer.publicKey, seal: await sealingKey(`seal ${label}`) } };
}

async function slotsOf(label: string): Promise<Fields[]> {
  const slot = async (kind: string) => ({
    kind,
    slot: idOf(`${label} slot ${kind}`),
    key: await sealingKey(`${label} ${kind}`),
  });
  return [await slot("password"), await slot("kit")];
}

export function headOf(chain: readonly Statement[], kind: StatementKind = "account"): Head {
  return { seq: chain.length - 1, hash: parsedLast(chain, kind).hash };
}

function parsedLast(chain: readonly Statement[], kind: StatementKind): ParsedStatement {
  return parseStatement(kind, chain.at(-1));
}

/** Who signs, at the newest head of its account. */
export function by(person: Person): Fields {
  return { account: person.account, device: person.device, head: { ...headOf(person.chain) } };
}

async function next(person: Person, op: string, more: Fields): Promise<void> {
  const seq = person.chain.length;
  const prev = seq === 0 ? {} : { prev: headOf(person.chain).hash };
  const payload = {
    suite: SUITE,
    account: person.account,
    seq,
    ...prev,
    at: BEGIN + seq * HOUR,
    op,
    ...more,
  };
  person.chain.push(await signStatement("account", payload, person.identitySigner));
}

async function newPerson(name: string): Promise<Person> {
  const { signer, identity } = await newIdentity(name);
  const deviceSigner = await signerFrom(seedOf(`device ${name}`));
  const device = idOf<"device">(`device ${name}`);
  const person: Person = {
    account: idOf<"account">(name),
    device,
    deviceSigner,
    identitySigner: signer,
    identity,
    chain: [],
  };
  await next(person, "begin", {
    identity: { ...identity },
    device: { device, key: deviceSigner.publicKey },
    slots: await slotsOf(name),
  });
  return person;
}

/** Alice's account as far as a chain can go: a second device, its end, new slots, a new identity. */
async function live(alice: Person): Promise<void> {
  const second = {
    device: idOf("second device"),
    key: (await signerFrom(seedOf("second device"))).publicKey,
  };
  await next(alice, "device", { device: second });
  await next(alice, "sign-out", { device: second.device });
  await next(alice, "slots", { slots: await slotsOf("new slots") });
  const { signer, identity } = await newIdentity("alice again");
  const proof = rotationProofInput(
    alice.account,
    alice.chain.length,
    headOf(alice.chain).hash,
    identity,
  );
  await next(alice, "rotate", {
    identity: { ...identity },
    slots: await slotsOf("rotated"),
    proof: toBase64url(await signBytes(signer, proof)),
  });
  alice.identitySigner = signer;
  alice.identity = identity;
}

function memberOf(person: Person, role: string, more: Fields = {}): Fields {
  const { account, identity, chain } = person;
  return {
    account,
    identity: identityHash(account, identity),
    head: { ...headOf(chain) },
    role,
    offline: role !== "reader",
    ...more,
  };
}

function epochOf(n: number, label: string): Fields {
  const back =
    n === 1
      ? {}
      : {
          back: {
            space: boxOf(`${label} back K ${n}`, 80),
            release: boxOf(`${label} back S ${n}`, 80),
          },
        };
  return {
    n,
    space: hashNamed(`${label} K ${n}`),
    release: hashNamed(`${label} S ${n}`),
    wraps: hashNamed(`${label} wraps ${n}`),
    ...back,
  };
}

/** Everything the targets start from. */
export interface World {
  readonly alice: Person;
  readonly bob: Person;
  readonly log: Signer;
  readonly kit: Signer;
  readonly record: readonly Statement[];
  readonly share: readonly Statement[];
  /** What the share links, and a link in the earlier form. */
  readonly set: LinkSet;
  readonly link: Link;
  /** By name: statements other than those of chains, and the key that signed each kind. */
  readonly revisions: readonly Statement[];
  readonly rewrap: Statement;
  readonly reads: readonly Statement[];
  readonly acceptance: Statement;
  readonly deposits: readonly Statement[];
  readonly signIns: readonly Statement[];
}

/** A deposit's facts but its signer. */
function depositTo(recipients: readonly string[], at: number, spaceHead: Json): Fields {
  return {
    space: SPACE,
    deposit: idOf("deposit"),
    spaceHead,
    to: recipients.map((recipient) => ({
      recipient,
      identity: hashNamed(`at ${recipient}`),
      wrap: hashNamed(`for ${recipient}`),
    })),
    commit: { secret: hashNamed("R"), content: hashNamed("content key") },
    metadata: hashNamed("metadata"),
    content: { length: 4152, root: hashNamed("digests") },
    at,
  };
}

const SPACE = idOf<"space">("record");
const SHARE = idOf<"space">("share");
const UNTIL = BEGIN + 48 * HOUR;

export async function makeWorld(): Promise<World> {
  const [alice, bob] = [await newPerson("alice"), await newPerson("bob")];
  await live(alice);
  const sign = async (kind: StatementKind, person: Person, fields: Fields) =>
    await signStatement(kind, { suite: SUITE, by: by(person), ...fields }, person.deviceSigner);

  const record: Statement[] = [];
  const follow = async (op: string, more: Fields) => {
    const seq = record.length;
    const prev = seq === 0 ? {} : { prev: headOf(record, "space").hash };
    record.push(
      await sign("space", alice, {
        space: SPACE,
        seq,
        ...prev,
        at: BEGIN + (10 + seq) * HOUR,
        op,
        ...more,
      }),
    );
  };
  await follow("begin", {
    kind: "record",
    members: [memberOf(alice, "owner")],
    epoch: epochOf(1, "record"),
  });
  const spaceHead = { ...headOf(record, "space") };
  await follow("add", {
    member: memberOf(bob, "reader", { until: UNTIL }),
    wraps: hashNamed("added"),
  });

  const place = {
    space: SPACE,
    item: idOf<"item">("item"),
    revision: idOf<"revision">("revision 1"),
  };
  const sealed = {
    commit: { secret: hashNamed("R"), content: hashNamed("content key") },
    metadata: hashNamed("metadata"),
    content: { length: 4152, root: hashNamed("digests") },
    held: "server",
  };
  const at = BEGIN + 11 * HOUR;
  const create = await sign("revision", alice, {
    ...place,
    ...sealed,
    op: "create",
    parents: [],
    at,
    spaceHead,
    epoch: 1,
  });
  const correct = await sign("revision", alice, {
    ...place,
    ...sealed,
    revision: idOf("revision 2"),
    op: "correct",
    parents: [place.revision],
    held: "application",
    at,
    spaceHead,
    epoch: 1,
  });
  const remove = await sign("revision", alice, {
    ...place,
    revision: idOf("revision 3"),
    op: "delete",
    parents: [idOf("revision 2")],
    at,
    spaceHead,
    epoch: 1,
  });
  const created = parseStatement("revision", create).hash;

  const link: Link = {
    ...place,
    header: create,
    epoch: 1,
    author: {
      account: alice.account,
      identity: (await newIdentity("alice")).identity,
      device: { device: alice.device, key: alice.deviceSigner.publicKey },
      statement: alice.chain[0] ?? fail(),
    },
    secret: boxOf("link secret", 80),
    release: boxOf("link release", 80),
  };
  const { identity, statement } = link.author;
  const set: LinkSet = {
    authors: [{ identity, statement }],
    links: [{ author: 0, header: created, revision: place.revision }],
    secrets: boxOf("link secrets", 80),
    releases: boxOf("link releases", 80),
  };
  const root = linkSetRoot(SHARE, linkListHash(linkListText(set)), set);
  const links = { count: 1, root };
  const share: Statement[] = [
    await sign("space", alice, {
      space: SHARE,
      seq: 0,
      at,
      op: "begin",
      kind: "share",
      members: [memberOf(alice, "owner"), memberOf(bob, "reader", { until: UNTIL })],
      epoch: epochOf(1, "share"),
      source: { space: SPACE },
      until: UNTIL,
      links,
    }),
  ];
  await follow("share", {
    share: SHARE,
    recipient: bob.account,
    until: UNTIL,
    links,
    begin: headOf(share, "space").hash,
  });
  await follow("unshare", { share: SHARE });
  const owner = memberOf(alice, "owner");
  const held = { account: alice.account, identity: owner.identity ?? "", wrap: hashNamed("inbox") };
  await follow("inbox", { inbox: { n: 1, key: await sealingKey("inbox"), holders: [held] } });
  const revisionsTree = {
    size: 2,
    root: hashOf(merkleRoot([created, created].map((each) => Buffer.from(each, "base64url")))),
  };
  await follow("epoch", {
    epoch: epochOf(2, "record"),
    ended: [bob.account],
    changed: [],
    pins: [{ account: alice.account, head: { ...headOf(alice.chain) } }],
    revisions: revisionsTree,
  });
  share.push(
    await sign("space", alice, {
      space: SHARE,
      seq: 1,
      prev: headOf(share, "space").hash,
      at: at + HOUR,
      op: "close",
    }),
  );

  const read = {
    space: SPACE,
    revisions: [place, { ...place, revision: idOf("revision 2") }],
    reason: "care",
    at,
    nonce: boxOf("nonce", 33),
  };
  return {
    alice,
    bob,
    record,
    share,
    set,
    link,
    log: await signerFrom(seedOf("log")),
    kit: await signerFrom(seedOf("kit")),
    revisions: [create, correct, remove],
    rewrap: await sign("rewrap", alice, {
      space: SPACE,
      revision: created,
      epoch: 2,
      wrap: hashNamed("wrap"),
      at: at + HOUR,
      spaceHead: { ...headOf(record, "space") },
    }),
    reads: [
      await sign("read", bob, read),
      await sign("read", bob, {
        ...read,
        reason: "export",
        journal: { n: 4, hash: hashNamed("journal") },
      }),
    ],
    acceptance: await sign("acceptance", bob, {
      invitation: idOf("invitation"),
      from: alice.account,
      to: identityHash(alice.account, alice.identity),
      at,
      name: boxOf("name", 1200),
    }),
    deposits: [
      await sign("deposit", bob, depositTo([alice.account, bob.account].sort(), at, spaceHead)),
      await sign("deposit", bob, depositTo(["inbox"], at, spaceHead)),
    ],
    signIns: [
      await signStatement(
        "sign-in",
        {
          suite: SUITE,
          account: bob.account,
          signIn: idOf("sign-in"),
          key: hashNamed("thumbprint"),
          device: bob.device,
          at,
        },
        bob.deviceSigner,
      ),
      await signStatement(
        "sign-in",
        {
          suite: SUITE,
          account: bob.account,
          signIn: idOf("sign-in"),
          key: hashNamed("thumbprint"),
          at,
        },
        bob.deviceSigner,
      ),
    ],
  };
}

/** What the chains of a world say. */
export async function statesOf({ alice, bob, record, share }: World) {
  const [a, b] = [
    await followAccount(undefined, alice.chain),
    await followAccount(undefined, bob.chain),
  ];
  if (a === undefined || b === undefined) return fail();
  const accounts = new Map([
    [a.account, a],
    [b.account, b],
  ]);
  const space = await followSpace(undefined, record, accounts);
  const shared = await followSpace(undefined, share, accounts);
  return { accounts, record: space ?? fail(), share: shared ?? fail() };
}

export const EMPTY_ROOT = hashOf(frontierRoot(EMPTY_FRONTIER));

function fail(): never {
  throw new RangeError("the world is not whole");
}
