import { newSecret } from "@ecrin/crypto";
import {
  type AccountState,
  type Bytes,
  bareDigits,
  type CodeRun,
  codeCommitment,
  currentIdentity,
  factsOfGuest,
  factsOfHost,
  fromBase64url,
  HANDSHAKE,
  type Hash,
  identityHash,
  parseHandshakeCode,
  type RouteAnswer,
  type ScannedCode,
  type ShownFacts,
  shortCode,
  toBase64url,
} from "@ecrin/protocol";
import { ClientError, opening } from "./errors.ts";
import type { Http } from "./http.ts";
import type { Contact } from "./keyring.ts";
import { openName, pinMet, sealName } from "./met.ts";
import type { Unlocked } from "./unlocked.ts";

/** How it stands with a code that was scanned or typed. */
export type Visited =
  /** The other's device has not answered yet. */
  | { readonly state: "waiting" }
  /** These digits are to be typed on the other's device; where `asks`, theirs are to be typed here. */
  | { readonly state: "compare"; readonly digits: string; readonly asks: boolean }
  | { readonly state: "met"; readonly contact: Contact };

/** What the server says of a rendezvous, checked against what was scanned. */
export interface Found {
  readonly facts: ShownFacts;
  readonly commitment: Hash;
  /** Whether the code was scanned, and so says by itself whose it is. */
  readonly isScanned: boolean;
}

const TRIES = 3;

/** The side that scanned or typed a code (spec/handshake.md, B): a guest, or an account. */
export class Visit {
  readonly until: number;
  readonly isGuest: boolean;
  readonly #u: Unlocked;
  readonly #found: Found;
  readonly #host: AccountState;
  /** This account's, when it joined: what is compared, and what the other's name is sealed for. */
  readonly #own: Hash;
  readonly #nonce: Bytes;
  #run: CodeRun | undefined;
  #isSure: boolean;
  #isNamed = false;
  #tries = TRIES;
  #met: Contact | undefined;

  private constructor(
    u: Unlocked,
    found: Found,
    { host, own }: { readonly host: AccountState; readonly own: Hash },
    nonce: Bytes,
  ) {
    this.#u = u;
    this.#found = found;
    this.#host = host;
    this.#own = own;
    this.#nonce = nonce;
    this.#isSure = found.isScanned;
    this.until = found.facts.until;
    this.isGuest = u.accounts.known(u.account)?.until !== undefined;
  }

  /** Joins, if nobody has. @throws ClientError `conflict` where somebody was faster; `contact-changed` */
  static async join(u: Unlocked, found: Found): Promise<Visit> {
    const { facts } = found;
    if (facts.account === u.account)
      throw new ClientError("refused", "this is the account's own code");
    const host = await u.accounts.get(facts.account, 0, facts.identity);
    if (currentIdentity(host).hash !== facts.identity)
      throw new ClientError("contact-changed", "the account has not the identity of the code");
    const nonce = newSecret();
    const { hash: own } = currentIdentity(await u.accounts.get(u.account));
    await u.http.call("rendezvousJoin", {
      params: { rendezvous: facts.rendezvous },
      body: { identity: own, nonce: toBase64url(nonce) },
    });
    return new Visit(u, found, { host, own }, nonce);
  }

  /**
   * Looks how it stands, and takes the steps that are this side's.
   * @throws ClientError `cannot-open` where the other does not keep to what it committed to; `refused` once it is over
   */
  async look(): Promise<Visited> {
    if (this.#met !== undefined) return { state: "met", contact: this.#met };
    if (this.#tries === 0) throw over();
    const { rendezvous } = this.#found.facts;
    const answer = await this.#u.http.call("rendezvous", { params: { rendezvous } });
    if (answer.nonce === undefined) return { state: "waiting" };
    this.#run ??= this.#runWith(fromBase64url(answer.nonce, "nonce"));
    if (this.#isSure && !this.#isNamed) await this.#sayName();
    if (!this.#isSure || answer.name === undefined) {
      return { state: "compare", digits: shortCode(this.#run, "B"), asks: !this.#isSure };
    }
    const whose = { from: this.#host, to: this.#own };
    const name = await openName(this.#u, rendezvous, whose, answer.name);
    this.#met = await pinMet(this.#u, this.#host, this.#found.facts.identity, name);
    return { state: "met", contact: this.#met };
  }

  /**
   * The digits of the other's screen, as they were typed here.
   * @returns whether they are right; @throws ClientError `refused` after the third that was not
   */
  async typed(text: string): Promise<boolean> {
    const run = this.#run;
    if (run === undefined) throw new ClientError("refused", "there is nothing to compare yet");
    if (this.#tries === 0) throw over();
    if (bareDigits(text) !== shortCode(run, "A")) {
      this.#tries -= 1;
      if (this.#tries === 0) throw over();
      return false;
    }
    this.#isSure = true;
    await this.#sayName();
    return true;
  }

  /** A guest leaves: its session is over everywhere, and its keys are forgotten here. */
  async end(): Promise<void> {
    if (!this.isGuest) return;
    const params = { account: this.#u.account };
    try {
      await this.#u.http.call("guestEnd", { params, body: {} });
    } finally {
      this.#u.http.leave();
      this.#u.keyring.lock();
      this.#u.store.lock();
    }
  }

  #runWith(nonceA: Bytes): CodeRun {
    const { facts, commitment } = this.#found;
    const factsA = factsOfHost(facts);
    if (codeCommitment({ purpose: HANDSHAKE, factsA, nonceA }) !== commitment)
      throw new ClientError("cannot-open", "the other does not keep to what it committed to");
    return {
      purpose: HANDSHAKE,
      factsA,
      factsB: factsOfGuest({ account: this.#u.account, identity: this.#own }),
      nonceA,
      nonceB: this.#nonce,
    };
  }

  async #sayName(): Promise<void> {
    const { rendezvous } = this.#found.facts;
    const name = await sealName(this.#u, rendezvous, this.#host);
    await this.#u.http.call("rendezvousName", { params: { rendezvous }, body: { name } });
    this.#isNamed = true;
  }
}

async function readCode(text: string): Promise<ScannedCode> {
  return await opening(() => Promise.resolve(text).then(parseHandshakeCode), "malformed");
}

/**
 * Who shows the code, by what the server says; a code that was scanned says it better.
 * @param code what was scanned, or the short code as it was typed
 * @throws ClientError `malformed`, `not-found`; `contact-changed` where the server names somebody else
 */
export async function findShown(http: Http, code: string): Promise<Found> {
  const scanned = await readCode(code);
  const body = "short" in scanned ? { code: scanned.short } : { rendezvous: scanned.rendezvous };
  const answer: RouteAnswer<"rendezvousLook"> = await http.call("rendezvousLook", { body });
  const { rendezvous, account, commitment, until } = answer;
  const identity = identityHash(account, answer.identity);
  const isOther =
    !("short" in scanned) &&
    (rendezvous !== scanned.rendezvous ||
      account !== scanned.account ||
      identity !== scanned.identity);
  if (isOther) throw new ClientError("contact-changed", "the code is that of somebody else");
  const facts = { rendezvous, account, identity, until };
  return { facts, commitment, isScanned: !("short" in scanned) };
}

function over(): ClientError {
  return new ClientError("refused", "the digits were wrong too often: scan a new code");
}
