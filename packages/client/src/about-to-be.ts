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
export const KIT_UNSEEN = "kit-unseen";
const aboutToBeField = z.strictObject({ own: ownDeviceField, seq: countField });

/** What the local store keeps of it. */
export function aboutToBeChange({ own, seq }: AboutToBe): Change {
  return { key: PREFIX + own.device, value: utf8(canonicalJson({ own: { ...own }, seq })) };
}

export function kitUnseenChange(): Change {
  return { key: KIT_UNSEEN, value: utf8("true") };
}

/** What a renewal that the server refused leaves behind. */
export async function forgetAboutToBe(store: Store, { own }: AboutToBe): Promise<void> {
  const isAlone = (await readAboutToBe(store)).every((each) => each.own.device === own.device);
  await store.batch([{ key: PREFIX + own.device }, ...(isAlone ? [{ key: KIT_UNSEEN }] : [])]);
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
    ...(isOver ? [{ key: KIT_UNSEEN }] : []),
    ...over.map(({ own: { device } }) => ({ key: PREFIX + device })),
  ]);
  return hasBecome;
}
