import { kitSlot } from "@ecrin/crypto";
import { openAnySlot } from "../../packages/client/src/open-account.ts";
import { filesUnder, rowsOf } from "../capture/disk.ts";
import { type Canaries, needlesOf, Scanner } from "../capture/needles.ts";
import { type Actor, CANARIES, type Stage } from "./stage.ts";

/** What was looked for, in how much, and where it was found. */
export interface Sweep {
  readonly canaries: number;
  readonly forms: number;
  readonly bytes: number;
  /** `canary (form) in place`. */
  readonly found: readonly string[];
}

/**
 * Looks for everything that somebody on the stage wrote, said or holds, in every
 * form, wherever the server could have it: rows and files of its data folder,
 * its log, and both sides of everybody's traffic.
 */
export async function sweep(stage: Stage, more: Canaries = {}): Promise<Sweep> {
  const canaries = { ...(await canariesOf(stage)), ...more };
  const needles = needlesOf(canaries);
  const scanner = new Scanner(needles);
  const found = new Set<string>();
  let size = 0;
  const look = (where: string, bytes: Uint8Array) => {
    size += bytes.length;
    for (const { canary, form } of scanner.find(bytes))
      found.add(`${canary} (${form}) in ${where}`);
  };
  for (const { where, bytes } of await rowsOf(stage.dataDir)) look(where, bytes);
  for await (const { where, bytes } of filesUnder(stage.dataDir)) look(where, bytes);
  for (const { where, bytes } of stage.network.traffic.said) look(where, bytes);
  for (const line of stage.log) look("the log", Buffer.from(line));
  return {
    canaries: Object.keys(canaries).length,
    forms: needles.length,
    bytes: size,
    found: [...found],
  };
}

async function canariesOf(stage: Stage): Promise<Canaries> {
  const { alice, doctor, mallory, record } = stage;
  const held = await Promise.all([alice, doctor, mallory].map(canariesOfActor));
  await record.sync();
  const keys: [string, Uint8Array][] = [];
  for (const { epoch } of record.view.state.epochs) {
    keys.push([`K of epoch ${epoch.n}`, await record.view.secret("space", epoch.n)]);
    keys.push([`S of epoch ${epoch.n}`, await record.view.secret("release", epoch.n)]);
  }
  for (const { index, opened } of record.listing.revisions.values()) {
    if (opened !== undefined) keys.push([`R of revision ${index}`, opened.secret]);
  }
  return Object.assign({ ...CANARIES, ...Object.fromEntries(keys) }, ...held);
}

async function canariesOfActor({ u, kit, own, ...actor }: Actor): Promise<Canaries> {
  const { identity, secretKey } = u.keyring.contents();
  const { slots } = await u.http.call("account");
  // By the kit that was given at sign-up, as long as no case has replaced it.
  const opened = await openAnySlot(u.account, slots, kitSlot(kit.code)).catch(() => undefined);
  const text = kit.text().slice(kit.text().lastIndexOf(":") + 1);
  const held = {
    name: actor.name,
    address: actor.address,
    password: actor.password,
    "kit code": kit.code,
    "kit text": text,
    "kit text, unbroken": text.replace(/[^0-9A-Z]/gi, ""),
    "kit in French": kit.words("fr").slice(0, 3).join(" "),
    "kit in English": kit.words("en").slice(0, 3).join(" "),
    "signing seed": Buffer.from(identity.sign, "base64url"),
    "sealing seed": Buffer.from(identity.seal, "base64url"),
    "secret key": Buffer.from(secretKey, "base64url"),
    "seed of the device": Buffer.from(own.seed, "base64url"),
    ...(opened === undefined ? {} : { "account key": opened.accountKey }),
  };
  const entries = Object.entries(held).map(([what, value]) => [`${what} of ${actor.name}`, value]);
  return Object.fromEntries(entries);
}
