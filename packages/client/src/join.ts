import { newSecret, openWrap, type Signer, xwingPublicKey } from "@ecrin/crypto";
import {
  type AccountId,
  type ApprovalAsked,
  type ApprovalId,
  approvalCommitment,
  approvalKeyContext,
  approvalNumber,
  approvalRun,
  type Bytes,
  type CodeRun,
  currentDevices,
  fromBase64url,
  type Hash,
  isCode,
  newId,
  parseSealingKey,
  passkeyChallenge,
  type RouteAnswer,
  type SignInId,
  shortCode,
  toBase64url,
} from "@ecrin/protocol";
import { Account } from "./account.ts";
import { MOST_TRIES, pause, WAIT_MS } from "./approve.ts";
import { ClientError, isRefusedFor, opening } from "./errors.ts";
import { Http, type HttpOptions } from "./http.ts";
import { checkPasswordSlot, openWithKey, unlock } from "./open-account.ts";
import { deviceChange, newDevice, type OwnDevice, signerOf } from "./own-device.ts";
import { registerPassword } from "./password.ts";
import { proveEitherPassword, signInStatement } from "./password-proof.ts";
import { finishSignIn, type SecondFactor } from "./second-factor.ts";
import { type RawStore, Store } from "./store.ts";

export interface Join extends HttpOptions {
  /** An empty store, or one of an enrolment that never came to its end. */
  readonly store: RawStore;
  readonly deviceName?: string;
  readonly secondFactor?: SecondFactor;
}

/** What the new device knows once another has answered. */
interface Met {
  readonly account: AccountId;
  readonly identity: Hash;
  readonly run: CodeRun;
}

/**
 * The new device's side of an approval (spec/device-approval.md): show `number`, `meet` and show
 * the code, `check` the code the other device shows, `enter` with the password. Its secrets are
 * here and nowhere else until then.
 */
export class Joining {
  /** Nine digits, to be typed on the device that is signed in. */
  readonly number: string;
  /** When it runs out, by the server's clock. */
  readonly expires: number;
  readonly #ask: Join;
  readonly #http: Http;
  readonly #approval: ApprovalId;
  readonly #own: OwnDevice;
  readonly #signer: Signer;
  readonly #seed: Bytes;
  readonly #asked: ApprovalAsked;
  readonly #nonceA: Bytes;
  #met: Met | undefined;
  #accountKey: Bytes | undefined;
  #tries = 0;

  private constructor(
    parts: {
      readonly ask: Join;
      readonly http: Http;
      readonly approval: ApprovalId;
      readonly own: OwnDevice;
      readonly signer: Signer;
      readonly seed: Bytes;
      readonly asked: ApprovalAsked;
      readonly nonceA: Bytes;
    },
    expires: number,
  ) {
    this.number = parts.asked.number;
    this.expires = expires;
    this.#ask = parts.ask;
    this.#http = parts.http;
    this.#approval = parts.approval;
    this.#own = parts.own;
    this.#signer = parts.signer;
    this.#seed = parts.seed;
    this.#asked = parts.asked;
    this.#nonceA = parts.nonceA;
  }

  /** Makes the keys of a new device, and asks the server for a place to meet. */
  static async begin(ask: Join): Promise<Joining> {
    const http = new Http(ask);
    // The secret key comes with the keyring; until then there is none.
    const own = newDevice(http.server, new Uint8Array(32), ask.deviceName);
    const signer = await signerOf(own);
    const [seed, nonceA] = [newSecret(), newSecret()];
    const seal = parseSealingKey(toBase64url(await xwingPublicKey(seed)), "seal");
    const approval = newId<"approval">();
    const device = { device: own.device, key: signer.publicKey };
    const asked = { number: approvalNumber(approval), ...device, seal };
    const commitment = approvalCommitment(asked, nonceA);
    const { expires } = await http.call("approvalStart", {
      body: { approval, device, seal, commitment },
    });
    return new Joining({ ask, http, approval, own, signer, seed, asked, nonceA }, expires);
  }

  /**
   * Waits until a device that is signed in has answered, then reveals what was committed to.
   * @returns the six digits to type on that device
   * @throws ClientError `not-found` once the time has run out, `closed` where the other device declined
   */
  async meet(): Promise<string> {
    if (this.#met === undefined) {
      const answer = await this.#wait((look) => look.answer);
      const { account, identity } = answer;
      const nonceB = fromBase64url(answer.nonce);
      const run = approvalRun(this.#asked, { account, identity }, this.#nonceA, nonceB);
      // From here on no other answer is looked at, also where two were waited for at once: what is
      // revealed is revealed for this one.
      this.#met ??= { account, identity, run };
    }
    await this.#look(toBase64url(this.#nonceA));
    return shortCode(this.#met.run, "A");
  }

  /** Waits until the other device has let this one in, so that it shows its code. */
  async letIn(): Promise<void> {
    const { run } = this.#met ?? tooEarly();
    const wrap = await this.#wait((look) => look.wrap);
    const ctx = approvalKeyContext(run);
    // Whose it is shows only when its code has been compared: `check`.
    const opened = await opening(async () => await openWrap(this.#seed, ctx, fromBase64url(wrap)));
    if (opened.length !== 32) throw cannotOpen();
    this.#accountKey = opened;
  }

  /**
   * Takes the six digits that the other device shows. Nothing goes on before they are right.
   * @throws ClientError `code-differs`; after three times it is over
   */
  check(typed: string): void {
    const { run } = this.#met ?? tooEarly();
    this.#tries += 1;
    if (this.#tries <= MOST_TRIES && isCode(typed, shortCode(run, "B"))) {
      this.#tries = Number.NEGATIVE_INFINITY;
      return;
    }
    if (this.#tries >= MOST_TRIES) this.#forget();
    throw new ClientError("code-differs", "this is not the code that the other device should show");
  }

  /** Whether the code of the other device was right: only the password is missing. */
  get isChecked(): boolean {
    return this.#tries < 0;
  }

  /**
   * Signs in with the account's password and this device's key, and makes the local store.
   * A wrong password may be tried again.
   * @throws ClientError `refused` before `check`, `wrong-password`, `cannot-open`, `log-key-changed`
   */
  async enter(password: string): Promise<Account> {
    const accountKey = this.#accountKey;
    if (this.#met === undefined || accountKey === undefined || this.#tries >= 0) return tooEarly();
    const { account, identity } = this.#met;
    const { store: raw, now = Date.now } = this.#ask;
    const http = this.#http;
    const key = await http.begin();
    const { device } = this.#own;
    const shown = async (signIn: SignInId) =>
      await signInStatement(this.#signer, { account, signIn, key, device, at: now() });
    const knock = async () => ({ device: await shown(newId<"sign-in">()) });
    const proof = await proveEitherPassword(http, { account }, password, knock);
    const { signIn, finish, exportKey, generation } = proof;
    const body = { signIn, finish, key, device: await shown(signIn) };
    const challengeOf = (id: SignInId) => passkeyChallenge(account, id, key);
    await finishSignIn(http, body, challengeOf, this.#ask.secondFactor);
    // A copy, which the account goes on with: what is held here is wiped once it is open.
    const opened = await openWithKey(http, account, accountKey.slice(), identity);
    const listed = currentDevices(opened.state).find((each) => each.device === device);
    if (listed?.key !== this.#signer.publicKey) throw cannotOpen();
    await checkPasswordSlot(opened, exportKey);
    const own = { ...this.#own, secretKey: opened.keyring.secretKey };
    const store = await Store.create(raw, account, password, [deviceChange(own)]);
    const u = await unlock(opened, { http, store, own, now });
    if (generation === "previous") await registerPassword(u, password);
    await store.keep();
    this.#forget();
    return new Account(u, own);
  }

  #forget(): void {
    this.#accountKey?.fill(0);
    this.#accountKey = undefined;
    this.#seed.fill(0);
  }

  async #look(nonce?: string): Promise<RouteAnswer<"approvalLook">> {
    const approval = this.#approval;
    const body = nonce === undefined ? { approval } : { approval, nonce };
    return await this.#http.call("approvalLook", { body });
  }

  async #wait<T>(find: (look: RouteAnswer<"approvalLook">) => T | undefined): Promise<T> {
    const until = Date.now() + WAIT_MS;
    while (Date.now() < until) {
      try {
        const found = find(await this.#look());
        if (found !== undefined) return found;
      } catch (error) {
        // A phone between two networks loses an answer; the place to meet stays.
        if (!isRefusedFor(error, "offline", "unavailable", "rate-limited")) throw error;
      }
      await pause();
    }
    throw new ClientError("not-found", "no device has answered in time");
  }
}

function tooEarly(): never {
  throw new ClientError("refused", "the codes have not been compared");
}

function cannotOpen(): ClientError {
  return new ClientError("cannot-open", "the account cannot be opened");
}
