import {
  type Bytes,
  levelSize,
  type ReadHashes,
  rootOfPerfect,
  spanRoot,
  TILE_WIDTH,
} from "@ecrin/protocol";
import { byteaArray, numberArray, type Sql, type Tx } from "./database.ts";

// The tree of spec/log.md in the database: its leaves are journal_leaves, and log_hashes holds a
// row for each full tile, so that a tile of any level is 256 rows and any root few of them.

/** Reads stored hashes of a level. @throws RangeError where some are not there */
export function storedHashes(sql: Sql | Tx): ReadHashes {
  return async (level, from, to) => {
    const rows =
      level === 0
        ? await sql<{ hash: Buffer }[]>`
            select leaf as hash from journal_leaves
            where index >= ${from} and index < ${to} order by index`
        : await sql<{ hash: Buffer }[]>`
            select hash from log_hashes
            where level = ${level} and index >= ${from} and index < ${to} order by index`;
    if (rows.length !== to - from) throw new RangeError("the tree has a gap");
    return rows.map((row) => new Uint8Array(row.hash));
  };
}

/** The root over the first `size` leaves, from stored hashes that reach so far. */
export async function rootAt(sql: Sql | Tx, size: number): Promise<Bytes> {
  return await spanRoot({ from: 0, to: size }, storedHashes(sql));
}

/** The same, where some that are due are not stored yet: each is made from those below it, and none is stored. */
export async function rootOver(sql: Sql | Tx, size: number): Promise<Bytes> {
  return await spanRoot({ from: 0, to: size }, dueHashes(sql));
}

function dueHashes(sql: Sql | Tx): ReadHashes {
  const stored = storedHashes(sql);
  const read: ReadHashes = async (level, from, to) => {
    if (level === 0) return await stored(level, from, to);
    const [row] = await sql<{ count: number }[]>`
      select coalesce(max(index) + 1, 0) as count from log_hashes where level = ${level}`;
    const past = Math.max(from, Math.min(to, row?.count ?? 0));
    const hashes = past === from ? [] : [...(await stored(level, from, past))];
    for (let index = past; index < to; index++)
      hashes.push(
        rootOfPerfect(await read(level - 1, index * TILE_WIDTH, (index + 1) * TILE_WIDTH)),
      );
    return hashes;
  };
  return read;
}

const TILES_AT_ONCE = 64;

/** Stores the hash of each tile that is full at `size` and has none yet; every level of its own. */
export async function growTo(tx: Tx, size: number): Promise<void> {
  const read = storedHashes(tx);
  for (let level = 1; levelSize(size, level) > 0; level++) {
    const [row] = await tx<{ count: number }[]>`
      select coalesce(max(index) + 1, 0) as count from log_hashes where level = ${level}`;
    const past = levelSize(size, level);
    for (let from = row?.count ?? 0; from < past; from += TILES_AT_ONCE) {
      const to = Math.min(from + TILES_AT_ONCE, past);
      const below = await read(level - 1, from * TILE_WIDTH, to * TILE_WIDTH);
      const roots: Bytes[] = [];
      for (let i = 0; i < to - from; i++)
        roots.push(rootOfPerfect(below.slice(i * TILE_WIDTH, (i + 1) * TILE_WIDTH)));
      await tx`
        insert into log_hashes (level, index, hash)
        select ${level}, x.* from unnest(${numberArray(roots.map((_, i) => from + i))}::bigint[],
          ${byteaArray(roots)}::bytea[]) as x`;
    }
  }
}
