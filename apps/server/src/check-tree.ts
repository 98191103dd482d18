import {
  type EndedLog,
  fromBase64url,
  GrowingTree,
  type Hash,
  hashOf,
  type LogKeys,
  openCheckpointOf,
  rootOfPerfect,
  sameBytes,
  TILE_WIDTH,
} from "@ecrin/protocol";
import type { Faults, Looked } from "./check-faults.ts";
import type { Tx } from "./database.ts";

/** A root that the first leaves must have, by what was signed elsewhere than in the row that is compared. */
export interface SignedRoot {
  readonly size: number;
  readonly root: Hash;
  readonly looked: Looked;
}

/** Grows the tree leaf by leaf, and compares what the database says of it on the way. */
export interface TreeCheck {
  /** The next leaf. What belongs to the place behind it is read in `ahead`. */
  leaf(hash: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Reads what the database says of the tree while it grows from `from` to `to` leaves. */
  ahead(from: number, to: number): Promise<void>;
  end(): Promise<{ readonly tiles: number; readonly checkpoints: number }>;
}

/** The log's keys, and the logs before it. */
export interface LogLine {
  readonly keys: LogKeys;
  readonly ended: readonly EndedLog[];
}

interface CheckpointRow {
  readonly size: number;
  readonly root: Buffer;
  readonly note: string;
}

/** @param roots what was kept outside the database, and what logs left that ended; their signatures have been checked */
export function startTreeCheck(
  tx: Tx,
  log: LogLine,
  faults: Faults,
  roots: readonly SignedRoot[],
): TreeCheck {
  const tree = new GrowingTree();
  /** By level, what is not yet a whole tile. */
  const edges: Uint8Array<ArrayBuffer>[][] = [];
  const stored = new Map<string, Buffer>();
  /** By size: a log that grows slowly has one for nearly every leaf. */
  let checkpoints: ReadonlyMap<number, CheckpointRow> = new Map();
  let [tiles, signed, covered] = [0, 0, 0];

  async function push(level: number, hash: Uint8Array<ArrayBuffer>): Promise<void> {
    edges[level] ??= [];
    const edge = edges[level];
    edge.push(hash);
    if (edge.length < TILE_WIDTH) return;
    edges[level] = [];
    const root = rootOfPerfect(edge);
    const above = level + 1;
    const index = Math.floor(tree.size / TILE_WIDTH ** above) - 1;
    compare(above, index, root);
    await push(above, root);
  }

  function compare(level: number, index: number, root: Uint8Array): void {
    const place = `${level}/${index}`;
    const found = stored.get(place);
    stored.delete(place);
    // Those of leaves that no checkpoint covers yet are stored with the next.
    const isDue = (index + 1) * TILE_WIDTH ** level <= covered;
    if (found === undefined ? isDue : !found.equals(root)) faults.add("tile", place);
    if (found !== undefined) tiles += 1;
  }

  async function checkSigned(row: CheckpointRow, root: Hash): Promise<void> {
    signed += 1;
    const place = `of ${row.size} leaves`;
    const opened = await openCheckpointOf(row.note, log.keys, log.ended).catch(() => undefined);
    const same = opened?.size === row.size && sameBytes(fromBase64url(opened.root), row.root);
    if (!same || opened.root !== root) faults.add("checkpoint", place);
  }

  return {
    async leaf(hash) {
      tree.append(0, hash);
      await push(0, hash);
      const row = checkpoints.get(tree.size);
      const said = roots.filter(({ size }) => size === tree.size);
      if (row === undefined && said.length === 0) return;
      const root = hashOf(tree.root());
      if (row !== undefined) await checkSigned(row, root);
      for (const each of said)
        if (each.root !== root) faults.add(each.looked, `of ${each.size} leaves: another root`);
    },
    async ahead(from, to) {
      if (from === 0) {
        const [last] = await tx<{ size: number }[]>`
          select coalesce(max(size), 0)::float8 as size from log_checkpoints`;
        covered = last?.size ?? 0;
      }
      const rows = await tx<CheckpointRow[]>`
        select size, coalesce(root, '') as root, note from log_checkpoints where size > ${from} and size <= ${to}`;
      checkpoints = new Map(rows.map((row) => [row.size, row]));
      for (let level = 1; TILE_WIDTH ** level <= to; level++) {
        const width = TILE_WIDTH ** level;
        const rows = await tx<{ index: number; hash: Buffer }[]>`
          select index, coalesce(hash, '') as hash from log_hashes where level = ${level}
          and index >= ${Math.floor(from / width)} and index < ${Math.floor(to / width)}`;
        for (const { index, hash } of rows) stored.set(`${level}/${index}`, hash);
      }
    },
    async end() {
      const [beyond] = await tx<{ tiles: number; checkpoints: number }[]>`select
        (select count(*) from log_hashes) as tiles,
        (select count(*) from log_checkpoints where size > ${tree.size} or size = 0) as checkpoints`;
      const [more, later] = [(beyond?.tiles ?? 0) - tiles, beyond?.checkpoints ?? 0];
      if (more > 0) faults.add("tile", "beyond the leaves", more);
      if (later > 0) faults.add("checkpoint", "of more leaves than there are", later);
      for (const { size, looked } of roots)
        if (size > tree.size)
          faults.add(looked, `${size} leaves were signed for, and ${tree.size} are there`);
      return { tiles, checkpoints: signed };
    },
  };
}
