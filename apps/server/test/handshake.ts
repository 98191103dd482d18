import { randomBytes } from "node:crypto";
import {
  codeCommitment,
  factsOfHost,
  HANDSHAKE,
  identityHash,
  newId,
  type RendezvousId,
} from "@ecrin/protocol";
import type { Person } from "./person.ts";

const HOUR = 3_600_000;

/** A code that somebody shows, as `rendezvousOpen` takes it. */
export interface TestShowing {
  readonly rendezvous: RendezvousId;
  readonly nonce: string;
  readonly body: {
    readonly rendezvous: string;
    readonly commitment: string;
    readonly until: number;
  };
}

export function makeShowing(who: Person, length = 6 * HOUR): TestShowing {
  const rendezvous = newId<"rendezvous">();
  const until = who.line.now() + length;
  const nonce = new Uint8Array(randomBytes(32));
  const identity = identityHash(who.account, who.identity);
  const factsA = factsOfHost({ rendezvous, account: who.account, identity, until });
  const commitment = codeCommitment({ purpose: HANDSHAKE, factsA, nonceA: nonce });
  const text = Buffer.from(nonce).toString("base64url");
  return { rendezvous, nonce: text, body: { rendezvous, commitment, until } };
}

/** Makes the only statement of a guest's chain. */
export function beginGuest(guest: Person, { body }: TestShowing): void {
  const { identity, device, deviceSigner } = guest;
  const certificate = { device, key: deviceSigner.key };
  const { until } = body;
  guest.chain = [guest.statement({ op: "begin", identity, device: certificate, slots: [], until })];
}
