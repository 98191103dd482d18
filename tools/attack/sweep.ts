import { kitSlot } from "@ecrin/crypto";
import { fromBase64url } from "@ecrin/protocol";
import { openAnySlot } from "../../packages/client/src/open-account.ts";
import type { Canaries } from "../capture/needles.ts";
import type { Sweep } from "./host.ts";
import { type Actor, CANARIES, type Stage } from "./stage.ts";

/**
 * Looks for everything that somebody on the stage wrote, said or holds, in every
 * form, wherever the server could have it: rows and files of its data folder,
 * its log, and both sides of everybody's traffic.
 */
export async function sweep(stage: Stage, more: Canaries = {}): Promise<Sweep> {
  const canaries = { ...(await canariesOf(stage)), ...more };
  const { host, network } = stage;
  await host.tell(network.traffic.said.splice(0));
  return await host.look(canaries);
}

async function canariesOf(stage: Stage): Promise<Canaries> {
  const { alice, doctor, mallory, record } = stage;
  const held = await Promise.all([alice, doctor, mallory].map(canariesOfActor));
  await record.sync();
  const keys: [string, Uint8Array][] = [];
  for (const { epoch } of record.view.state.epochs) {
    // An epoch that a case made unreadable has keys that Alice never had.
    const secrets = await record.view.bothHeld(epoch.n);
    if (secrets === undefined) continue;
    keys.push([`K of epoch ${epoch.n}`, secrets.space], [`S of epoch ${epoch.n}`, secrets.release]);
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
    "signing seed": fromBase64url(identity.sign),
    "sealing seed": fromBase64url(identity.seal),
    "secret key": fromBase64url(secretKey),
    "seed of the device": fromBase64url(own.seed),
    ...(opened === undefined ? {} : { "account key": opened.accountKey }),
  };
  const entries = Object.entries(held).map(([what, value]) => [`${what} of ${actor.name}`, value]);
  return Object.fromEntries(entries);
}
