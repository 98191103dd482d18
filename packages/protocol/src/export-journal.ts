import { type AccountState, deviceKeyAt } from "./account.ts";
import { type Bytes, concat, fromBase64url, sameBytes } from "./bytes.ts";
import { isRead, nameOfStatement, readOf } from "./entry-read.ts";
import { erasedBy, firstMissing, type Gap } from "./erased.ts";
import { ProtocolError, refuse } from "./errors.ts";
import type { ExportedEntry } from "./export-lines.ts";
import type { ExportedEpochs } from "./export-manifest.ts";
import { broken } from "./export-reasons.ts";
import { hmacSha256 } from "./hmac.ts";
import type { AccountId, Hash } from "./ids.ts";
import {
  type Entry,
  followEntry,
  type JournalHead,
  type JournalPosition,
  parseEntry,
  type Subject,
} from "./journal.ts";
import { leafHash } from "./merkle.ts";
import { SeenReads } from "./seen-reads.ts";
import { checkSignature } from "./statement.ts";
import { GrowingTree, hasRoot, perfectSubtrees } from "./subtrees.ts";

/** A tree that the journal's must be at some size on its way. */
export interface Milestone {
  readonly size: number;
  readonly root: Bytes;
  /** The file that says so. */
  readonly file: string;
}

/** What the entries of an export are checked against. */
export interface JournalGround {
  readonly subject: Subject;
  /** How many entries there are said to be. */
  readonly entries: number;
  /** Ascending; the last is the checkpoint's. */
  readonly milestones: readonly Milestone[];
  readonly epochs: ExportedEpochs["epochs"];
  readonly accounts: ReadonlyMap<AccountId, AccountState>;
  readonly head: JournalHead | undefined;
}

/** What was found in the entries. */
export interface JournalFindings {
  readonly entries: number;
  /** Entries whose openings were erased, each accounted for by an entry of kind `erasure`. */
  readonly erased: number;
  /** Statements signed by a reader's device that the reader's account chain holds. */
  readonly signedReads: number;
  /** Statements that an entry names and carries. */
  readonly namedStatements: number;
  /** Tags that agree with the disclosed key of their epoch. */
  readonly tagsChecked: number;
  /** Tags whose key is not disclosed: nobody but the operator can check them. */
  readonly tagsUndisclosed: number;
}

/** Takes the entries of a journal one after the other, in room that does not grow with them. */
export interface JournalCheck {
  /** @throws ProtocolError for the first thing that is wrong */
  entry(exported: ExportedEntry, line: number): Promise<void>;
  end(path: readonly Bytes[], line: number): Promise<JournalFindings>;
  /** Waits for signatures that are still being checked: what is wrong earlier is said first. */
  settle(): Promise<void>;
}

/** Signatures that may be under way at once. */
const AT_ONCE = 256;
const MOST_GAPS = 100_000;

export function startJournalCheck(ground: JournalGround): JournalCheck {
  const { subject, milestones, epochs, accounts, head } = ground;
  const tree = new GrowingTree();
  const reads = new SeenReads(ground.entries);
  const underWay: Promise<void>[] = [];
  const gaps: Gap[] = [];
  const erasures: Gap[] = [];
  const found = {
    entries: 0,
    signedReads: 0,
    namedStatements: 0,
    tagsChecked: 0,
    tagsUndisclosed: 0,
  };
  let position: JournalPosition = { next: 0 };
  let last: { index: number; tag: string } | undefined;
  let milestone = 0;
  let epoch = 0;
  let tagKey: { readonly key: Hash; readonly hmac: (message: Uint8Array) => Bytes } | undefined;

  /** Grows the tree to `size`, stopping at every milestone on the way. */
  function grow(size: number, path: readonly Bytes[]): void {
    let used = 0;
    for (;;) {
      const next = milestones[milestone];
      const to = next === undefined ? size : Math.min(next.size, size);
      for (const { height } of perfectSubtrees(tree.size, to)) {
        const hash = path[used] ?? broken("proof", "path");
        tree.append(height, hash);
        used += 1;
      }
      if (next !== undefined && next.size === tree.size) {
        if (!hasRoot(tree, next.root)) broken("not-grown", next.file, { name: next.file });
        milestone += 1;
      } else if (tree.size === size) break;
    }
    if (used !== path.length) broken("proof", "path");
  }

  function follow({ n, salt, entry: text }: ExportedEntry): Entry {
    if (n > position.next) {
      // What the entries in between said was erased: the chain goes on behind them.
      if (gaps.length >= MOST_GAPS) broken("gaps", "n");
      gaps.push({ from: position.next, to: n });
      const { prev } = parseEntry(text);
      position = prev === undefined ? { next: n } : { next: n, hash: prev };
    }
    const followed = followEntry(subject, position, salt, text);
    position = followed.position;
    const gap = erasedBy(followed.entry);
    if (gap !== undefined) erasures.push(gap);
    return followed.entry;
  }

  function checkTag({ index, before, tag }: ExportedEntry, leaf: Bytes): void {
    if (last !== undefined && index === last.index + 1 && before !== last.tag)
      broken("tag-order", "before");
    for (let at = epochs[epoch]; at?.to !== undefined && index >= at.to; at = epochs[epoch])
      epoch += 1;
    const current = epochs[epoch];
    const key = current !== undefined && index >= current.from ? current.key : undefined;
    if (key === undefined) {
      found.tagsUndisclosed += 1;
    } else {
      const made = hmacOf(key)(concat(fromBase64url(before), leaf));
      if (!sameBytes(made, fromBase64url(tag))) broken("tag", "tag");
      found.tagsChecked += 1;
    }
    last = { index, tag };
  }

  /** The checks of a statement that need no waiting; the signature comes back as a promise. */
  function checkStatement(entry: Entry, statement: string | undefined): Promise<void> | undefined {
    if (!isRead(entry)) {
      if (statement === undefined) return undefined;
      if (nameOfStatement(statement) !== entry.about.statement)
        broken("statement-other", "statement");
      found.namedStatements += 1;
      return undefined;
    }
    if (statement === undefined) broken("read-unsigned", "statement");
    const read = readOf(entry, statement);
    if (!reads.add(read.hash)) broken("read-twice", "statement");
    const { by } = read.fact;
    const reader = accounts.get(by.account);
    if (reader === undefined) broken("reader-missing", "statement");
    found.signedReads += 1;
    return checkSignature(read, deviceKeyAt(reader, by.device, by.head));
  }

  /** The keys of epochs follow each other: the last one is kept. */
  function hmacOf(key: Hash): (message: Uint8Array) => Bytes {
    if (tagKey?.key !== key) tagKey = { key, hmac: hmacSha256(fromBase64url(key)) };
    return tagKey.hmac;
  }

  async function settle(): Promise<void> {
    for (const each of underWay.splice(0)) await each;
  }

  /** Everything about an entry but the signature, which comes back as a promise. */
  function take(exported: ExportedEntry): Promise<void> | undefined {
    const { index, path = [] } = exported;
    if (index < tree.size) broken("order", "index");
    const entry = follow(exported);
    grow(
      index,
      path.map((hash) => fromBase64url(hash)),
    );
    const leaf = leafHash(fromBase64url(position.hash ?? refuse("has no commitment", "entry")));
    tree.append(0, leaf);
    grow(index + 1, []);
    checkTag(exported, leaf);
    found.entries += 1;
    return checkStatement(entry, exported.statement);
  }

  function finish(path: readonly Bytes[]): JournalFindings {
    const size = milestones.at(-1)?.size ?? 0;
    if (size < tree.size) broken("order", "index");
    grow(size, path);
    if (found.entries !== ground.entries) broken("count", "entries");
    checkHead(position, head);
    return { ...found, erased: countErased(gaps, erasures) };
  }

  return {
    async entry(exported, line) {
      const signature = atLine(line, () => take(exported));
      if (signature === undefined) return;
      const placed = signature.catch((cause: unknown) => atLine(line, () => raise(cause)));
      // Handled when its turn comes; until then it must not count as unhandled.
      placed.catch(() => undefined);
      underWay.push(placed);
      if (underWay.length >= AT_ONCE) await underWay.shift();
    },
    settle,
    async end(path, line) {
      await settle();
      return atLine(line, () => finish(path));
    },
  };
}

/** Says at which line something is wrong. */
function atLine<T>(line: number, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    const field = cause.field === undefined ? `line ${line}` : `line ${line}: ${cause.field}`;
    throw new ProtocolError(cause.code, `line ${line}: ${cause.message}`, { field, cause });
  }
}

function raise(cause: unknown): never {
  throw cause;
}

function checkHead(position: JournalPosition, head: JournalHead | undefined): void {
  if (head === undefined) {
    if (position.next > 0) broken("no-head", "entries");
  } else if (head.n + 1 !== position.next || head.hash !== position.hash) {
    broken("head", "head");
  }
}

/** Entries that are missing must have been erased, and said to be. */
function countErased(gaps: readonly Gap[], erasures: readonly Gap[]): number {
  let erased = 0;
  for (const { from, to } of gaps) {
    const number = firstMissing({ from, to }, erasures);
    if (number !== undefined) broken("gone", "entries", { number });
    erased += to - from;
  }
  return erased;
}
