// What a server accepts, in memory: the rules are protocol's own, called as apps/server calls them.

import { ClientError } from "@ecrin/client";
import {
  type Accounts,
  acceptRevision,
  appendLeaf,
  type Bytes,
  checkSignature,
  currentEpoch,
  deviceKeyAt,
  digestOf,
  EMPTY_FRONTIER,
  type Frontier,
  followParsed,
  fromBase64url,
  frontierRoot,
  type Hash,
  hashOf,
  type Items,
  isPast,
  judgeRevision,
  mayWrite,
  type NewRevision,
  PROBLEMS,
  type ProblemCode,
  ProtocolError,
  parseRead,
  parseRevision,
  parseRewrap,
  parseSpaceStatement,
  type RevisionId,
  type RevisionPayload,
  type RevisionStatement,
  rotationDue,
  type SpaceState,
  type Statement,
  type TreeHead,
} from "@ecrin/protocol";
import { START, type World } from "./world.ts";

/** A revision as the server keeps and lists it. */
export interface Row {
  readonly index: number;
  readonly post: NewRevision;
  readonly hash: Hash;
}

/** Who sends something, and by which device. */
export interface Sender {
  readonly name: string;
  readonly whose: { readonly account: string };
}

interface Standing {
  readonly fact: RevisionPayload;
  readonly hash: Hash;
  readonly statement: Statement;
  readonly wrapEpoch?: number;
  readonly post?: NewRevision;
}

const AHEAD = 10 * 60_000;
const DAY = 24 * 3600_000;

export class ModelServer {
  /** The true time. */
  now = START;
  state: SpaceState;
  readonly statements: Statement[];
  readonly rows: Row[] = [];
  readonly byRevision = new Map<RevisionId, Row>();
  readonly items: Items = new Map();
  /** What was accepted, in order: what was done, and by which device. */
  readonly log: { readonly kind: string; readonly seat: string; readonly name: string }[] = [];
  /** Declared reads by what they read and who read it. */
  readonly declared: { readonly device: string; readonly revision: RevisionId }[] = [];
  readonly #accounts: Accounts;
  readonly #done = new Set<Hash>();
  #frontier: Frontier = EMPTY_FRONTIER;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(world: Pick<World, "state" | "statements" | "accounts">) {
    this.state = world.state;
    this.statements = [...world.statements];
    this.#accounts = world.accounts;
  }

  get tree(): TreeHead {
    return { size: this.#frontier.size, root: hashOf(frontierRoot(this.#frontier)) };
  }

  /** One write after the other, as under the journal's lock. */
  async #alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    try {
      return await turn;
    } catch (error) {
      if (error instanceof ProtocolError) return refuse(codeOf(error));
      throw error;
    }
  }

  /** All or none of them, as in one transaction. */
  async post(seat: Sender, posts: readonly NewRevision[]): Promise<void> {
    await this.#alone(async () => {
      const fresh: Standing[] = [];
      for (const post of posts) {
        const parsed = parseRevision(post.statement);
        const member = this.#member(seat);
        const known = this.byRevision.get(parsed.fact.revision);
        if (known !== undefined) {
          if (known.hash !== parsed.hash) refuse("conflict");
          continue;
        }
        if (!mayWrite(member)) refuse("not-allowed");
        await this.#judge(parsed, post, this.rows.length + fresh.length);
        fresh.push({ ...parsed, wrapEpoch: post.wrapEpoch, post });
      }
      // Whatever a parent that is not there refuses, it refuses before anything stands.
      const touched = new Set(fresh.map(({ fact }) => fact.item));
      const items = structuredClone(new Map([...this.items].filter(([item]) => touched.has(item))));
      for (const { fact } of fresh) acceptRevision(items, fact);
      for (const each of fresh) {
        this.take(each);
        this.log.push({ kind: each.fact.op, seat: seat.name, name: each.fact.revision });
      }
    });
  }

  async #judge(parsed: RevisionStatement, post: NewRevision, index: number): Promise<void> {
    const { fact } = parsed;
    if (rotationDue(this.state, this.#accounts, this.now) !== undefined) refuse("rotation-due");
    if (fact.at > this.now + AHEAD) refuse("clock");
    if (post.wrapEpoch < currentEpoch(this.state).epoch.n) refuse("stale-head");
    const rewrap = post.rewrap === undefined ? undefined : parseRewrap(post.rewrap);
    const wrap = post.wrap === undefined ? undefined : digestOf(fromBase64url(post.wrap));
    const acceptance = {
      index,
      wrapEpoch: post.wrapEpoch,
      ...(rewrap === undefined ? {} : { rewrap }),
      ...(wrap === undefined ? {} : { wrap }),
    };
    await judgeRevision(parsed, acceptance, this.state, this.#accounts);
    if (fact.op !== "delete") this.#checkContent(post, fact.content.length);
  }

  /** A revision that stands in the record. @param post as it came, where it came here */
  take({ fact, hash, statement, wrapEpoch = 0, post = { statement, wrapEpoch } }: Standing): void {
    acceptRevision(this.items, fact);
    const row = { index: this.rows.length, post, hash };
    this.rows.push(row);
    this.byRevision.set(fact.revision, row);
    this.#frontier = appendLeaf(this.#frontier, fromBase64url(hash));
  }

  #checkContent({ content }: NewRevision, length: number): void {
    if (content === undefined || fromBase64url(content).length !== length)
      refuse("content-differs");
  }

  /** An `unshare` or an `epoch`. */
  async statement(seat: Sender, statement: Statement): Promise<void> {
    await this.#alone(async () => {
      const parsed = parseSpaceStatement(statement);
      const { fact, hash } = parsed;
      if (this.state.hashes[fact.seq] === hash) return;
      this.#member(seat);
      if (fact.at > this.now + AHEAD || fact.at < this.now - DAY) refuse("clock");
      if (fact.op === "begin" || fact.prev !== this.state.head.hash) refuse("stale-head");
      if (fact.op === "epoch") {
        const { size, root } = this.tree;
        if (fact.revisions.size !== size || fact.revisions.root !== root) refuse("stale-tree");
      }
      const next = await followParsed(this.state, [parsed], this.#accounts);
      if (next === undefined) return;
      this.state = next;
      this.statements.push(statement);
      this.log.push({
        kind: fact.op,
        seat: seat.name,
        name: fact.op === "unshare" ? fact.share : "",
      });
    });
  }

  async declare(seat: Sender, reads: readonly Statement[]): Promise<void> {
    await this.#alone(async () => {
      const parsed = reads.map(parseRead);
      for (const read of parsed) {
        const { fact } = read;
        if (fact.by.account !== seat.whose.account) refuse("not-allowed");
        if (fact.declared === undefined) refuse("malformed");
        if (fact.at > this.now + AHEAD) refuse("clock");
        const isKnown = fact.space === this.state.space && this.state.history.has(fact.by.account);
        if (!isKnown) refuse("not-found");
        const account = this.#accounts.get(fact.by.account) ?? refuse("not-found");
        await checkSignature(read, deviceKeyAt(account, fact.by.device, fact.by.head));
        for (const { revision } of fact.revisions)
          if (!this.byRevision.has(revision)) refuse("not-allowed");
      }
      for (const { fact, hash } of parsed) {
        if (this.#done.has(hash)) continue;
        this.#done.add(hash);
        for (const { revision } of fact.revisions)
          this.declared.push({ device: fact.by.device, revision });
      }
    });
  }

  chain(seat: Sender, from: number): readonly Statement[] {
    this.#known(seat);
    return this.statements.slice(from);
  }

  list(seat: Sender, from: number): { readonly rows: readonly Row[]; readonly tree: TreeHead } {
    this.#known(seat);
    return { rows: this.rows.slice(from), tree: this.tree };
  }

  content(seat: Sender, revision: RevisionId): Bytes {
    this.#known(seat);
    return fromBase64url(this.byRevision.get(revision)?.post.content ?? refuse("not-found"));
  }

  #known(seat: Sender): void {
    this.#member(seat);
  }

  #member(seat: Sender) {
    for (const [account, member] of this.state.members) {
      if (account === seat.whose.account && !isPast(member, this.now)) return member;
    }
    return refuse("not-found");
  }
}

export function refuse(code: ProblemCode): never {
  throw new ClientError(code, `the server refused: ${code}`, {
    problem: { status: PROBLEMS[code] },
  });
}

function codeOf({ code }: ProtocolError): ProblemCode {
  return Object.hasOwn(PROBLEMS, code) ? (code as ProblemCode) : "statement-refused";
}
