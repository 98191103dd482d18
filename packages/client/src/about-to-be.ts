import {
  type AccountState,
  canonicalJson,
  countField,
  fromUtf8,
  parseAs,
  utf8,
} from "@ecrin/protocol";
import * as z from "zod/mini";
import { deviceChange, type OwnDevice, ownDeviceField } from "./own-device.ts";
import type { Change, Store } from "./store.ts";

/**
 * A device that this one becomes once the server has taken the renewal it belongs to, written down
 * before that is asked (spec/keys.md, After a compromise).
 */
export interface AboutToBe {
  readonly own: OwnDevice;
  /** The place of its `rotate` in the account's chain. */
  readonly seq: number;
}

const PREFIX = "about-to-be/";
/** Stands in the store from before a renewal until its kit has been handed to whoever asked for it. */
const UNFINISHED = "kit-unseen";
const countsField = z.strictObject({ totp: z.boolean(), passkeys: countField });

/** Second factors that a renewal drops: whoever had the account may have set one. */
export type DroppedFactors = z.infer<typeof countsField>;

const aboutToBeField = z.strictObject({ own: ownDeviceField, seq: countField });

/** What the local store keeps of it. */
export function aboutToBeChange({ own, seq }: AboutToBe): Change {
  return { key: PREFIX + own.device, value: utf8(canonicalJson({ own: { ...own }, seq })) };
}

/** What is to be told once a renewal is through, however often it breaks off: the kit, and what went with it. */
export function unfinishedChange(dropped: DroppedFactors): Change {
  return { key: UNFINISHED, value: utf8(canonicalJson({ ...dropped })) };
}

/**
 * A renewal through which nobody was led to its end: its kit was never shown, and these second
 * factors went with it. Undefined where there is none.
 */
export async function readUnfinished(store: Store): Promise<DroppedFactors | undefined> {
  const bytes = await store.get(UNFINISHED);
  if (bytes === undefined) return undefined;
  const kept: unknown = JSON.parse(fromUtf8(bytes));
  // As 0.3.0 wrote it, which dropped none.
  return kept === true ? { totp: false, passkeys: 0 } : parseAs(countsField, kept, UNFINISHED);
}

/** Its kit has been handed over. */
export async function forgetUnfinished(store: Store): Promise<void> {
  await store.delete(UNFINISHED);
}

/** What a renewal that the server refused leaves behind. */
export async function forgetAboutToBe(store: Store, { own }: AboutToBe): Promise<void> {
  const isAlone = (await readAboutToBe(store)).every((each) => each.own.device === own.device);
  await store.batch([{ key: PREFIX + own.device }, ...(isAlone ? [{ key: UNFINISHED }] : [])]);
}

/** Every device that this one may have become, the newest first. */
export async function readAboutToBe(store: Store): Promise<AboutToBe[]> {
  const found: AboutToBe[] = [];
  for await (const [, bytes] of store.entries(PREFIX))
    found.push(parseAs(aboutToBeField, JSON.parse(fromUtf8(bytes)), "about-to-be"));
  return found.toSorted((a, b) => b.seq - a.seq);
}

/**
 * Settles which device this is, after it has signed in as `own`: one that was about to be, and is, is
 * written in the place of the one before; those whose place in the chain is taken by another
 * statement, or that are no longer to come, are forgotten.
 * @returns whether this device has become another
 */
export async function settleDevice(
  store: Store,
  own: OwnDevice,
  state: AccountState,
): Promise<boolean> {
  const waiting = await readAboutToBe(store);
  const hasBecome = waiting.some((each) => each.own.device === own.device);
  const over = waiting.filter(({ seq }) => hasBecome || seq <= state.head.seq);
  if (over.length === 0) return false;
  const isOver = !hasBecome && over.length === waiting.length;
  await store.batch([
    ...(hasBecome ? [deviceChange(own)] : []),
    ...(isOver ? [{ key: UNFINISHED }] : []),
    ...over.map(({ own: { device } }) => ({ key: PREFIX + device })),
  ]);
  return hasBecome;
}
