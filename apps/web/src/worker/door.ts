import type { RawStore } from "@ecrin/client";
import type { Status } from "../wire.ts";
import { indexedStore } from "./indexed-store.ts";

// What the page must know before it shows a door: whether this device holds an account. It is asked
// before the code that opens one has arrived, and imports none of it.

let store: Promise<RawStore> | undefined;

/** The device's local store: sealed values in IndexedDB. */
export async function localStore(): Promise<RawStore> {
  store ??= indexedStore();
  return await store;
}

/**
 * Which door to show. Only two facts of the store's header are looked at, and nothing rests on them:
 * whoever opens the account reads and checks all of it.
 */
export async function doorStatus(): Promise<Status> {
  const bytes = await (await localStore()).get("header");
  const header: unknown = bytes === undefined ? undefined : parsed(bytes);
  const isAccount =
    typeof header === "object" && header !== null && "account" in header && "pending" in header;
  if (!isAccount || header.pending !== false || typeof header.account !== "string")
    return { state: "new", name: "", account: "" };
  return { state: "locked", name: "", account: header.account, renewing: await isRenewing() };
}

/** What a renewal is about to make of this device lies there under an open name (spec/keys.md). */
async function isRenewing(): Promise<boolean> {
  for await (const _ of (await localStore()).entries("sealed/about-to-be/")) return true;
  return false;
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    // A header that is no JSON is refused with words when the account is opened.
    return undefined;
  }
}
