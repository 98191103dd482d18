import { createDecipheriv, createHmac, hkdfSync } from "node:crypto";
import {
  type Bytes,
  fromBase64url,
  type Hash,
  keyCommitmentContext,
  releaseContext,
  SERVER,
  type SpaceId,
  sameBytes,
  serverKeyHash,
  utf8,
  wrapContext,
} from "@ecrin/protocol";
import type { Sql } from "./database.ts";
import { readReleases } from "./link-set.ts";
import type { Opener } from "./opener.ts";
import { refuse, ServerError } from "./problem.ts";
import { Recent } from "./recent.ts";
import { hmacSha256, type Mac } from "./tag.ts";

/** What the server does with the release key S of one epoch (spec/space.md, An epoch). */
export interface Releaser {
  /** h of a revision: HMAC-SHA256(S, context("release", …)). */
  readonly releaseOf: (place: Parameters<typeof releaseContext>[0]) => Buffer;
  /** Opens a box under S. */
  readonly open: (label: string, ctx: Bytes, box: Uint8Array) => Buffer;
}

/** The release keys wrapped for the server. */
export interface ReleaseKeys {
  /** The server's key as wraps name it. */
  readonly serverKey: Hash;
  /**
   * Checks that a wrap for the server opens to the key the epoch commits to.
   * @throws ServerError `wraps-differ`
   */
  check(space: SpaceId, epoch: { n: number; release: Hash }, wrap: Uint8Array): Promise<void>;
  /** The release key of an epoch, opened once and kept in memory. */
  of(sql: Sql, space: SpaceId, epoch: number): Promise<Releaser>;
  /** h of a link by its place in the link set of a share; the set's box is opened once and kept in memory. */
  linked(sql: Sql, share: SpaceId, place: number): Promise<Buffer>;
}

const MOST_KEPT = 20_000;
/** Boxes of link sets: 32 bytes for each link, 32 kB at most. */
const MOST_SETS = 1_000;
const SECRET = 32;

/** Opens with the server's release key, which lies outside database and backups. */
export function createReleaseKeys(opener: Opener): ReleaseKeys {
  const serverKey = serverKeyHash(opener.key);
  const kept = new Recent<string, Promise<Releaser>>(MOST_KEPT);
  const sets = new Recent<SpaceId, Promise<Buffer>>(MOST_SETS);

  async function openKey(space: SpaceId, n: number, wrap: Uint8Array): Promise<Bytes> {
    const to = { secret: "release", recipient: SERVER, identity: serverKey } as const;
    return await opener.open(wrap, wrapContext(space, n, to), "body.wraps");
  }

  async function load(sql: Sql, space: SpaceId, epoch: number): Promise<Releaser> {
    const [row] = await sql<{ wrap: Buffer }[]>`
      select wrap from space_wraps
      where space = ${space} and epoch = ${epoch} and recipient = ${SERVER} order by seq limit 1`;
    if (row === undefined) throw new ServerError("internal");
    return releaserOf(await openKey(space, epoch, row.wrap));
  }

  async function of(sql: Sql, space: SpaceId, epoch: number): Promise<Releaser> {
    const name = `${space} ${epoch}`;
    return await (kept.get(name) ?? keep(kept, name, load(sql, space, epoch)));
  }

  async function openSet(sql: Sql, share: SpaceId): Promise<Buffer> {
    const sealed = await readReleases(sql, share);
    if (sealed === undefined) throw new ServerError("internal");
    return (await of(sql, share, 1)).open("link releases", sealed.ctx, sealed.box);
  }

  return {
    serverKey,
    async check(space, { n, release }, wrap) {
      const key = await openKey(space, n, wrap).catch(() => refuse("wraps-differ", "body.wraps"));
      const commitment = createHmac("sha256", key)
        .update(keyCommitmentContext(space, n, "release"))
        .digest();
      if (!sameBytes(commitment, fromBase64url(release))) refuse("wraps-differ", "body.wraps");
    },
    of,
    async linked(sql, share, place) {
      const all = await (sets.get(share) ?? keep(sets, share, openSet(sql, share)));
      return all.subarray(place * SECRET, (place + 1) * SECRET);
    },
  };
}

/** Keeps what is being fetched; what failed is tried again by whoever asks next. */
function keep<Key, Value>(
  kept: Recent<Key, Promise<Value>>,
  name: Key,
  loading: Promise<Value>,
): Promise<Value> {
  kept.set(name, loading);
  loading.catch(() => kept.delete(name));
  return loading;
}

function releaserOf(key: Bytes): Releaser {
  const mac: Mac = hmacSha256(key);
  return {
    releaseOf: (place) => mac(releaseContext(place)),
    open: (label, ctx, box) => openBox(key, label, ctx, box),
  };
}

/**
 * Opens a box (spec/revision.md, Box): salt of 32 bytes, AES-256-GCM under a subkey used once, tag.
 * @throws ServerError `statement-refused`: whoever made the link sealed something else
 */
function openBox(key: Bytes, label: string, ctx: Bytes, box: Uint8Array): Buffer {
  const info = Buffer.concat([utf8(`ecrin-1 ${label}`), ctx]);
  const subkey = Buffer.from(hkdfSync("sha256", key, box.subarray(0, 32), info, 32));
  const opening = createDecipheriv("aes-256-gcm", subkey, Buffer.alloc(12));
  opening.setAAD(ctx);
  opening.setAuthTag(box.subarray(-16));
  try {
    return Buffer.concat([opening.update(box.subarray(32, -16)), opening.final()]);
  } catch (cause) {
    throw new ServerError("statement-refused", { field: "body.links.releases", cause });
  }
}
