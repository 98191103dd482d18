import type { Bytes } from "./bytes.ts";
import { malformed } from "./errors.ts";
import { hashesIn, type ReadHashes } from "./proof.ts";

/** Hashes in a full tile. */
export const TILE_WIDTH = 256;
const MOST_LEVEL = 6;
const PATH = /^(0|[1-9][0-9]?)\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

/** Where a tile is (tlog-tiles, Merkle Tree). */
export interface Tile {
  /** 0 for leaves; each level stands for eight of the tree. */
  readonly level: number;
  readonly number: number;
  /** Hashes in it, 1 to 256. */
  readonly width: number;
}

/** `<L>/<N>[.p/<W>]`, as it follows `tile/`. */
export function tilePath({ level, number, width }: Tile): string {
  const digits = String(number);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, "0").match(/\d{3}/g) ?? [];
  const name = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join("/");
  return `${level}/${name}${width === TILE_WIDTH ? "" : `.p/${width}`}`;
}

/** Reads a path in its one form. @throws ProtocolError `malformed` */
export function parseTilePath(path: string): Tile {
  const [, level, name, width] = PATH.exec(path) ?? malformed("tile", "is not a path of a tile");
  const tile = {
    level: Number(level),
    number: Number(name?.replaceAll(/[x/]/g, "")),
    width: width === undefined ? TILE_WIDTH : Number(width),
  };
  const known = tile.level <= MOST_LEVEL && Number.isSafeInteger(tile.number);
  if (!known || tilePath(tile) !== path) malformed("tile", "is not a path of a tile");
  return tile;
}

/** How many hashes of a tile level a tree of `size` leaves has. */
export function levelSize(size: number, level: number): number {
  return Math.floor(size / TILE_WIDTH ** level);
}

/** The tile `number` of a level in a tree of `size` leaves; undefined where there is none. */
export function tileAt(size: number, level: number, number: number): Tile | undefined {
  const width = Math.min(levelSize(size, level) - number * TILE_WIDTH, TILE_WIDTH);
  return width > 0 ? { level, number, width } : undefined;
}

/**
 * Reads hashes out of the tiles of a tree, each tile fetched once.
 * @param fetchTile the bytes of a tile, 32 for each hash
 */
export function readTiles(size: number, fetchTile: (tile: Tile) => Promise<Bytes>): ReadHashes {
  const fetched = new Map<string, Promise<Bytes[]>>();
  const hashesOf = (level: number, number: number): Promise<Bytes[]> => {
    const tile = tileAt(size, level, number) ?? malformed("tile", "is beyond the tree");
    const path = tilePath(tile);
    const known = fetched.get(path);
    if (known !== undefined) return known;
    const fetching = fetchTile(tile).then((bytes) => {
      if (bytes.length !== tile.width * 32) malformed("tile", "has another width");
      return hashesIn(bytes);
    });
    fetched.set(path, fetching);
    return fetching;
  };
  return async (level, from, to) => {
    // What a proof reads at once never crosses a tile: both are aligned powers of two.
    const number = Math.floor(from / TILE_WIDTH);
    const hashes = await hashesOf(level, number);
    return hashes.slice(from - number * TILE_WIDTH, to - number * TILE_WIDTH);
  };
}
