import {
  ClientError,
  inOneLine,
  type OfflineAccount,
  type OfflineRecord,
  type OfflineShare,
  type OutboxEntry,
} from "@ecrin/client";
import type { Saved } from "../wire.ts";
import { failure, isEntering, signInBehind } from "./behind.ts";
import { failureOf } from "./failure.ts";
import type { Handlers } from "./handlers.ts";
import { current, here, open, opened } from "./session.ts";

// What this device keeps and what waits on it, whether the service can be reached or not
// (spec/offline.md).

type AtHandCall =
  | "saved"
  | "keep"
  | "pin"
  | "unpin"
  | "reach"
  | "send"
  | "retryWaiting"
  | "dropWaiting";

/** When the service last answered, and why sending stopped the last time it was tried. */
let reached = 0;
let reason: string | undefined;

/** Keeping, and what waits. */
export const atHandCalls: Handlers<AtHandCall> = {
  saved,

  async keep({ allow }) {
    const account = current();
    const record = await account.record();
    if (allow) {
      await account.keeping.allow();
      await record.sync();
      await account.sharedWithMe();
    } else await account.keeping.forget();
    return await saved();
  },

  async pin({ id }) {
    const record = await current().record();
    await record.sync();
    const revision = [...record.listing.revisions.keys()].find((each) => each === id);
    if (revision === undefined) throw new ClientError("not-found", "is not in the record");
    await record.pin(revision);
    return undefined;
  },

  async unpin({ id }) {
    const record = await recordHere();
    const revision = [...(record?.revisions.keys() ?? [])].find((each) => each === id);
    if (record === undefined || revision === undefined)
      throw new ClientError("not-found", "is not in the record");
    await record.unpin(revision);
    return undefined;
  },

  async reach({ code }, _, passkey) {
    await signInBehind(code, passkey, open);
    return await saved();
  },

  async send() {
    await send();
    return await saved();
  },

  async retryWaiting({ id }) {
    await (await offlineAccount())?.outbox.retry(id);
    await send();
    return await saved();
  },

  async dropWaiting({ id }) {
    await (await offlineAccount())?.outbox.drop(id);
    return await saved();
  },
};

/** Sends what waits, where the account is signed in. Why it could not is told by `saved`. */
export async function send(): Promise<void> {
  const account = opened();
  if (account === undefined) return;
  try {
    const turn = await alone(async () => await account.send());
    reason = turn.reason;
    if (reason !== "offline") reached = Date.now();
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    reason = error.code;
  }
}

/** Two pages of one browser share an outbox: one of them sends at a time. */
async function alone<T>(work: () => Promise<T>): Promise<T> {
  return await navigator.locks.request("ecrin-outbox", work);
}

/** The account as this device keeps it; undefined where the person has not said yes. */
export async function offlineAccount(): Promise<OfflineAccount | undefined> {
  const account = opened();
  if (account === undefined) return here();
  return (await account.keeping.isAllowed()) ? await account.offline() : undefined;
}

/** The own record as it is kept here; undefined where it is not. */
export async function recordHere(): Promise<OfflineRecord | undefined> {
  const account = await offlineAccount();
  try {
    return await account?.record();
  } catch (error) {
    if (error instanceof ClientError && error.code === "not-kept") return undefined;
    throw error;
  }
}

/** Asks the service; without an answer, or while it is not signed in to, `otherwise`, where this device keeps the record. */
export async function reachedOr<T>(
  ask: () => Promise<T>,
  otherwise: (record: OfflineRecord) => Promise<T> | T,
): Promise<T> {
  return await reachedOrKept(ask, recordHere, otherwise);
}

/**
 * Asks the service, and says whether it answered; where it did not, this device keeps the record,
 * whose rows are not read for that.
 */
export async function reachedOrHere(ask: () => Promise<unknown>): Promise<boolean> {
  return await reachedOrKept(
    async () => {
      await ask();
      return true;
    },
    async () => await (await offlineAccount())?.seenAt(),
    () => false,
  );
}

/** The same as `reachedOr`, of what others share, where this device keeps anything. */
export async function sharesHere<T>(
  ask: () => Promise<T>,
  otherwise: (shares: readonly OfflineShare[]) => Promise<T> | T,
): Promise<T> {
  return await reachedOrKept(
    ask,
    async () => await (await offlineAccount())?.sharedWithMe(),
    otherwise,
  );
}

async function reachedOrKept<T, Kept>(
  ask: () => Promise<T>,
  kept: () => Promise<Kept | undefined>,
  otherwise: (kept: Kept) => Promise<T> | T,
): Promise<T> {
  try {
    const answer = await ask();
    reached = Date.now();
    return answer;
  } catch (error) {
    const isAway = error instanceof ClientError && ["offline", "unavailable"].includes(error.code);
    if (here() === undefined && !isAway) throw error;
    const there = await kept();
    if (there === undefined) throw error;
    return await otherwise(there);
  }
}

/** What is saved where, as it is now. */
async function saved(): Promise<Saved> {
  const account = await offlineAccount();
  if (account === undefined) {
    const signedIn = opened() !== undefined;
    return { kept: false, signedIn, entering: false, reached, waiting: [] };
  }
  const failed = failure();
  const { code: why, loss } = failed === undefined ? { code: reason } : failureOf(failed);
  const waiting = await account.outbox.waiting();
  const record = waiting.length === 0 ? undefined : await recordHere();
  return {
    kept: true,
    signedIn: opened() !== undefined,
    entering: isEntering(),
    reached: Math.max(reached, (await account.seenAt()) ?? 0),
    waiting: waiting
      .filter(({ what }) => what.kind !== "read")
      .map((entry) => ({
        id: entry.id,
        kind: entry.what.kind,
        title: titleOf(entry, record),
        at: entry.at,
        ...(entry.apart === undefined ? {} : { apart: entry.apart }),
      })),
    ...(why === undefined ? {} : { reason: why }),
    ...(loss === undefined ? {} : { loss }),
  };
}

function titleOf({ what }: OutboxEntry, record: OfflineRecord | undefined): string {
  if (what.kind !== "write" && what.kind !== "delete") return "";
  const parents = what.kind === "delete" ? what.parents : [what.revision];
  const named = parents.map((id) => record?.revisions.get(id)?.opened?.metadata.title);
  return inOneLine(named.find((title) => title !== undefined) ?? "");
}
