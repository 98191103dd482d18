// Every file under vectors/protocol, by name.

import { accountChains } from "./accounts.ts";
import { approvals } from "./approvals.ts";
import type { Book } from "./book.ts";
import { deposits, inboxes } from "./deposits.ts";
import {
  base64url,
  canonicalJson,
  contexts,
  merkleRoots,
  paddedSizes,
  wraps,
} from "./encodings.ts";
import { epochs } from "./epochs.ts";
import { contactCodes, handshakeCodes, journals, reads } from "./facts.ts";
import { items } from "./items.ts";
import { linkCases, linkSets } from "./links.ts";
import { checkpoints, logKeys, proofs, tiles } from "./log.ts";
import { purposes } from "./purposes.ts";
import { revisions } from "./revisions.ts";
import { rotations, spaceChains } from "./spaces.ts";
import { statements } from "./statements.ts";
import { successions } from "./succession.ts";
import { addCheckpoints, cosignatures, verifierKeys } from "./witnesses.ts";

export const BOOKS: ReadonlyMap<string, () => Book> = new Map([
  ["context", contexts],
  ["purpose", purposes],
  ["canonical", canonicalJson],
  ["base64url", base64url],
  ["padded", paddedSizes],
  ["merkle", merkleRoots],
  ["wraps", wraps],
  ["epoch", epochs],
  ["statement", statements],
  ["account", accountChains],
  ["approval", approvals],
  ["space", spaceChains],
  ["rotation", rotations],
  ["revision", revisions],
  ["item", items],
  ["read", reads],
  ["inbox", inboxes],
  ["deposit", deposits],
  ["link", linkCases],
  ["link-set", linkSets],
  ["contact", contactCodes],
  ["handshake", handshakeCodes],
  ["journal", journals],
  ["tile", tiles],
  ["proof", proofs],
  ["checkpoint", checkpoints],
  ["log-key", logKeys],
  ["succession", successions],
  ["cosignature", cosignatures],
  ["add-checkpoint", addCheckpoints],
  ["verifier-key", verifierKeys],
]);
