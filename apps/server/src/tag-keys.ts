import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeDurably } from "./durable.ts";
import { hmacSha256, type Mac } from "./tag.ts";

/** A key of a closed epoch that has not been disclosed yet. */
export interface RetiredKey {
  readonly epoch: number;
  /** 32 bytes. */
  readonly key: Buffer;
}

/** The keys of the chain of tags (spec/log.md): the state goes only forward, and forgets. */
export interface TagKeys {
  /**
   * The tags of an epoch.
   * @throws RangeError for one whose state has been erased: the database is behind the keys
   */
  mac(epoch: number): Mac;
  /**
   * Erases the states before `epoch`, keeping the keys of the epochs left behind until they are disclosed.
   * Runs in one process at a time; what another one wrote meanwhile is taken over.
   */
  advance(epoch: number): Promise<void>;
  /** The epoch whose state is held: those before it are erased. */
  epoch(): Promise<number>;
  /** The keys that are kept until they are disclosed. */
  retired(): Promise<readonly RetiredKey[]>;
  /** Erases keys that have been disclosed. */
  erase(epochs: ReadonlySet<number>): Promise<void>;
}

/** What the file holds: a state, the epoch it is of, and retired keys. */
interface Held {
  readonly epoch: number;
  readonly state: Buffer;
  readonly retired: readonly RetiredKey[];
}

const NEXT = Buffer.from("ecrin-1 chain next");
const KEY = Buffer.from("ecrin-1 chain key");
const LINE = /^(epoch|retired) ([0-9]{1,15})(?: ([A-Za-z0-9_-]{43}))?$/;
/** How far a state is followed: further is no honest distance between a file and its database. */
const MOST_AHEAD = 1_000_000;

/** The state after this one; nothing leads back. */
export function nextState(state: Uint8Array): Buffer {
  return hmacSha256(state)(NEXT);
}

/** The key of an epoch from its state. That of epoch 0, which 0.1.0 used, is the state itself. */
export function epochKey(epoch: number, state: Uint8Array): Buffer {
  return epoch === 0 ? Buffer.from(state) : hmacSha256(state)(KEY);
}

/**
 * Opens the file `mac` in the folder of the keys, as `openKeys` made it or a later state of it.
 * @throws Error when it is not what it should be
 */
export async function openTagKeys(folder: string): Promise<TagKeys> {
  const path = join(folder, "mac");
  const read = async () => parse(await readFile(path, "utf8"));
  const write = (held: Held) => writeDurably(path, format(held));
  return await tagKeysOf(read, write);
}

/** Keys in memory only, from their first state: for one process on its own. */
export async function tagKeysFrom(state: Uint8Array): Promise<TagKeys> {
  let held: Held = { epoch: 0, state: Buffer.from(state), retired: [] };
  const read = () => Promise.resolve(held);
  return await tagKeysOf(read, (next) => {
    held = next;
    return Promise.resolve();
  });
}

async function tagKeysOf(
  read: () => Promise<Held>,
  write: (held: Held) => Promise<void>,
): Promise<TagKeys> {
  let { epoch: at, state } = await read();
  const macs = new Map<number, Mac>();

  function mac(epoch: number): Mac {
    const known = macs.get(epoch);
    if (known !== undefined) return known;
    const made = hmacSha256(epochKey(epoch, stateOf(epoch, at, state)));
    // Another process may have closed epochs that this one has not written in.
    if (macs.size > 4) macs.clear();
    macs.set(epoch, made);
    return made;
  }

  return {
    mac,
    async advance(epoch) {
      let held = await read();
      const before = held.epoch;
      const left: RetiredKey[] = [];
      while (held.epoch < epoch) {
        // The key of epoch 0 is its state, from which all others follow: it is never disclosed.
        if (held.epoch > 0) left.push({ epoch: held.epoch, key: epochKey(held.epoch, held.state) });
        held = { ...held, epoch: held.epoch + 1, state: nextState(held.state) };
      }
      if (held.epoch > before) await write({ ...held, retired: [...held.retired, ...left] });
      ({ epoch: at, state } = held);
      for (const known of macs.keys()) if (known < at) macs.delete(known);
    },
    async epoch() {
      return (await read()).epoch;
    },
    async retired() {
      return (await read()).retired;
    },
    async erase(epochs) {
      const held = await read();
      const retired = held.retired.filter((each) => !epochs.has(each.epoch));
      if (retired.length < held.retired.length) await write({ ...held, retired });
    },
  };
}

function stateOf(epoch: number, at: number, state: Buffer): Buffer {
  if (epoch < at || epoch - at > MOST_AHEAD)
    throw new RangeError("the key of the journal's tags has gone on without this database");
  let reached = state;
  for (let i = at; i < epoch; i++) reached = nextState(reached);
  return reached;
}

function parse(text: string): Held {
  const [first, ...lines] = text.trim().split("\n");
  const state = Buffer.from(first ?? "", "base64url");
  if (state.length !== 32) throw new Error("the key file mac does not hold 32 bytes");
  let epoch = 0;
  const retired: RetiredKey[] = [];
  for (const line of lines) {
    const [, word, digits, key] = LINE.exec(line) ?? [];
    if (word === "epoch" && key === undefined) epoch = Number(digits);
    else if (word === "retired" && key !== undefined)
      retired.push({ epoch: Number(digits), key: Buffer.from(key, "base64url") });
    else throw new Error("the key file mac holds a line that it should not");
  }
  return { epoch, state, retired };
}

function format({ epoch, state, retired }: Held): string {
  const lines = retired.map((each) => `retired ${each.epoch} ${each.key.toString("base64url")}`);
  return `${[state.toString("base64url"), `epoch ${epoch}`, ...lines].join("\n")}\n`;
}
