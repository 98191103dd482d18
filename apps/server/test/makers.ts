import { randomBytes } from "node:crypto";
import {
  approvalCommitment,
  approvalNumber,
  fromBase64url,
  type Hash,
  hashOf,
  type InvitationId,
  type ItemId,
  identityHash,
  type Json,
  merkleRoot,
  newId,
  parseRevision,
  parseSpaceStatement,
  passkeyChallenge,
  type RevisionId,
  type SignInId,
  type Slot,
  type SlotKind,
  type SpaceId,
  type Statement,
  SUITE,
  type TreeHead,
} from "@ecrin/protocol";
import { client as opaque, ready } from "@serenity-kit/opaque";
import { Secret, TOTP } from "otpauth";
import { Authenticator, type Twist } from "./authenticator.ts";
import { makeDeposit, makeInbox } from "./deposit.ts";
import { beginGuest, makeShowing, type TestShowing } from "./handshake.ts";
import type { TestServer } from "./harness.ts";
import { anySealingKey, keyOf, newSeat, newSigner, Person, type Seat } from "./person.ts";
import {
  beginRecord,
  donePosting,
  memberOf,
  type Rights,
  releaseKeyOf,
  type SealedTest,
  type Sealing,
  sealTest,
  signRead,
  TestSpace,
} from "./record.ts";
import { renewalOf } from "./renewed.ts";
import { makeShare, type TestShare } from "./share.ts";

// The words of the scenarios: everything that a client makes before it asks.

/** What a maker made: its value, and what its maker learns when the server has said yes. */
export interface Made {
  readonly value: unknown;
  readonly accepted?: (answer: Record<string, unknown>) => void;
}

const CHEAP = { "argon2id-custom": { iterations: 1, memory: 64, parallelism: 1 } };

interface Typed {
  readonly state: string;
  readonly request: string;
}

/** The makers, by the name a scenario calls them. Their arguments are checked by what they are used for. */
export function makersOf(server: TestServer) {
  return {
    /** Somebody whose device has made its keys and told nobody yet. */
    newcomer: async () => {
      const person = new Person(server.line);
      await person.line.refreshNonce(person.seat);
      person.slots = [person.slot("password"), person.slot("kit")];
      const begin = person.statement({
        op: "begin",
        identity: person.identity,
        device: { device: person.device, key: person.deviceSigner.key },
        slots: person.slots.map(keyOf),
      });
      person.chain = [begin];
      return { value: person };
    },
    signedUp: async () => ({ value: await new Person(server.line).signUp() }),

    /** The blinded password of a registration (OPAQUE), and what the device keeps of it. */
    typesNewPassword: async (password: string) => {
      await ready;
      const { clientRegistrationState, registrationRequest } = opaque.startRegistration({
        password,
      });
      const value: Typed = { state: clientRegistrationState, request: registrationRequest };
      return { value };
    },
    /** The record that the server keeps of a password. */
    registers: (who: Person, password: string, typed: Typed, registrationResponse: string) => {
      who.password = password;
      const { registrationRecord } = opaque.finishRegistration({
        password,
        registrationResponse,
        clientRegistrationState: typed.state,
        identifiers: { client: who.account, server: SUITE },
        keyStretching: CHEAP,
      });
      return { value: registrationRecord };
    },
    typesPassword: async (password: string) => {
      await ready;
      const { clientLoginState, startLoginRequest } = opaque.startLogin({ password });
      const value: Typed = { state: clientLoginState, request: startLoginRequest };
      return { value };
    },
    /** The proof that the password was right; for a wrong one, bytes in its place. */
    proves: (password: string, typed: Typed, answer: { response: string; account: string }) => {
      const end = opaque.finishLogin({
        password,
        loginResponse: answer.response,
        clientLoginState: typed.state,
        identifiers: { client: answer.account, server: SUITE },
        keyStretching: CHEAP,
      });
      return { value: end?.finishLoginRequest ?? randomBytes(64).toString("base64url") };
    },
    /** A session's key; the token joins it when the server has given one. */
    session: (who: Person) => {
      const seat = newSeat();
      return {
        value: seatOf(who, seat),
        accepted: (answer: Record<string, unknown>) => enter(seat, answer),
      };
    },
    /** The account's first session is the one of its sign-up. */
    firstSession: (who: Person) => ({
      value: seatOf(who, who.seat),
      accepted: (answer: Record<string, unknown>) => enter(who.seat, answer),
    }),
    signsIn: (who: Person, by: "device" | "kit", signIn: string, session: { key: Hash }) => ({
      value: who.signInStatement(signIn, { ...newSeat(), key: session.key }, by),
    }),

    address: async (text: string) => ({ value: await server.line.wrapAddress(text) }),
    bytes: (length: number) => ({ value: randomBytes(length).toString("base64url") }),
    slot: (who: Person, kind: SlotKind) => ({ value: who.slot(kind) }),
    device: () => ({ value: { device: newId<"device">(), key: newSigner().key } }),
    /** A device that asks to be let in by another, and has told nobody yet. */
    newDevice: () => {
      const [approval, nonce] = [newId<"approval">(), randomBytes(32)];
      const device = { device: newId<"device">(), key: newSigner().key };
      const asked = { number: approvalNumber(approval), ...device, seal: anySealingKey() };
      const commitment = approvalCommitment(asked, nonce);
      const { number, seal } = asked;
      const told = nonce.toString("base64url");
      return { value: { approval, number, device, seal, commitment, nonce: told } };
    },
    /** The code of an authenticator app, so many steps of 30 seconds from now. */
    code: (secret: string, steps: number) => {
      const timestamp = server.clock.at + steps * 30_000;
      return { value: new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp }) };
    },
    passkey: () => ({ value: new Authenticator(server.line.url) }),
    makesPasskey: (passkey: Authenticator, challenge: string, twist: Twist = {}) => ({
      value: passkey.create(challenge, twist),
    }),
    asserts: (passkey: Authenticator, challenge: string) => ({ value: passkey.get(challenge) }),
    assertsFor: (
      passkey: Authenticator,
      { account }: Person,
      signIn: SignInId,
      { key }: { key: Hash },
    ) => ({ value: passkey.get(passkeyChallenge(account, signIn, key)) }),
    kitKey: () => ({ value: newSigner().key }),

    /** Everything of an account made anew, in one request. */
    renews: async (who: Person) => {
      const { body } = await renewalOf(who);
      return {
        value: body,
        accepted: () => once(who.chain, ...body.statements),
      };
    },

    /** The next statement of an account's chain. */
    states: (who: Person, facts: { slots?: Slot[] }) => {
      const slots = facts.slots === undefined ? {} : { slots: facts.slots.map(keyOf) };
      const statement = who.statement({ ...facts, ...slots });
      return { value: statement, accepted: () => once(who.chain, statement) };
    },

    /** A record whose keys are made, and of which the server knows nothing yet. */
    record: async (owner: Person) => ({ value: new TestSpace(owner, await releaseKeyOf(owner)) }),
    begunRecord: async (owner: Person, member?: Person, rights: Rights = {}) => ({
      value: await beginRecord(owner, member === undefined ? [] : [[member, rights]]),
    }),
    begins: async (space: TestSpace) => {
      forget(space);
      const draft = await space.begin();
      return { value: draft, accepted: () => keepOnce(space, draft) };
    },
    adds: (space: TestSpace, who: Person, rights: Rights, by?: Person) => {
      const draft = space.add(memberOf(who, rights), by);
      return { value: draft, accepted: () => keepOnce(space, draft) };
    },
    turns: async (space: TestSpace, tree: TreeHead, facts: { ended?: string[] }) => {
      forget(space);
      const draft = await space.turn(tree, facts);
      return { value: draft, accepted: () => keepOnce(space, draft) };
    },
    /** A statement of a space without wraps. */
    says: (space: TestSpace, by: Person, facts: object) => {
      const statement = space.sign(facts, by);
      return { value: statement, accepted: () => keepOnce(space, { statement }) };
    },

    seals: (space: TestSpace, sealing: Sealing, by: Person = space.owner) => ({
      value: sealTest(space, { ...sealing, by }),
    }),
    /** A document whose ciphertext was uploaded before. */
    sealsUploaded: (space: TestSpace, content: Buffer, upload: string) => ({
      value: sealTest(space, { content, upload }),
    }),
    content: (size: number) => ({ value: randomBytes(size) }),
    part: (content: Buffer, from: number, to: number) => ({ value: content.subarray(from, to) }),
    sealedDocument: async (space: TestSpace) => {
      const sealed = sealTest(space);
      await donePosting(space, [sealed]);
      return { value: sealed };
    },
    /** Size and root of the revision tree over these documents, in their order. */
    treeOf: (...documents: SealedTest[]) => {
      const leaves = documents.map(({ body }) => fromBase64url(parseRevision(body.statement).hash));
      return { value: { size: leaves.length, root: hashOf(merkleRoot(leaves)) } };
    },
    asks: async (who: Person, record: TestSpace, document: SealedTest, facts: object) => ({
      value: await signRead(who, record.space, [placeOf(record, document)], facts),
    }),
    declares: async (who: Person, record: TestSpace, document: SealedTest, at: number) => ({
      value: await signRead(who, record.space, [placeOf(record, document)], {
        nonce: undefined,
        declared: true,
        reason: "own",
        at,
      }),
    }),
    asksThrough: async (who: Person, share: TestSpace, from: TestSpace, document: SealedTest) => ({
      value: await signRead(who, share.space, [placeOf(from, document)]),
    }),

    shares: async (source: TestSpace, to: Person, document: SealedTest, until: number) => {
      const made = await makeShare(source, to, [document], until);
      return { value: made, accepted: () => keepShare(source, made) };
    },
    accepts: (who: Person, invitation: InvitationId, inviter: Person) => {
      const payload = {
        suite: SUITE,
        invitation,
        from: inviter.account,
        to: identityHash(inviter.account, inviter.identity),
        by: who.by,
        at: server.clock.at,
        name: randomBytes(1136 + 256).toString("base64url"),
      };
      return { value: who.deviceSigner.sign("acceptance", payload as Json) };
    },
    deposits: (who: Person, space: TestSpace, ...to: Person[]) => ({
      value: makeDeposit(who, space, to),
    }),
    /** An inbox held by the owner alone, begun by anybody. */
    beginsInbox: (space: TestSpace, by: Person, n?: number) => {
      const value = makeInbox(space, by, n);
      return { value, accepted: () => keepOnce(space, value) };
    },
    shows: (who: Person, length?: number) => ({ value: makeShowing(who, length) }),
    guestOf: async (showing: TestShowing) => {
      const guest = new Person(server.line);
      await guest.line.refreshNonce(guest.seat);
      beginGuest(guest, showing);
      return { value: guest };
    },
    joins: (who: Person) => ({
      value: {
        identity: identityHash(who.account, who.identity),
        nonce: randomBytes(32).toString("base64url"),
      },
    }),
    /** The same statement, its signature that of somebody else. */
    forged: (statement: Statement) => {
      const signature = randomBytes(64).toString("base64url");
      return { value: statement.replace(/[^.]*$/, signature) };
    },
  } satisfies Record<string, (...given: never[]) => Made | Promise<Made>>;
}

function seatOf({ account }: Person, seat: Seat) {
  return { account, seat, key: seat.key };
}

function enter(seat: Seat, answer: Record<string, unknown>): void {
  const session = (answer.session ?? answer) as { token?: unknown };
  if (typeof session.token === "string") seat.token = session.token;
}

function once(chain: Statement[], ...statements: Statement[]): void {
  chain.push(...statements.filter((statement) => !chain.includes(statement)));
}

function keepOnce(space: TestSpace, draft: { readonly statement: Statement }): void {
  if (!space.chain.includes(draft.statement)) space.keep(draft);
}

function keepShare(source: TestSpace, { share, source: statement, body }: TestShare): void {
  keepOnce(source, { statement });
  keepOnce(share, { statement: body.share as Statement });
}

/** An epoch that was made and never accepted never was. */
function forget(space: TestSpace): void {
  const turns = space.chain.filter((statement) => "epoch" in parseSpaceStatement(statement).fact);
  for (const n of space.releaseKeys.keys()) if (n > turns.length) space.releaseKeys.delete(n);
}

function placeOf(
  record: TestSpace,
  { item, revision }: SealedTest,
): { space: SpaceId; item: ItemId; revision: RevisionId } {
  return { space: record.space, item, revision };
}
