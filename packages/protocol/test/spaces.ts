// Statements of space chains, signed with the reference: right ones, and wrong ones on purpose.

import { BEGIN, by, type Device, type Head, HOUR, headOf, type Person } from "./people.ts";
import {
  b64,
  type Fields,
  hashNamed,
  idOf,
  pattern,
  payloadOf,
  statement,
  statementHash,
} from "./reference.ts";

export interface Rights {
  readonly role: string;
  readonly offline?: boolean;
  readonly until?: number;
  /** `seq` of the account head, the newest unless said. */
  readonly seq?: number;
}

export type MemberFields = {
  account: string;
  identity: string;
  head: Head;
  role: string;
  offline: boolean;
  until?: number;
};

/** A member as it stands in a statement, received at the identity in force. */
export function member(whose: Person, rights: Rights): MemberFields {
  const { role, offline = false, until, seq } = rights;
  return {
    account: whose.account,
    identity: whose.hash,
    head: headOf(whose.chain, seq),
    role,
    offline,
    ...(until === undefined ? {} : { until }),
  };
}

/** An epoch's public half. The keys behind it do not exist: no part of this package opens anything. */
export function epoch(n: number, label = ""): Fields {
  return {
    n,
    space: hashNamed(`space key ${n} ${label}`),
    release: hashNamed(`release key ${n} ${label}`),
    wraps: hashNamed(`wraps ${n} ${label}`),
    ...(n === 1 ? {} : { back: { space: boxOf(`space ${n}`), release: boxOf(`release ${n}`) } }),
  };
}

/** Boxes that seal the keys of an older epoch. */
export function mend(of: number): Fields {
  return { of, space: boxOf(`mended space ${of}`), release: boxOf(`mended release ${of}`) };
}

export function boxOf(label: string): string {
  return b64(pattern(`box ${label}`, 80));
}

/** The root of the tree without leaves. */
export const EMPTY_ROOT = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

export interface Signing {
  readonly seq?: number;
  readonly device?: Device;
  /** Another person whose device signs instead. */
  readonly forged?: Device;
}

/** A space statement by `whose`; `over` says everything else, also to make it wrong. */
export function spaceStatement(whose: Person, over: Fields, signing: Signing = {}): string {
  const device = signing.device ?? whose.device;
  const payload = { by: by(whose, signing.seq, device), ...over };
  return statement("space", payload, (signing.forged ?? device).pair);
}

export function beginRecord(
  name: string,
  whose: Person,
  members: readonly MemberFields[],
  over: Fields = {},
  signing: Signing = {},
): string {
  return spaceStatement(
    whose,
    {
      space: idOf(`space ${name}`),
      seq: 0,
      at: BEGIN + HOUR,
      op: "begin",
      kind: "record",
      members,
      epoch: epoch(1),
      ...over,
    },
    signing,
  );
}

/** The statement after `before`, an hour later unless said. */
export function after(
  before: string,
  whose: Person,
  op: string,
  over: Fields = {},
  signing: Signing = {},
): string {
  const { space, seq, at } = payloadOf(before);
  return spaceStatement(
    whose,
    {
      space,
      seq: Number(seq) + 1,
      prev: statementHash(before),
      at: Number(at) + HOUR,
      op,
      ...over,
    },
    signing,
  );
}

/** A statement that turns the epoch; nothing ended, changed or pinned unless said. */
export function turn(
  before: string,
  whose: Person,
  n: number,
  over: Fields = {},
  signing: Signing = {},
): string {
  return after(
    before,
    whose,
    "epoch",
    {
      epoch: epoch(n),
      ended: [],
      changed: [],
      pins: [],
      revisions: { size: 0, root: EMPTY_ROOT },
      ...over,
    },
    signing,
  );
}

export function links(label = "", count = 2): Fields {
  return { count, root: hashNamed(`links ${label}`) };
}
