import {
  type Bytes,
  type EpochLife,
  fromBase64url,
  hashOf,
  type RouteAnswer,
  refuse,
  type SecretName,
  type SpaceId,
  type SpaceState,
  sameRecipients,
  serverKeyHash,
  sha256,
  type WrapLeaf,
  wrapContext,
  wrapsOfEpoch,
  wrapsOfMember,
  wrapsRoot,
} from "@ecrin/protocol";
import { isCommitted, stepBack, stepOver } from "./epoch-keys.ts";
import { ClientError, opens } from "./errors.ts";
import type { Unlocked } from "./unlocked.ts";

/** How many older epochs are tried where the newer ones do not open. */
const DEPTH = 16;
const ATTEMPTS = 5;

/** A space whose chain is followed. */
export interface Followed {
  readonly space: SpaceId;
  readonly state: SpaceState;
  readonly epoch: EpochLife;
  refresh(): Promise<void>;
}

/**
 * The keys of a space's epochs: the current one from this account's wrap, older
 * ones by the boxes of the epochs after them or from this account's wrap of
 * then, each checked against the commitment its statement signed. Where what is
 * signed does not open, whoever turned that epoch made it so, and the key is
 * *lost* (spec/space.md, Mending); where a server could have done it, it is an alarm.
 */
export class SpaceKeys {
  readonly #u: Unlocked;
  readonly #of: Followed;
  readonly #secrets = new Map<string, Bytes>();
  readonly #opening = new Map<SecretName, Promise<Bytes | undefined>>();
  /** Keys that nothing signed leads to, and the epoch that was current when that showed. */
  readonly #lost = new Map<string, number>();
  /** Epochs that this account reaches by its own wrap only. */
  readonly #gaps = new Set<number>();

  constructor(u: Unlocked, of: Followed) {
    this.#u = u;
    this.#of = of;
  }

  /** A secret of an epoch; undefined where it is lost. @throws ClientError `cannot-open` for an alarm */
  async held(name: SecretName, n: number): Promise<Bytes | undefined> {
    const known = this.#known(name, n);
    if (known !== undefined) return known;
    // One after the other: hundreds may want the same key at once, and each finds what the one before has opened.
    const before = this.#opening.get(name);
    const opening = (async () => {
      await before?.catch(() => undefined);
      return await this.#open(name, n);
    })();
    this.#opening.set(name, opening);
    return await opening;
  }

  /** The newest epoch that later ones do not lead back to, though its keys are held here. */
  get gap(): number | undefined {
    if (this.#gaps.size === 0) return undefined;
    const mended = new Set(this.#of.state.epochs.map(({ epoch }) => epoch.mend?.of));
    return [...this.#gaps].filter((n) => !mended.has(n)).toSorted((a, b) => b - a)[0];
  }

  /** Keeps a secret made here, or opened, after checking the epoch's commitment to it. */
  learn(name: SecretName, n: number, secret: Bytes): void {
    if (!isCommitted(this.#of.space, this.#life(n).epoch, name, secret)) {
      throw new ClientError("cannot-open", "a key is not the one its epoch commits to");
    }
    this.#secrets.set(`${name} ${n}`, secret);
  }

  async #open(name: SecretName, n: number): Promise<Bytes | undefined> {
    const current = this.#of.epoch.epoch.n;
    if (this.#lost.get(`${name} ${n}`) === current) return undefined;
    // What is nearest may stand in front of a gap that a later epoch has mended.
    for (const from of new Set([this.#nearest(name, n), current])) {
      const reached = await this.#reach(name, from, n);
      if (reached !== undefined) return reached;
    }
    this.#lost.set(`${name} ${n}`, this.#of.epoch.epoch.n);
    return undefined;
  }

  async #reach(name: SecretName, from: number, n: number): Promise<Bytes | undefined> {
    let at: number | undefined = from;
    if (this.#known(name, at) === undefined) {
      await this.#openCurrent(name);
      // The chain may have moved on while its wraps were fetched.
      if (this.#known(name, at) === undefined) at = this.#nearest(name, n);
    }
    if (this.#known(name, at) === undefined) at = await this.#openBelow(name, at, n);
    while (at !== undefined && at > n) at = await this.#step(name, at, n);
    return at === undefined ? undefined : this.#known(name, at);
  }

  /** From one epoch to an older one that is not before `n`. */
  async #step(name: SecretName, at: number, n: number): Promise<number | undefined> {
    const { epoch } = this.#life(at);
    const { space } = this.#of;
    const secret = this.#known(name, at) ?? refuse("is not held", "epoch");
    const { of } = epoch.mend ?? { of: 0 };
    const isOver =
      of >= n &&
      (await opens(async () => this.learn(name, of, await stepOver(space, epoch, name, secret))));
    if (isOver) return of;
    const isBack =
      epoch.back !== undefined &&
      (await opens(async () =>
        this.learn(name, at - 1, await stepBack(space, epoch, name, secret)),
      ));
    return isBack ? at - 1 : await this.#openBelow(name, at, n);
  }

  /** The newest epoch before one that does not open, and not before `n`, whose own wrap opens here. */
  async #openBelow(name: SecretName, before: number, n: number): Promise<number | undefined> {
    for (let at = before - 1; at >= Math.max(n, before - DEPTH); at--) {
      if (this.#known(name, at) === undefined && !(await this.#openOwn(name, at))) continue;
      this.#gaps.add(at);
      return at;
    }
    return undefined;
  }

  /** Opens what an older epoch's statement wrapped for this account, if it did. */
  async #openOwn(name: SecretName, n: number): Promise<boolean> {
    const { space } = this.#of;
    const answer = await this.#ask(n);
    if (wrapsRoot(space, n, answer.list) !== this.#life(n).epoch.wraps) throw notCommitted();
    return await this.#openMine(name, n, answer);
  }

  async #openCurrent(name: SecretName): Promise<void> {
    const answer = await this.#wraps();
    const { n } = this.#of.epoch.epoch;
    const isThere = await this.#openMine(name, n, answer);
    if (!isThere && !answer.list.some((leaf) => this.#isMine(name, leaf))) notMember();
  }

  /** @returns false where nothing was wrapped for this account, or something that a statement commits to and that does not open */
  async #openMine(
    name: SecretName,
    n: number,
    { list, additions, mine }: RouteAnswer<"wraps">,
  ): Promise<boolean> {
    const listed = [list, ...additions.map((each) => each.list)].flat();
    const leaves = listed.filter((leaf) => this.#isMine(name, leaf));
    const given = mine.find((wrap) => this.#isMine(name, wrap));
    if (given === undefined && leaves.length === 0) return false;
    if (given === undefined) throw notCommitted();
    const wrap = fromBase64url(given.wrap);
    const hash = hashOf(sha256(wrap));
    const leaf = leaves.find((each) => each.hash === hash);
    if (leaf === undefined) throw notCommitted();
    const ctx = wrapContext(this.#of.space, n, leaf);
    if (
      await opens(async () => this.learn(name, n, await this.#u.openWrap(ctx, wrap, leaf.identity)))
    )
      return true;
    // Only what the epoch's own statement commits to shows who made it.
    if (!list.includes(leaf)) throw notCommitted();
    return false;
  }

  #isMine(name: SecretName, { secret, recipient }: Pick<WrapLeaf, "secret" | "recipient">) {
    return secret === name && recipient === this.#u.account;
  }

  /** The wraps of the current epoch, checked; where the chain has moved on since it was followed, followed first. */
  async #wraps(): Promise<RouteAnswer<"wraps">> {
    for (let tried = 0; tried < ATTEMPTS; tried++) {
      const answer = await this.#ask(this.#of.epoch.epoch.n);
      if (this.#areWrapsRight(answer)) return answer;
      const { seq } = this.#of.state.head;
      await this.#of.refresh();
      // Somebody may have joined between the two requests, and between the next two.
      if (tried > 0 && this.#of.state.head.seq === seq) break;
    }
    throw notCommitted();
  }

  async #ask(epoch: number): Promise<RouteAnswer<"wraps">> {
    const params = { space: this.#of.space };
    return await this.#u.http.call("wraps", { params, query: { epoch } });
  }

  /** Whether the wraps listed are for exactly the members, under exactly the roots that were signed. */
  #areWrapsRight(answer: RouteAnswer<"wraps">): boolean {
    const { space, state } = this.#of;
    const { epoch, members } = this.#of.epoch;
    const expected = wrapsOfEpoch(members, serverKeyHash(this.#u.server.releaseKey));
    if (!sameRecipients(answer.list, expected)) return false;
    if (wrapsRoot(space, epoch.n, answer.list) !== epoch.wraps) return false;
    const { additions } = state;
    if (answer.additions.length !== additions.length) return false;
    return additions.every((addition, i) => {
      const listed = answer.additions[i];
      return (
        listed !== undefined &&
        listed.seq === addition.since &&
        sameRecipients(listed.list, wrapsOfMember(addition.member)) &&
        wrapsRoot(space, epoch.n, listed.list) === addition.wraps
      );
    });
  }

  #known(name: SecretName, n: number): Bytes | undefined {
    return this.#secrets.get(`${name} ${n}`);
  }

  #nearest(name: SecretName, n: number): number {
    const current = this.#of.epoch.epoch.n;
    for (let at = n; at < current; at++) if (this.#known(name, at) !== undefined) return at;
    return current;
  }

  #life(n: number): EpochLife {
    return this.#of.state.epochs[n - 1] ?? refuse("is not an epoch of the space", "epoch");
  }
}

function notCommitted(): ClientError {
  return new ClientError(
    "cannot-open",
    "the wraps are not those that the space's chain commits to",
  );
}

function notMember(): never {
  throw new ClientError("not-allowed", "this account is not wrapped for in the epoch");
}
