import {
  type AccountId,
  type Accounts,
  type Bytes,
  currentEpoch,
  currentIdentity,
  type EpochLife,
  followParsed,
  type Head,
  hasHead,
  type Json,
  type Member,
  membersNamed,
  ProtocolError,
  parseSpaceStatement,
  type RotationDue,
  type RouteAnswer,
  refuse,
  rotationDue,
  type SealingKey,
  type SecretName,
  type SpaceId,
  type SpacePayload,
  type SpaceState,
  type Statement,
  wrapsOfMember,
} from "@ecrin/protocol";
import { ahead } from "./ahead.ts";
import type { EpochSecrets } from "./epoch-keys.ts";
import { ClientError } from "./errors.ts";
import { SpaceKeys } from "./space-keys.ts";
import type { Unlocked } from "./unlocked.ts";

/** A view older than this neither seals nor wraps (spec/space.md, Age). */
export const MAX_VIEW_AGE = 24 * 3600 * 1000;
const PAGE = 1000;
/** How far a statement may be dated ahead: a date is its signer's word, and it may end somebody's membership. */
const CLOCK = 10 * 60_000;

/** A space as this device knows it: its chain followed, its keys checked before use. */
export class SpaceView {
  readonly space: SpaceId;
  /** When the server was last asked for the head. */
  seenAt = 0;
  /** The chain as it was followed, for whoever keeps it on the device. */
  readonly statements: Statement[] = [];
  readonly #u: Unlocked;
  readonly #keys: SpaceKeys;
  #state: SpaceState | undefined;
  #refreshing: Promise<void> | undefined;
  #following: Promise<void> = Promise.resolve();
  #accounts: Accounts = new Map();

  constructor(u: Unlocked, space: SpaceId) {
    this.#u = u;
    this.space = space;
    this.#keys = new SpaceKeys(u, this);
  }

  /** What the chain says, as far as it was followed. */
  get state(): SpaceState {
    return this.#state ?? refuse("the space has not been followed yet");
  }

  /** Account chains of members and signers. */
  get accounts(): Accounts {
    return this.#accounts;
  }

  /** This account in the space. */
  get me(): Member {
    return this.state.members.get(this.#u.account) ?? notMember();
  }

  get epoch(): EpochLife {
    return currentEpoch(this.state);
  }

  /** Follows the chain to the server's head. A head before the highest one seen, or beside it, is an alarm. */
  async refresh(): Promise<void> {
    this.#refreshing ??= this.#fetchNew().finally(() => {
      this.#refreshing = undefined;
    });
    await this.#refreshing;
  }

  async #fetchNew(): Promise<void> {
    const seen = this.#u.keyring.seen(this.space);
    let from = this.#state === undefined ? 0 : this.#state.head.seq + 1;
    let page = this.#page(from);
    for (;;) {
      const answer = await page;
      // The next page comes while this one is followed.
      const next = from + answer.statements.length;
      const isMore = answer.statements.length > 0 && next <= answer.head.seq;
      const begun = isMore ? ahead(this.#page(next)) : undefined;
      await this.follow(answer.statements);
      if (answer.head.seq < from - 1)
        throw new ClientError("rollback", "the space is older than the one seen before");
      // What was made here meanwhile may be ahead of what was asked for before it.
      const { head, hashes } = this.state;
      if (head.seq >= answer.head.seq) {
        if (hashes[answer.head.seq] !== answer.head.hash)
          throw new ClientError("fork", "the space is another than the one seen before");
        break;
      }
      if (answer.statements.length === 0)
        throw new ClientError("fork", "the space's chain is not handed out whole");
      from = begun === undefined ? head.seq + 1 : next;
      page = begun ?? this.#page(from);
    }
    if (seen !== undefined && this.state.head.seq < seen.seq)
      throw new ClientError("rollback", "the space is older than the one seen before");
    this.#u.keyring.see(this.space, this.state.head);
    this.seenAt = this.#u.now();
  }

  async #page(from: number): Promise<RouteAnswer<"chainOfSpace">> {
    return await this.#u.http.call("chainOfSpace", {
      params: { space: this.space },
      query: { from, limit: PAGE },
    });
  }

  /** Goes on from a chain that this device has followed before, and from when it last asked. */
  async resume(statements: readonly Statement[], seenAt: number): Promise<void> {
    await this.follow(statements);
    this.seenAt = seenAt;
  }

  /** Takes further statements in: from the server, or made here and accepted. */
  async follow(statements: readonly unknown[]): Promise<void> {
    const turn = this.#following.then(() => this.#take(statements));
    this.#following = turn.catch(() => undefined);
    await turn;
  }

  /** One after the other; what came by another way meanwhile is not taken twice. */
  async #take(statements: readonly unknown[]): Promise<void> {
    const parsed = statements
      .map(parseSpaceStatement)
      .filter(({ fact, hash }) => this.#state?.hashes[fact.seq] !== hash);
    for (const { fact } of parsed) {
      if (fact.at > this.#u.now() + CLOCK) refuse("is dated ahead", "at");
    }
    await this.reach(parsed.flatMap(({ fact }) => headsNamed(fact)));
    const next = await followParsed(this.#state, parsed, this.#accounts);
    if (next === undefined) return;
    if (next.space !== this.space) refuse("is the chain of another space", "space");
    this.#checkSeen(next);
    this.#state = next;
    this.statements.push(...parsed.map(({ statement }) => statement));
  }

  /** Makes sure that account chains are known as far as the heads that signers named. */
  async reach(heads: Iterable<AccountHead>): Promise<void> {
    const unknown = [...heads].filter(({ account, head }) => {
      const chain = this.#accounts.get(account);
      return chain === undefined || !hasHead(chain, head);
    });
    if (unknown.length > 0) this.#know(await this.#u.accounts.reaching(unknown));
  }

  /** Takes chains in. Several may be asked for at once: of each the longest that arrived stays. */
  #know(chains: Accounts): void {
    const known = new Map(this.#accounts);
    for (const [id, chain] of chains) {
      const before = known.get(id);
      if (before === undefined || before.head.seq < chain.head.seq) known.set(id, chain);
    }
    this.#accounts = known;
  }

  /** The highest head this account has seen stands in the chain, or the chain has not reached it yet. */
  #checkSeen(state: SpaceState): void {
    const seen = this.#u.keyring.seen(this.space);
    const there = seen === undefined ? undefined : state.hashes[seen.seq];
    if (seen !== undefined && there !== undefined && there !== seen.hash) {
      throw new ClientError("fork", "the space is another than the one seen before");
    }
  }

  /** Refreshes, and asks the chains of members anew, where the view is too old to seal with. */
  async beFresh(maxAge = MAX_VIEW_AGE): Promise<void> {
    const age = this.#u.now() - this.seenAt;
    // A clock that was set back makes no view young.
    if (this.#state === undefined || age > maxAge || age < 0) await this.refresh();
    const members = [...this.state.members.keys()];
    this.#know(await this.#u.accounts.getAll(members, maxAge));
  }

  /** Why the epoch must turn before anybody seals. */
  due(): RotationDue | undefined {
    return rotationDue(this.state, this.accounts, this.#u.now());
  }

  /** The sealing key at which a member is received, as the account's chain has it. */
  sealingKey(account: AccountId): SealingKey {
    const state = this.accounts.get(account) ?? refuse("the account's chain is not known");
    const member = this.state.members.get(account);
    const life =
      member === undefined
        ? currentIdentity(state)
        : state.identities.find((each) => each.hash === member.identity);
    return (life ?? refuse("the member's identity is not in the account's chain")).identity.seal;
  }

  /** Signs a statement that continues the chain as it is known here. */
  async sign(fact: {
    readonly op: string;
    readonly [name: string]: Json | undefined;
  }): Promise<Statement> {
    const { head } = this.state;
    return await this.#u.sign("space", {
      ...fact,
      space: this.space,
      seq: head.seq + 1,
      prev: head.hash,
    });
  }

  /** The head that a statement signed here gives the chain. */
  get head(): Head {
    return this.state.head;
  }

  /** Whether this account holds the release key of the current epoch. */
  holdsRelease(): boolean {
    return wrapsOfMember(this.me).some((wrap) => wrap.secret === "release");
  }

  /**
   * A secret of an epoch: the current one, or the one named.
   * @throws ClientError `cannot-open`, also where whoever turned an epoch made its wraps wrongly
   */
  async secret(name: SecretName, n: number = this.epoch.epoch.n): Promise<Bytes> {
    const secret = await this.#keys.held(name, n);
    if (secret !== undefined) return secret;
    throw new ClientError("cannot-open", "the keys of an epoch were wrapped wrongly");
  }

  /** `secret`, or undefined where what was signed does not open (spec/space.md, Mending). */
  async held(name: SecretName, n: number): Promise<Bytes | undefined> {
    return await this.#keys.held(name, n);
  }

  /** Both secrets of an epoch; undefined where either does not open. */
  async bothHeld(n: number): Promise<EpochSecrets | undefined> {
    const [space, release] = [await this.held("space", n), await this.held("release", n)];
    return space === undefined || release === undefined ? undefined : { space, release };
  }

  /** The newest epoch that later ones do not lead back to, though its keys are held here. */
  get gap(): number | undefined {
    return this.#keys.gap;
  }

  /** Keeps a secret made here, after checking the epoch's commitment to it. */
  learn(name: SecretName, n: number, secret: Bytes): void {
    this.#keys.learn(name, n, secret);
  }
}

type AccountHead = { readonly account: AccountId; readonly head: Head };

/** Every account head a statement names: its signer's, its members', its pins. */
function headsNamed(fact: SpacePayload): AccountHead[] {
  return [fact.by, ...membersNamed(fact), ...(fact.op === "epoch" ? fact.pins : [])];
}

function notMember(): never {
  throw new ClientError("not-allowed", "this account is not a member of the space");
}

/** Whether an error says that the space moved on meanwhile: refresh and try again. */
export function hasMovedOn(error: unknown): boolean {
  if (error instanceof ProtocolError) return false;
  return (
    error instanceof ClientError &&
    ["stale-head", "stale-tree", "rotation-due", "wraps-differ"].includes(error.code)
  );
}
