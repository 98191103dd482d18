import {
  type Bytes,
  type Hash,
  hashOf,
  levelSize,
  perfectRoot,
  perfectSubtrees,
  type ReadHashes,
  TILE_WIDTH,
} from "@ecrin/protocol";

const MOST_TILES = 64;

/**
 * Stored hashes of a tree of `size` leaves, read a tile at a time and the last tiles remembered:
 * what a path needs next lies beside what it needed before.
 */
export function tilesOf(read: ReadHashes, size: number): ReadHashes {
  const tiles = new Map<string, Promise<readonly Bytes[]>>();
  return async (level, from, to) => {
    const number = Math.floor(from / TILE_WIDTH);
    const name = `${level} ${number}`;
    const first = number * TILE_WIDTH;
    let tile = tiles.get(name);
    if (tile === undefined) {
      tile = read(level, first, Math.min(first + TILE_WIDTH, levelSize(size, level)));
      tile.catch(() => undefined);
      const [oldest] = tiles.keys();
      if (tiles.size >= MOST_TILES && oldest !== undefined) tiles.delete(oldest);
    } else tiles.delete(name);
    tiles.set(name, tile);
    return (await tile).slice(from - first, to - first);
  };
}

/**
 * The path of spec/export.md: the leaves `[from, to)` as roots of perfect subtrees, stopping at
 * every stop in between.
 * @param stops ascending
 */
export async function pathBetween(
  read: ReadHashes,
  from: number,
  to: number,
  stops: readonly number[],
): Promise<Hash[]> {
  const path: Hash[] = [];
  let at = from;
  for (const end of [...stops.filter((stop) => stop > from && stop < to), to]) {
    for (const { height, index } of perfectSubtrees(at, end))
      path.push(hashOf(await perfectRoot(height, index, read)));
    at = end;
  }
  return path;
}
