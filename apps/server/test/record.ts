import assert from "node:assert/strict";
import { createHmac, hash, randomBytes } from "node:crypto";
import {
  type Epoch,
  type Hash,
  type Head,
  type ItemId,
  identityHash,
  type Json,
  keyCommitmentContext,
  type Member,
  type NewRevision,
  newId,
  PROBLEMS,
  type Problem,
  type ProblemCode,
  parseSpaceStatement,
  type RevisionId,
  releaseContext,
  SERVER,
  type SealingKey,
  type SpaceId,
  type Statement,
  SUITE,
  serverKeyHash,
  type TreeHead,
  type Wrap,
  type WrapRecipient,
  wrapContext,
  wrapsOfEpoch,
  wrapsOfMember,
  wrapsRoot,
} from "@ecrin/protocol";
import { type Answer, type Person, sealTo } from "./person.ts";

// Spaces as a client would write them. What the server cannot open is random bytes; what it can, is real.

export type Ended<Body = Record<string, never>> = Answer<Body & Partial<Problem>>;

/** A problem with this stable code, and its status. */
export function assertRefused(answer: Ended<unknown>, code: ProblemCode, field?: string): void {
  const body = answer.body as Partial<Problem>;
  assert.equal(body.code, code, `${body.code} ${body.field}`);
  assert.equal(answer.status, PROBLEMS[code]);
  assert.equal(answer.headers.get("content-type"), "application/problem+json");
  if (field !== undefined) assert.equal(body.field, field);
}

/** A statement on its way, with its wraps. */
export interface Draft {
  readonly statement: Statement;
  readonly wraps: readonly Wrap[];
}

/** How a membership differs from that of a reader without end. */
export type Rights = Partial<Pick<Member, "role" | "offline" | "until">>;

export function memberOf(person: Person, rights: Rights = {}): Member {
  return {
    account: person.account,
    identity: identityHash(person.account, person.identity),
    head: person.head,
    role: "reader",
    offline: false,
    ...rights,
  };
}

/** The server's release key. */
export async function releaseKeyOf(person: Person): Promise<SealingKey> {
  return (await person.line.done<{ releaseKey: SealingKey }>("GET", "/v1/server")).releaseKey;
}

/** A space under test: its chain as it was accepted, its release keys by epoch. */
export class TestSpace {
  readonly space: SpaceId = newId<"space">();
  readonly owner: Person;
  readonly releaseKeys = new Map<number, Buffer>();
  readonly #serverKey: SealingKey;
  readonly #people = new Map<string, Person>();
  chain: Statement[] = [];
  members: Member[];

  constructor(owner: Person, serverKey: SealingKey, others: readonly [Person, Rights][] = []) {
    this.owner = owner;
    this.#serverKey = serverKey;
    this.members = [[owner, { role: "owner", offline: true }] as const, ...others].map(
      ([person, rights]) => {
        this.#people.set(person.account, person);
        return memberOf(person, rights);
      },
    );
  }

  get head(): Head {
    const last = this.chain.at(-1);
    if (last === undefined) throw new Error("no chain yet");
    return { seq: this.chain.length - 1, hash: parseSpaceStatement(last).hash };
  }

  get n(): number {
    return this.releaseKeys.size;
  }

  /** The release h of a revision sealed in this space. */
  releaseOf(epoch: number, item: ItemId, revision: RevisionId): string {
    const key = this.releaseKeys.get(epoch) ?? Buffer.alloc(0);
    const ctx = releaseContext({ space: this.space, item, revision });
    return createHmac("sha256", key).update(ctx).digest("base64url");
  }

  /** The next statement, signed and not yet posted. */
  sign(facts: object, by: Person = this.owner): Statement {
    const place =
      this.chain.length === 0 ? { seq: 0 } : { seq: this.head.seq + 1, prev: this.head.hash };
    const common = { suite: SUITE, space: this.space, at: by.line.now(), by: by.by, ...place };
    return by.deviceSigner.sign("space", { ...common, ...facts } as Json);
  }

  /** An epoch with real keys and the wraps for these members. */
  async epoch(
    members: readonly Member[],
    n = this.n + 1,
  ): Promise<{ epoch: Epoch; wraps: Wrap[] }> {
    const release = randomBytes(32);
    this.releaseKeys.set(n, release);
    const recipients = wrapsOfEpoch(members, serverKeyHash(this.#serverKey));
    const wraps = await Promise.all(recipients.map((to) => this.#wrap(n, to, release)));
    const box = () => randomBytes(80).toString("base64url");
    const epoch: Epoch = {
      n,
      space: randomBytes(32).toString("base64url") as Hash,
      release: commitmentOf(this.space, n, release),
      wraps: wrapsRoot(this.space, n, wraps.map(leafOf)),
      ...(n === 1 ? {} : { back: { space: box(), release: box() } }),
    };
    return { epoch, wraps };
  }

  async #wrap(n: number, to: WrapRecipient, release: Buffer): Promise<Wrap> {
    const wrap =
      to.recipient === SERVER
        ? await sealTo(this.#serverKey, release, wrapContext(this.space, n, to))
        : randomBytes(1168).toString("base64url");
    return { ...to, wrap };
  }

  /** The first statement. */
  async begin(facts: object = {}): Promise<Draft> {
    const { epoch, wraps } = await this.epoch(this.members, 1);
    const { members } = this;
    const statement = this.sign({ op: "begin", kind: "record", members, epoch, ...facts });
    return { statement, wraps };
  }

  add(member: Member, by: Person = this.owner): Draft {
    const wraps = wrapsOfMember(member).map((to) => ({
      ...to,
      wrap: randomBytes(1168).toString("base64url"),
    }));
    const root = wrapsRoot(this.space, this.n, wraps.map(leafOf));
    return { statement: this.sign({ op: "add", member, wraps: root }, by), wraps };
  }

  /** The statement that ends an epoch. */
  async turn(
    tree: TreeHead,
    facts: { ended?: string[]; changed?: Member[]; pins?: object[] } = {},
    by: Person = this.owner,
  ): Promise<Draft> {
    const changed = facts.changed ?? [];
    const members = this.members
      .filter(({ account }) => facts.ended?.includes(account) !== true)
      .map((member) => changed.find(({ account }) => account === member.account) ?? member);
    const { epoch, wraps } = await this.epoch(members);
    const turned = { op: "epoch", epoch, ended: [], changed, pins: [], revisions: tree, ...facts };
    return { statement: this.sign(turned, by), wraps };
  }

  /** Posts a statement, and keeps what was accepted. */
  async post(draft: Draft, by: Person = this.owner): Promise<Ended<{ head: Head }>> {
    const first = this.chain.length === 0;
    const path = first ? "/v1/spaces" : `/v1/spaces/${this.space}/statements`;
    const answer = await by.line.ask<{ head: Head }>("POST", path, draft, by.seat);
    if (answer.status === 200 && !this.chain.includes(draft.statement)) this.keep(draft);
    else if (answer.status !== 200) this.#forget();
    return answer;
  }

  /** As `post`, for what must succeed. */
  async done(draft: Draft, by: Person = this.owner): Promise<void> {
    const answer = await this.post(draft, by);
    if (answer.status !== 200) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  }

  keep({ statement }: Pick<Draft, "statement">): void {
    const { fact } = parseSpaceStatement(statement);
    this.chain.push(statement);
    if (fact.op === "add") {
      this.members = [
        ...this.members.filter(({ account }) => account !== fact.member.account),
        fact.member,
      ];
    }
    if (fact.op === "epoch") {
      this.members = this.members
        .filter(({ account }) => !fact.ended.includes(account))
        .map((each) => fact.changed.find(({ account }) => account === each.account) ?? each);
    }
  }

  /** An epoch that was refused never was. */
  #forget(): void {
    const last = this.chain.map((each) => parseSpaceStatement(each).fact);
    const n = last.filter(({ op }) => op === "begin" || op === "epoch").length;
    for (const epoch of this.releaseKeys.keys())
      if (epoch > n && n > 0) this.releaseKeys.delete(epoch);
  }
}

export function leafOf({ secret, recipient, identity, wrap }: Wrap) {
  const of = hash("sha256", Buffer.from(wrap, "base64url"), "base64url") as Hash;
  return { secret, recipient, identity, hash: of };
}

function commitmentOf(space: SpaceId, n: number, key: Buffer): Hash {
  return createHmac("sha256", key)
    .update(keyCommitmentContext(space, n, "release"))
    .digest("base64url") as Hash;
}

/** A record that has been begun. */
export async function beginRecord(
  owner: Person,
  others: readonly [Person, Rights][] = [],
): Promise<TestSpace> {
  const record = new TestSpace(owner, await releaseKeyOf(owner), others);
  await record.done(await record.begin());
  return record;
}

/** A revision on its way, with what a test wants to know of it. */
export interface SealedTest {
  readonly item: ItemId;
  readonly revision: RevisionId;
  readonly content: Buffer;
  readonly body: NewRevision;
}

/** What a revision under test may differ in. */
export interface Sealing {
  readonly op?: "create" | "correct" | "delete";
  readonly item?: ItemId;
  readonly revision?: RevisionId;
  readonly parents?: readonly RevisionId[];
  readonly content?: Buffer;
  readonly held?: "server" | "application";
  readonly upload?: string;
  readonly by?: Person;
  /** Members of the header in another form. */
  readonly facts?: object;
}

export function sealTest(record: TestSpace, sealing: Sealing = {}): SealedTest {
  const { op = "create", by = record.owner, held = "server", upload } = sealing;
  const content = sealing.content ?? randomBytes(4152);
  const metadata = randomBytes(528);
  const wrap = randomBytes(80);
  const item = sealing.item ?? newId<"item">();
  const revision = sealing.revision ?? newId<"revision">();
  const sealed = {
    commit: { secret: anyHash(), content: anyHash() },
    metadata: hash("sha256", metadata, "base64url"),
    content: { length: content.length, root: rootOf(content) },
    held,
    wrap: hash("sha256", wrap, "base64url"),
  };
  const payload = {
    suite: SUITE,
    space: record.space,
    item,
    revision,
    parents: [...(sealing.parents ?? [])],
    op,
    by: by.by,
    at: by.line.now(),
    spaceHead: record.head,
    epoch: record.n,
    ...(op === "delete" ? {} : sealed),
    ...sealing.facts,
  };
  const statement = by.deviceSigner.sign("revision", payload as Json);
  const beside =
    held === "application"
      ? {}
      : upload === undefined
        ? { content: content.toString("base64url") }
        : { upload };
  const body: NewRevision = {
    statement,
    wrapEpoch: record.n,
    ...(op === "delete"
      ? {}
      : {
          wrap: wrap.toString("base64url"),
          metadata: metadata.toString("base64url"),
          ...beside,
        }),
  };
  return { item, revision, content, body };
}

/** The root over the SHA-256 of each segment of 1 MiB (spec/revision.md). */
export function rootOf(content: Buffer): string {
  return hash("sha256", digestsOf(content), "base64url");
}

export function digestsOf(content: Buffer): Buffer {
  const digests: Buffer[] = [];
  for (let at = 0; at < content.length; at += 1 << 20) {
    digests.push(hash("sha256", content.subarray(at, at + (1 << 20)), "buffer"));
  }
  return Buffer.concat(digests);
}

export interface Posted {
  readonly first: number;
  readonly tree: TreeHead;
  readonly receipts: Statement[];
}

export function postRevisions(
  record: TestSpace,
  revisions: readonly SealedTest[],
  by: Person = record.owner,
): Promise<Ended<Posted>> {
  const body = { revisions: revisions.map((each) => each.body) };
  return by.line.ask<Posted>("POST", `/v1/spaces/${record.space}/revisions`, body, by.seat);
}

export async function donePosting(
  record: TestSpace,
  revisions: readonly SealedTest[],
  by: Person = record.owner,
): Promise<Posted> {
  const answer = await postRevisions(record, revisions, by);
  if (answer.status !== 200) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** A read statement, with a nonce of the server. */
export async function signRead(
  by: Person,
  through: SpaceId,
  revisions: readonly { space: SpaceId; item: ItemId; revision: RevisionId }[],
  facts: object = {},
): Promise<Statement> {
  if (by.seat.nonce === undefined) await by.line.refreshNonce(by.seat);
  const payload = {
    suite: SUITE,
    space: through,
    revisions,
    reason: "care",
    by: by.by,
    at: by.line.now(),
    nonce: by.seat.nonce,
    ...facts,
  };
  return by.deviceSigner.sign("read", payload as Json);
}

export interface Released {
  readonly releases: string[];
  readonly receipts: Statement[];
}

export function postRead(by: Person, read: Statement): Promise<Ended<Released>> {
  return by.line.ask<Released>("POST", "/v1/reads", { read }, by.seat);
}

export function anyHash(): Hash {
  return randomBytes(32).toString("base64url") as Hash;
}

/** Time passes, and whoever is still there signs in again: a session lasts twelve hours. */
export async function pass(
  server: { readonly clock: { at: number } },
  milliseconds: number,
  ...people: readonly Person[]
): Promise<void> {
  server.clock.at += milliseconds;
  for (const person of people) person.seat = (await person.signIn()).seat;
}

/** An entry of a journal as the database holds it. */
export interface Told {
  readonly kind: string;
  readonly actor: { account?: string; device?: string };
  readonly about: Record<string, Json>;
}

/** What the journal tells of a subject, oldest first. */
export async function journalOf(
  admin: { unsafe: (query: string, parameters: string[]) => Promise<readonly { entry: string }[]> },
  subject: string,
): Promise<Told[]> {
  const rows = await admin.unsafe(
    "select entry from ecrin.journal_openings where subject = $1 order by n",
    [subject],
  );
  return rows.map(({ entry }): Told => JSON.parse(entry));
}
