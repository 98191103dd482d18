import {
  commitTo,
  contentKeyOf,
  equalSecret,
  metadataKeyOf,
  newSecret,
  openMetadata,
  openWrap,
  wrapTo,
  xwingPublicKey,
} from "@ecrin/crypto";
import {
  type AccountId,
  type Bytes,
  type DepositId,
  type DepositPayload,
  type DepositStatement,
  depositCommitContext,
  depositContext,
  depositWrapContext,
  digestOf,
  fromBase64url,
  fromUtf8,
  type Hash,
  INBOX,
  type ItemId,
  inboxHolders,
  inboxName,
  inboxWrapContext,
  isInboxDue,
  judgeDeposit,
  type Metadata,
  parseDeposit,
  parseMetadata,
  parseSealingKey,
  type RouteAnswer,
  type SpaceId,
  toBase64url,
  type WaitingDeposit,
} from "@ecrin/protocol";
import { asClientError, ClientError, isRefusedFor } from "./errors.ts";
import { documentReference, isNamedBy, titleWithout, turningIn } from "./fhir.ts";
import { bytesOf, type Opened, openOwn, withDigits } from "./open.ts";
import type { HealthRecord } from "./record.ts";
import { hasMovedOn, SpaceView } from "./space-view.ts";
import type { Unlocked } from "./unlocked.ts";

/** Something that waits to be accepted or refused. */
export interface Waiting {
  readonly deposit: DepositId;
  /** Who signed it. */
  readonly author: AccountId;
  /** When, by their own word. */
  readonly at: number;
  /** The share it came through, where it is not the record itself. */
  readonly via?: SpaceId;
  readonly metadata: Metadata;
}

/** A deposit that has been checked, with what opens it. */
interface Checked extends Waiting {
  readonly parsed: DepositStatement;
  readonly key: Bytes;
  readonly ctx: Bytes;
}

const PAGE = 100;
const ATTEMPTS = 5;
const SECRETS = 64;
/** What an accepted deposit is named by in the resource it becomes (spec/deposit.md). */
export const DEPOSIT_SYSTEM = "urn:ecrin:deposit";

/** What others have given to a record's owners and managers (spec/deposit.md). */
export class Inbox {
  readonly #u: Unlocked;
  readonly #record: HealthRecord;
  readonly #shares = new Map<SpaceId, SpaceView>();
  readonly #checked = new Map<DepositId, Checked>();
  /** What each deposit was when it was first listed: what was looked at is what is accepted. */
  readonly #first = new Map<DepositId, Hash>();
  /** How many of the last list did not hold. */
  refused = 0;

  constructor(u: Unlocked, record: HealthRecord) {
    this.#u = u;
    this.#record = record;
  }

  /** What waits, oldest first: each checked, its name opened. Begins an inbox first where one is due. */
  async list(): Promise<Waiting[]> {
    await this.#record.sync();
    await this.#beginIfDue();
    const { deposits, seeds } = await this.#fetch();
    const inboxes = await this.#openSeeds(seeds);
    this.#checked.clear();
    this.refused = 0;
    for (const waiting of deposits) {
      try {
        const checked = await this.#check(waiting, inboxes);
        this.#checked.set(checked.deposit, checked);
        this.#first.set(checked.deposit, checked.parsed.hash);
      } catch (error) {
        // One that does not hold hides no other.
        if (!isRefusedFor(asClientError(error), "cannot-open", "not-found", "closed")) throw error;
        this.refused += 1;
      }
    }
    return [...this.#checked.values()];
  }

  /** Opens what waits, to be looked at before it is decided about. */
  async open(deposit: DepositId): Promise<Opened> {
    const { parsed, metadata, key, ctx } = await this.#find(deposit);
    const { fact } = parsed;
    const sealed = await this.#u.http.whole("depositContent", { deposit }, fact.content.length);
    return await openOwn({ fact, metadata, key, ctx }, sealed);
  }

  /**
   * Takes it into the record: sealed anew, by this account, naming who gave it.
   * @param from what the giver is called here
   */
  async accept(deposit: DepositId, from: string): Promise<ItemId> {
    const { parsed } = await this.#find(deposit);
    const opened = await this.open(deposit);
    const item = await this.#take(opened, parsed, from);
    await this.#settle(deposit, "accepted");
    return item;
  }

  /** Refuses it: the server deletes what was sealed. To who gave it, it is as one that waits. */
  async refuse(deposit: DepositId): Promise<void> {
    await this.#find(deposit);
    await this.#settle(deposit, "refused");
  }

  async #take(opened: Opened, { hash }: DepositStatement, from: string): Promise<ItemId> {
    const { metadata } = opened;
    const resource = withDigits(opened);
    const content = await bytesOf(opened);
    const isFile = resource?.resourceType === "DocumentReference" && content.length > 0;
    // What was looked at is what is accepted: a resource and its name, or a file and its name.
    if (resource !== undefined && !isFile) {
      if (!isNamedBy(resource, metadata)) throw cannotOpen();
      return await this.#record.addResource({ resource, content });
    }
    const { mediaType, date = new Date(this.#u.now()).toISOString() } = metadata;
    const turning = resource === undefined ? {} : turningIn(resource);
    const title = titleWithout(metadata.title, { resourceType: "DocumentReference", ...turning });
    const identifier = { system: DEPOSIT_SYSTEM, value: hash };
    const file = { title, mediaType, size: content.length, date, author: from, identifier };
    return await this.#record.addResource({
      resource: { ...documentReference(file), ...turning },
      content,
    });
  }

  async #settle(deposit: DepositId, as: "accepted" | "refused"): Promise<void> {
    await this.#u.http.call("depositSettle", { params: { deposit }, body: { as } });
    this.#checked.delete(deposit);
  }

  async #find(deposit: DepositId): Promise<Checked> {
    if (!this.#checked.has(deposit)) await this.list();
    return this.#checked.get(deposit) ?? notThere();
  }

  async #fetch(): Promise<RouteAnswer<"inbox">> {
    const params = { space: this.#record.space };
    const deposits: WaitingDeposit[] = [];
    for (;;) {
      const query = { from: deposits.length, limit: PAGE };
      const page = await this.#u.http.call("inbox", { params, query });
      deposits.push(...page.deposits);
      if (page.deposits.length < PAGE) return { deposits, seeds: page.seeds };
    }
  }

  /** The seeds of the inboxes this account holds, by the names of their keys. */
  async #openSeeds(seeds: RouteAnswer<"inbox">["seeds"]): Promise<Map<Hash, Bytes>> {
    const { space } = this.#record;
    const opened = new Map<Hash, Bytes>();
    for (const { n, identity, wrap } of seeds) {
      const ctx = inboxWrapContext(space, n, { account: this.#u.account, identity });
      const seed = await this.#u
        .openWrap(ctx, fromBase64url(wrap), identity)
        .catch((error: unknown) => {
          if (!isRefusedFor(asClientError(error), "cannot-open")) throw error;
          return undefined;
        });
      if (seed?.length !== 32) continue;
      const key = parseSealingKey(toBase64url(await xwingPublicKey(seed)), "key");
      opened.set(inboxName(space, { n, key }), seed);
    }
    return opened;
  }

  /** Everything that spec/deposit.md asks of a recipient but the content's own checks, which `open` makes. */
  async #check(waiting: WaitingDeposit, inboxes: ReadonlyMap<Hash, Bytes>): Promise<Checked> {
    const parsed = parseDeposit(waiting.statement);
    const { fact } = parsed;
    if ((this.#first.get(fact.deposit) ?? parsed.hash) !== parsed.hash) throw cannotOpen();
    const view = await this.#viewOf(fact.space);
    await view.reach([fact.by]);
    const author = await this.#u.accounts.get(fact.by.account);
    await judgeDeposit(parsed, view.state, author);
    const secrets = await this.#openSecrets(fact, waiting, inboxes);
    const [secret, release] = [secrets.slice(0, 32), secrets.slice(32)];
    const ctx = depositContext(fact);
    const key = contentKeyOf(secret, release, ctx);
    checkCommitment(fact, "secret", secret);
    checkCommitment(fact, "content", key);
    const sealed = fromBase64url(waiting.metadata, "metadata");
    if (digestOf(sealed) !== fact.metadata) throw cannotOpen();
    const name = await openMetadata(metadataKeyOf(secret, ctx), ctx, sealed);
    return {
      deposit: fact.deposit,
      author: fact.by.account,
      at: fact.at,
      ...(fact.space === this.#record.space ? {} : { via: fact.space }),
      metadata: parseMetadata(fromUtf8(name)),
      parsed,
      key,
      ctx,
    };
  }

  /** R ‖ h, from the wrap for this account, or from that for an inbox it holds. */
  async #openSecrets(
    fact: DepositPayload,
    { recipient, wrap: given }: WaitingDeposit,
    inboxes: ReadonlyMap<Hash, Bytes>,
  ): Promise<Bytes> {
    const wrap = fromBase64url(given, "wrap");
    const named = fact.to.find((each) => each.recipient === recipient);
    const isFor = recipient === INBOX || recipient === this.#u.account;
    if (named === undefined || !isFor || digestOf(wrap) !== named.wrap) throw cannotOpen();
    const ctx = depositWrapContext(fact, named);
    const seed = recipient === INBOX ? (inboxes.get(named.identity) ?? notHeld()) : undefined;
    const secrets =
      seed === undefined
        ? await this.#u.openWrap(ctx, wrap, named.identity)
        : await openWrap(seed, ctx, wrap);
    if (secrets.length !== SECRETS) throw cannotOpen();
    return secrets;
  }

  /** The record, or a share that stands in its chain: anybody can begin one that names it as its source. */
  async #viewOf(space: SpaceId): Promise<SpaceView> {
    if (space === this.#record.space) return this.#record.view;
    const known = this.#shares.get(space);
    if (known !== undefined) return known;
    // One that was made a moment ago may stand in a chain that was followed before.
    const own = this.#record.view;
    if (!own.state.shares.has(space)) await own.refresh();
    const life = own.state.shares.get(space);
    // Before anything of it is looked at: what has been followed counts as let in (spec/keys.md, Consent).
    if (life === undefined) throw cannotOpen();
    const view = new SpaceView(this.#u, space);
    await view.refresh();
    if (life.begin !== view.state.hashes[0]) throw cannotOpen();
    this.#shares.set(space, view);
    return view;
  }

  async #beginIfDue(): Promise<void> {
    for (let tried = 1; isInboxDue(this.#record.view.state, this.#u.now()); tried++) {
      try {
        if (this.#record.view.due() !== undefined) await this.#record.rotateIfDue();
        await beginInbox(this.#u, this.#record.view);
      } catch (error) {
        const isLate = hasMovedOn(error) || isRefusedFor(error, "conflict");
        if (!isLate || tried === ATTEMPTS) throw error;
        await this.#record.sync();
        await this.#record.view.refresh();
      }
    }
  }
}

/** A new inbox: one statement, and its seed wrapped for each owner and manager. */
async function beginInbox(u: Unlocked, view: SpaceView): Promise<void> {
  await view.beFresh(0);
  const seed = newSecret();
  const n = (view.state.inbox?.n ?? 0) + 1;
  const wraps = await Promise.all(
    inboxHolders(view.state.members.values(), u.now()).map(async ({ account, identity }) => {
      const ctx = inboxWrapContext(view.space, n, { account, identity });
      const wrap = await wrapTo(fromBase64url(view.sealingKey(account)), ctx, seed);
      return { account, identity, wrap };
    }),
  );
  const holders = wraps.map(({ account, identity, wrap }) => ({
    account,
    identity,
    wrap: digestOf(wrap),
  }));
  const key = toBase64url(await xwingPublicKey(seed));
  const statement = await view.sign({ op: "inbox", inbox: { n, key, holders } });
  await u.http.call("inboxBegin", {
    params: { space: view.space },
    body: { statement, wraps: wraps.map(({ wrap }) => toBase64url(wrap)) },
  });
  await view.follow([statement]);
  u.keyring.see(view.space, view.head);
}

function checkCommitment(fact: DepositPayload, of: "secret" | "content", key: Bytes): void {
  const commitment = commitTo(key, depositCommitContext(fact, of));
  if (!equalSecret(commitment, fromBase64url(fact.commit[of]))) throw cannotOpen();
}

function cannotOpen(): ClientError {
  return new ClientError("cannot-open", "a deposit does not hold");
}

function notHeld(): never {
  throw new ClientError("not-found", "the inbox of a deposit is not held here");
}

function notThere(): never {
  throw new ClientError("not-found", "is not in the inbox");
}
