import { type Account, ClientError, type OfflineAccount, type Succession } from "@ecrin/client";
import type { AskPasskey } from "./handlers.ts";

// The sign-in that goes on behind what this device keeps: its list is shown as soon as the password
// has opened the local store, and the service is asked while somebody reads it (spec/offline.md,
// Unlocking). Without network it is the same, and goes on being tried.

/** Signs in with what the page shows beside the password; after a loss, with what is left (spec/succession.md). */
export type SignInBehind = (
  code: string,
  passkey: AskPasskey,
  acceptLog?: Succession["to"],
) => Promise<Account>;

/** An account that is open on this device only, and the way from there to the service. */
export interface Behind {
  readonly kept: OfflineAccount;
  readonly signIn: SignInBehind;
  /** Forgets the key of the local store. */
  readonly lock: () => void;
}

interface Standing extends Behind {
  /** The list has been handed to the page, or there is none. */
  readonly listed: PromiseWithResolvers<void>;
  /** The service was asked once, whatever it said, or nobody waits any more. */
  readonly asked: PromiseWithResolvers<void>;
  running: Promise<void> | undefined;
  failure: unknown;
}

/** Milliseconds after which the sign-in begins though no list was asked for. */
const LIST = 3000;

/** Milliseconds after which what needs the service is answered without it. */
const PATIENCE = 20_000;

/** What failed for want of an answer and may be tried again by itself; anything else a person has to see. */
const PASSING: ReadonlySet<string> = new Set(["offline", "unavailable", "rate-limited"]);

let standing: Standing | undefined;

/** From here on the account is open as this device keeps it, until the sign-in behind it has ended well. */
export function begin(behind: Behind): void {
  end();
  standing = {
    ...behind,
    listed: Promise.withResolvers(),
    asked: Promise.withResolvers(),
    running: undefined,
    failure: undefined,
  };
}

/** There is nothing to sign in to any more: it is done, or the account was closed. */
export function end(): void {
  standing?.listed.resolve();
  standing?.asked.resolve();
  standing = undefined;
}

/** The account that is open on this device only. */
export function behind(): Behind | undefined {
  return standing;
}

/** Why the service did not let this account in; undefined while that is not known, or as long as only an answer is missing. */
export function refusal(): unknown {
  const failure = standing?.failure;
  return failure instanceof ClientError && PASSING.has(failure.code) ? undefined : failure;
}

/** Why the service has not been reached; undefined while it is being asked for the first time. */
export function failure(): unknown {
  return standing?.failure;
}

/** Whether the service is being asked, or about to be. */
export function isEntering(): boolean {
  return (
    standing !== undefined && (standing.running !== undefined || standing.failure === undefined)
  );
}

/** The page has been given what this device keeps: from now on the sign-in may hold the thread. */
export function listGiven(): void {
  standing?.listed.resolve();
}

/** Waits until the service has been asked, so that what needs it is not refused too early. */
export async function signedInOrNot(): Promise<void> {
  if (standing !== undefined) await Promise.race([standing.asked.promise, after(PATIENCE)]);
}

/**
 * Signs in behind the list, once at a time. What a person has to see first is not tried again by
 * itself: only with a code they typed, or a loss they accepted.
 * @param opened takes in the account that was signed in to
 */
export async function signInBehind(
  code: string,
  passkey: AskPasskey,
  opened: (account: Account) => void,
  acceptLog?: Succession["to"],
): Promise<void> {
  const mine = standing;
  const isNew = code !== "" || acceptLog !== undefined;
  if (mine === undefined || (refusal() !== undefined && !isNew)) return;
  const enter = async () => await mine.signIn(code, passkey, acceptLog);
  mine.running ??= run(mine, enter, opened).finally(() => {
    mine.running = undefined;
    mine.asked.resolve();
  });
  await mine.running;
}

async function run(
  mine: Standing,
  enter: () => Promise<Account>,
  opened: (account: Account) => void,
): Promise<void> {
  // The derivation of the sign-in holds this thread, on which the list is read too.
  await Promise.race([mine.listed.promise, after(LIST)]);
  try {
    const account = await enter();
    // Closed meanwhile: nobody wants it any more.
    if (standing !== mine) return await account.lock();
    opened(account);
  } catch (error) {
    mine.failure = error;
  }
}

function after(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
