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
  handshakeCode,
  newId,
  type RouteAnswer,
  type ShownFacts,
  shortCode,
  toBase64url,
} from "@ecrin/protocol";
import { ClientError } from "./errors.ts";
import type { Contact } from "./keyring.ts";
import { openName, pinMet, sealName } from "./met.ts";
import type { Unlocked } from "./unlocked.ts";

/** How it stands with a code that is shown. */
export type Shown =
  /** Nobody has scanned it yet. */
  | { readonly state: "waiting"; readonly refused: number }
  /** Somebody has: their six digits are to be typed here; these are for them. */
  | {
      readonly state: "compare";
      readonly digits: string;
      readonly isGuest: boolean;
      readonly refused: number;
    }
  /** The digits were right; their name is on its way. */
  | { readonly state: "right"; readonly refused: number }
  | { readonly state: "met"; readonly contact: Contact; readonly refused: number };

/** Whoever joined first, and what is compared with them. */
interface Other {
  readonly chain: AccountState;
  readonly identity: Hash;
  readonly run: CodeRun;
}

const TRIES = 3;

/** A code that this account shows to somebody in the same room (spec/handshake.md, A). */
export class Showing {
  /** The text of the QR code. */
  readonly text: string;
  /** The short one, to be typed. */
  readonly code: string;
  /** Until when somebody may join. */
  readonly closes: number;
  readonly until: number;
  readonly #u: Unlocked;
  readonly #facts: ShownFacts;
  readonly #nonce: Bytes;
  #other: Other | undefined;
  #tries = TRIES;
  #isRight = false;
  #met: Contact | undefined;

  private constructor(
    u: Unlocked,
    facts: ShownFacts,
    nonce: Bytes,
    { code, expires }: RouteAnswer<"rendezvousOpen">,
  ) {
    this.#u = u;
    this.#facts = facts;
    this.#nonce = nonce;
    this.text = handshakeCode(facts);
    this.code = code;
    this.closes = expires;
    this.until = facts.until;
  }

  /** Opens a rendezvous. @param until until when a guest may stay, 24 hours at most */
  static async open(u: Unlocked, until: number): Promise<Showing> {
    const own = await u.accounts.get(u.account);
    const { hash: identity } = currentIdentity(own);
    const rendezvous = newId<"rendezvous">();
    const facts: ShownFacts = { rendezvous, account: u.account, identity, until };
    const nonce = newSecret();
    const factsA = factsOfHost(facts);
    const commitment = codeCommitment({ purpose: HANDSHAKE, factsA, nonceA: nonce });
    const answer = await u.http.call("rendezvousOpen", { body: { rendezvous, commitment, until } });
    return new Showing(u, facts, nonce, answer);
  }

  /**
   * Looks how it stands, and takes the steps that are this side's.
   * @throws ClientError `cannot-open` where whoever joined is not who they say; `refused` once it is over
   */
  async look(): Promise<Shown> {
    if (this.#tries === 0) throw over();
    const params = { rendezvous: this.#facts.rendezvous };
    const answer = await this.#u.http.call("rendezvous", { params });
    const { refused } = answer;
    if (this.#met !== undefined) return { state: "met", contact: this.#met, refused };
    if (answer.joined === undefined) return { state: "waiting", refused };
    // The first that was shown here is the only one, whatever is shown later.
    this.#other ??= await this.#reveal(answer.joined);
    if (!this.#isRight) {
      const digits = shortCode(this.#other.run, "A");
      const isGuest = this.#other.chain.until !== undefined;
      return { state: "compare", digits, isGuest, refused };
    }
    if (answer.name === undefined) return { state: "right", refused };
    this.#met = await this.#meet(this.#other, answer.name);
    return { state: "met", contact: this.#met, refused };
  }

  /**
   * The digits of the other's screen, as they were typed here.
   * @returns whether they are right; @throws ClientError `refused` after the third that was not
   */
  async typed(text: string): Promise<boolean> {
    const other = this.#other;
    if (other === undefined) throw new ClientError("refused", "nobody has joined yet");
    if (this.#tries === 0) throw over();
    if (bareDigits(text) !== shortCode(other.run, "B")) {
      this.#tries -= 1;
      if (this.#tries === 0) throw over();
      return false;
    }
    const { rendezvous } = this.#facts;
    const name = await sealName(this.#u, rendezvous, other.chain);
    await this.#u.http.call("rendezvousName", { params: { rendezvous }, body: { name } });
    this.#isRight = true;
    return true;
  }

  async #reveal(joined: NonNullable<RouteAnswer<"rendezvous">["joined"]>): Promise<Other> {
    const { account, identity, nonce } = joined;
    const chain = await this.#u.accounts.get(account, 0, identity);
    // Looked at twice at once, and shown another each time: that would be one try more for each look.
    if (this.#other !== undefined) return this.#other;
    const isTheirs = currentIdentity(chain).hash === identity && account !== this.#u.account;
    const isShort = chain.until === undefined || chain.until <= this.#facts.until;
    if (!isTheirs || !isShort)
      throw new ClientError("cannot-open", "whoever joined is not who they say");
    const run = {
      purpose: HANDSHAKE,
      factsA: factsOfHost(this.#facts),
      factsB: factsOfGuest({ account, identity }),
      nonceA: this.#nonce,
      nonceB: fromBase64url(nonce, "nonce"),
    };
    const { rendezvous } = this.#facts;
    const body = { nonce: toBase64url(this.#nonce) };
    // From here on the run belongs to this one, also where the answer is lost.
    this.#other = { chain, identity, run };
    await this.#u.http.call("rendezvousReveal", { params: { rendezvous }, body });
    return this.#other;
  }

  async #meet({ chain, identity }: Other, sealed: string): Promise<Contact> {
    const whose = { from: chain, to: this.#facts.identity };
    const name = await openName(this.#u, this.#facts.rendezvous, whose, sealed);
    return await pinMet(this.#u, chain, identity, name);
  }
}

function over(): ClientError {
  return new ClientError("refused", "the digits were wrong too often: show a new code");
}
