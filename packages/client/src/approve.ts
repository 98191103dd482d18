import { newSecret } from "@ecrin/crypto";
import {
  type ApprovalAsked,
  approvalCommitment,
  approvalKeyContext,
  approvalRun,
  type Bytes,
  bareDigits,
  type CodeRun,
  currentIdentity,
  type DeviceId,
  fromBase64url,
  isCode,
  type RouteAnswer,
  shortCode,
  toBase64url,
} from "@ecrin/protocol";
import { ClientError, isRefusedFor } from "./errors.ts";
import { appendOwn } from "./own-chain.ts";
import type { Unlocked } from "./unlocked.ts";

/** How often a code may be typed, the first time counted (spec/short-code.md). */
export const MOST_TRIES = 3;
/** How long the two wait for each other. */
export const WAIT_MS = 10 * 60_000;
/** Between two looks. */
const LOOK_MS = 1200;

/** The enrolled device's side of an approval (spec/device-approval.md), from its number on. */
export class Approval {
  readonly #u: Unlocked;
  readonly #asked: ApprovalAsked;
  readonly #run: CodeRun;
  #tries = 0;
  #over = false;

  private constructor(u: Unlocked, asked: ApprovalAsked, run: CodeRun) {
    this.#u = u;
    this.#asked = asked;
    this.#run = run;
  }

  /**
   * Finds the new device by the number it shows, answers it, and waits until it has revealed
   * what it committed to. Nothing is signed and nothing wrapped yet.
   * @throws ClientError `not-found` for a number that is none, has run out, or is being answered by others;
   *   `code-differs` where what is revealed is not what was committed to
   */
  static async begin(u: Unlocked, typed: string): Promise<Approval> {
    const number = bareDigits(typed);
    if (!/^[0-9]{9}$/.test(number)) {
      throw new ClientError("not-found", "this is not the number of a device");
    }
    const found = await u.http.call("approvalFind", { body: { number } });
    const asked = { number, ...found.device, seal: found.seal };
    const identity = currentIdentity(await u.accounts.get(u.account, 0)).hash;
    const nonceB = newSecret();
    const answer = { number, identity, nonce: toBase64url(nonceB) };
    await u.http.call("approvalAnswer", { body: answer });
    const nonceA = await revealed(u, number, found);
    if (approvalCommitment(asked, nonceA) !== found.commitment) {
      await end(u, number);
      throw new ClientError("code-differs", "the device is not the one that asked");
    }
    const run = approvalRun(asked, { account: u.account, identity }, nonceA, nonceB);
    return new Approval(u, asked, run);
  }

  /** The device that asks. */
  get device(): DeviceId {
    return this.#asked.device;
  }

  /**
   * Takes the six digits that the new device shows. Where they are the right ones the device is
   * enrolled and handed the account key.
   * @returns the six digits to type on the new device
   * @throws ClientError `code-differs`; after three times the whole is over, and again at every later call
   */
  async confirm(typed: string): Promise<string> {
    if (this.#over) throw over();
    this.#tries += 1;
    if (!isCode(typed, shortCode(this.#run, "A"))) {
      if (this.#tries >= MOST_TRIES) await this.refuse();
      throw new ClientError("code-differs", "this is not the code that the device should show");
    }
    this.#over = true;
    const { number, device, key, seal } = this.#asked;
    const wrapped = await this.#u.keyring.wrapKey(
      fromBase64url(seal),
      approvalKeyContext(this.#run),
    );
    const wrap = toBase64url(wrapped);
    await appendOwn(
      this.#u,
      () => ({ op: "device", device: { device, key } }),
      async (statement) =>
        await this.#u.http.call("approvalConfirm", { body: { number, statement, wrap } }),
    );
    return shortCode(this.#run, "B");
  }

  /** Lets nobody in; the new device is told. */
  async refuse(): Promise<void> {
    this.#over = true;
    await end(this.#u, this.#asked.number);
  }
}

/** Tells the new device that it is over. Where that does not arrive it runs out by itself. */
async function end(u: Unlocked, number: string): Promise<void> {
  await u.http.call("approvalEnd", { body: { number } }).catch((error: unknown) => {
    if (!isRefusedFor(error, "offline", "unavailable", "not-found")) throw error;
  });
}

/** What the new device reveals. What it committed to, and its keys, stay what they were. */
async function revealed(
  u: Unlocked,
  number: string,
  before: RouteAnswer<"approvalFind">,
): Promise<Bytes> {
  const until = Date.now() + WAIT_MS;
  while (Date.now() < until) {
    const { nonce } = await u.http.call("approvalFind", { body: { number } });
    if (nonce !== undefined) {
      // One that stood there before there was an answer could have been chosen to fit.
      if (before.nonce !== undefined) break;
      return fromBase64url(nonce);
    }
    await pause();
  }
  throw new ClientError("not-found", "the device does not answer");
}

/** Waits a moment between two looks. */
export async function pause(): Promise<void> {
  await new Promise<void>((resolve) => setTimeout(resolve, LOOK_MS));
}

function over(): ClientError {
  return new ClientError("refused", "this approval is over: begin anew on the new device");
}
