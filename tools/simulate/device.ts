// A simulated device: the engine of packages/client as it is (queue, sending, what is kept, the record
// without network), over a disk and a line that fail. Only what follows the server is written anew
// here, on protocol's own reducers, because the real one speaks HTTP.

import { releaseOf } from "@ecrin/crypto";
import {
  type AccountId,
  acceptRevision,
  appendLeaf,
  type Bytes,
  currentEpoch,
  digestOf,
  EMPTY_FRONTIER,
  type Frontier,
  followParsed,
  followSpace,
  fromBase64url,
  frontierRoot,
  type Hash,
  hashOf,
  type Items,
  judgeRevision,
  type NewRevision,
  parseRevision,
  parseRewrap,
  parseSpaceStatement,
  type RevisionId,
  rotationDue,
  type SpaceId,
  type SpaceState,
  type Statement,
  toBase64url,
} from "@ecrin/protocol";
import { Kept } from "../../packages/client/src/kept.ts";
import { KeptContents } from "../../packages/client/src/kept-content.ts";
import { openName, type Revision } from "../../packages/client/src/listing.ts";
import { type OfflineDevice, OfflineRecord } from "../../packages/client/src/offline-record.ts";
import {
  isIn,
  Outbox,
  type OutboxEntry,
  type WaitingRevision,
} from "../../packages/client/src/outbox.ts";
import { releaseKey } from "../../packages/client/src/release.ts";
import { type SendingGround, sendOutbox, type Turn } from "../../packages/client/src/sending.ts";
import { by } from "../../packages/protocol/test/people.ts";
import { type Fields, payloadOf, statement } from "../../packages/protocol/test/reference.ts";
import { epoch } from "../../packages/protocol/test/spaces.ts";
import type { Random } from "../fuzz/random.ts";
import { Disk, Fuse, Line } from "./disk.ts";
import { type ModelServer, type Row, refuse } from "./model-server.ts";
import { releaseKeyOf, type Seat, statementOf, type World } from "./world.ts";

const MAX_VIEW_AGE = 24 * 3600_000;

/** What a device remembers of the record while its program runs. */
interface Followed {
  readonly state: SpaceState;
  readonly statements: readonly Statement[];
  readonly revisions: Map<RevisionId, Revision>;
  readonly items: Items;
  readonly frontier: Frontier;
  readonly seenAt: number;
}

export class SimulatedDevice {
  readonly seat: Seat;
  readonly disk: Disk;
  readonly line: Line;
  readonly fuse = new Fuse();
  /** How wrong its clock is. */
  clock = 0;
  readonly #world: World;
  readonly #server: ModelServer;
  #kept: Kept;
  #outbox: Outbox;
  #contents: KeptContents;
  #followed: Followed | undefined;
  #record: OfflineRecord | undefined;

  constructor(world: World, server: ModelServer, seat: Seat, chance: Random) {
    this.#world = world;
    this.#server = server;
    this.seat = seat;
    this.disk = new Disk(this.fuse);
    this.line = new Line(this.fuse, chance);
    this.#kept = new Kept(this.disk);
    this.#outbox = new Outbox(this.disk, () => this.now());
    this.#contents = new KeptContents(this.disk, () => this.now());
  }

  now(): number {
    return this.#server.now + this.clock;
  }

  get outbox(): Outbox {
    return this.#outbox;
  }

  get space(): SpaceId {
    return this.#world.space;
  }

  /** The program starts again: what lies on the disk is all there is. */
  async restart(): Promise<void> {
    this.#kept = new Kept(this.disk);
    this.#outbox = new Outbox(this.disk, () => this.now());
    this.#contents = new KeptContents(this.disk, () => this.now());
    this.#followed = undefined;
    this.#record = undefined;
    await this.#outbox.sweep();
  }

  /** The record as the person has it before them; undefined before it was ever followed. */
  async record(): Promise<OfflineRecord | undefined> {
    this.#record ??= await this.another();
    return this.#record;
  }

  /** The same once more, as in a second page of the browser. */
  async another(): Promise<OfflineRecord | undefined> {
    return await OfflineRecord.open(this.#offline(), this.space);
  }

  #offline(): OfflineDevice {
    return {
      account: accountOf(this.#world, this.seat),
      store: this.disk,
      now: () => this.now(),
      kept: this.#kept,
      contents: this.#contents,
      outbox: this.#outbox,
      accounts: () => Promise.resolve(this.#world.accounts),
      sign: (kind, facts) => Promise.resolve(this.#sign(kind, plain(facts))),
    };
  }

  #sign(kind: string, facts: Fields, at: number = this.now()): Statement {
    const { whose, device } = this.seat;
    const said = { ...facts, by: { ...by(whose, undefined, device) }, at };
    return statementOf(statement(kind, said, device.pair));
  }

  /** Follows the record to where the server has it, and keeps it. */
  async sync(): Promise<Followed> {
    const before = this.#followed ?? (await this.#load());
    const chain = await this.line.ask(() =>
      this.#server.chain(this.seat, before?.statements.length ?? 0),
    );
    const { accounts } = this.#world;
    const state =
      (await followParsed(before?.state, chain.map(parseSpaceStatement), accounts)) ??
      before?.state ??
      refuse("not-found");
    const { rows, tree } = await this.line.ask(() =>
      this.#server.list(this.seat, before?.frontier.size ?? 0),
    );
    const revisions = new Map(before?.revisions);
    const items = copyOf(before?.items);
    let frontier = before?.frontier ?? EMPTY_FRONTIER;
    for (const row of rows) {
      const revision = await checkRow(row, state, this.#world);
      acceptRevision(items, revision.fact);
      revisions.set(revision.fact.revision, revision);
      frontier = appendLeaf(frontier, fromBase64url(revision.hash));
    }
    if (hashOf(frontierRoot(frontier)) !== tree.root) throw new Error("a device sees another tree");
    const statements = [...(before?.statements ?? []), ...chain];
    const followed = { state, statements, revisions, items, frontier, seenAt: this.now() };
    const { n } = currentEpoch(state).epoch;
    const { head } = state;
    await this.#kept.save(
      { space: this.space, head, seenAt: followed.seenAt, statements },
      { followed: { frontier, epochs: state.epochs.length }, revisions },
      { epoch: n, key: releaseKeyOf(n) },
    );
    await this.#outbox.settle((what) => isIn(what, state, revisions));
    this.#followed = followed;
    this.#record = undefined;
    return followed;
  }

  async #load(): Promise<Followed | undefined> {
    const kept = await this.#kept.load(this.space);
    if (kept === undefined) return undefined;
    const state = await followSpace(undefined, kept.statements, this.#world.accounts);
    if (state === undefined) return undefined;
    const items: Items = new Map();
    for (const { fact } of kept.revisions) acceptRevision(items, fact);
    const revisions = new Map(kept.revisions.map((each) => [each.fact.revision, each]));
    return { ...kept, state, items, revisions };
  }

  /** Keeps the content of a revision; whoever may write holds S. */
  async pin(revision: RevisionId): Promise<void> {
    const { revisions } = this.#followed ?? (await this.sync());
    const known = revisions.get(revision);
    if (known === undefined || known.fact.op === "delete") return;
    const { fact, hash } = known;
    const value = releaseOf(releaseKeyOf(fact.epoch), fact);
    await this.disk.batch([{ key: releaseKey(hash), value }]);
    const whole = async (): Promise<Bytes> =>
      await this.line.ask(() => this.#server.content(this.seat, revision));
    await this.#contents.fetch({ whole }, this.space, fact, true);
  }

  async send(): Promise<Turn> {
    return await sendOutbox(this.#outbox, this.#ground());
  }

  #ground(): SendingGround {
    return {
      now: () => this.now(),
      ready: async () => await this.#ready(),
      refresh: async () => void (await this.sync()),
      post: async (outgoing) => {
        const posts: NewRevision[] = [];
        for (const { entry, what } of outgoing) posts.push(await this.#wrapped(entry, what));
        if (this.line.isFull()) refuse("quota-reached");
        await this.line.ask(() => this.#server.post(this.seat, posts), "late");
      },
      standing: async (_space, revision) => (await this.sync()).revisions.get(revision)?.hash,
      unshare: async (_space, share) => {
        const { state } = await this.sync();
        if (state.shares.get(share)?.ended !== undefined) return;
        await this.#say({ op: "unshare", share }, state);
      },
      end: async (_space, account) => {
        const { state } = await this.sync();
        if (state.members.has(account)) await this.turnEpoch([account]);
      },
      declare: async (reads) =>
        await this.line.ask(() => this.#server.declare(this.seat, reads), "soon"),
      signAgain: (kind, text, at) => Promise.resolve(this.#sign(kind, payloadOf(text), at)),
    };
  }

  /** A view younger than a day, and nothing due. */
  async #ready(): Promise<void> {
    const age = this.now() - (this.#followed?.seenAt ?? 0);
    const { state } =
      this.#followed === undefined || age > MAX_VIEW_AGE || age < 0
        ? await this.sync()
        : this.#followed;
    if (rotationDue(state, this.#world.accounts, this.now()) !== undefined)
      await this.turnEpoch([]);
  }

  /** Begins a new epoch, with whoever is due ended too. */
  async turnEpoch(ended: readonly AccountId[]): Promise<void> {
    const { state, frontier } = await this.sync();
    const due = rotationDue(state, this.#world.accounts, this.now());
    const n = currentEpoch(state).epoch.n + 1;
    const revisions = { size: frontier.size, root: hashOf(frontierRoot(frontier)) };
    const all = [...new Set([...ended, ...(due?.ended ?? [])])];
    const turn = { op: "epoch", epoch: epoch(n), ended: all, changed: [], pins: [], revisions };
    await this.#say(turn, state);
  }

  async #say(facts: Fields, { space, head }: SpaceState): Promise<void> {
    const said = this.#sign("space", { ...facts, space, seq: head.seq + 1, prev: head.hash });
    await this.line.ask(() => this.#server.statement(this.seat, said), "soon");
  }

  /** The wrap is R as it is: nothing here opens what it should not, and the rules see only its hash. */
  async #wrapped(entry: OutboxEntry, what: WaitingRevision): Promise<NewRevision> {
    const { state } = this.#followed ?? (await this.sync());
    const { fact } = parseRevision(what.statement);
    const { n } = currentEpoch(state).epoch;
    const secret = what.kind === "write" ? fromBase64url(what.secret) : new Uint8Array();
    const wrap = new Uint8Array(what.kind === "write" ? 80 : 0);
    wrap.set(secret);
    const post: NewRevision = {
      statement: what.statement,
      wrapEpoch: n,
      ...(what.kind === "write"
        ? { metadata: what.metadata, wrap: toBase64url(wrap), content: await this.#content(entry) }
        : {}),
    };
    if (fact.epoch === n) return post;
    const rewrap = this.#sign("rewrap", {
      space: this.space,
      revision: digestOfStatement(what.statement),
      epoch: n,
      wrap: digestOf(wrap),
      spaceHead: { ...state.head },
    });
    return { ...post, rewrap };
  }

  async #content(entry: OutboxEntry): Promise<string> {
    for await (const piece of this.#outbox.pieces(entry)) return toBase64url(piece);
    throw new Error("a write has a content");
  }
}

async function checkRow({ index, post }: Row, state: SpaceState, world: World): Promise<Revision> {
  const revision = parseRevision(post.statement);
  const { fact, hash, statement: text } = revision;
  const rewrap = post.rewrap === undefined ? undefined : parseRewrap(post.rewrap);
  const wrap = post.wrap === undefined ? undefined : fromBase64url(post.wrap);
  const acceptance = {
    index,
    wrapEpoch: post.wrapEpoch,
    ...(rewrap === undefined ? {} : { rewrap }),
    ...(wrap === undefined ? {} : { wrap: digestOf(wrap) }),
  };
  await judgeRevision(revision, acceptance, state, world.accounts);
  const known = { index, fact, hash, statement: text };
  if (fact.op === "delete" || wrap === undefined) return known;
  const secret = wrap.slice(0, 32);
  const metadata = await openName(fact, secret, fromBase64url(post.metadata ?? ""));
  return { ...known, opened: { secret, metadata } };
}

function copyOf(items: Items | undefined): Items {
  return new Map(
    [...(items ?? [])].map(([id, { item, revisions, heads }]) => [
      id,
      { item, revisions: [...revisions], heads: new Set(heads) },
    ]),
  );
}

export function accountOf({ accounts }: World, { whose }: Seat): AccountId {
  const found = [...accounts.keys()].find((account) => account === whose.account);
  if (found === undefined) throw new Error("every seat has an account");
  return found;
}

function digestOfStatement(text: string): Hash {
  return digestOf(new TextEncoder().encode(text.slice(0, text.lastIndexOf("."))));
}

/** What is signed, as plain JSON. */
function plain(facts: object): Fields {
  const fields: Fields = JSON.parse(JSON.stringify(facts));
  return fields;
}
