// An inbox whose seed exists, and a deposit that opens (spec/deposit.md). By the references.

import { hmac, wrap, xwingPublic } from "../../packages/crypto/test/reference.ts";
import { by, type Device, type Head } from "../../packages/protocol/test/people.ts";
import {
  b64,
  context,
  type Fields,
  pattern,
  sha256,
  statement,
  unb64,
} from "../../packages/protocol/test/reference.ts";
import type { SealedPerson } from "./sealed-people.ts";
import { type Contents, type Sealed, sealedContents } from "./sealed-space.ts";

/** The inbox of a space, held by one account. */
export interface SealedInbox {
  readonly seed: Buffer;
  /** The hash that stands for it among the recipients of a deposit. */
  readonly name: string;
  readonly key: Buffer;
  /** What the statement that begins it says. */
  readonly fact: Fields;
  /** As the server hands it to the holder. */
  readonly handed: { readonly n: number; readonly identity: string; readonly wrap: string };
}

export function sealedInbox(space: string, n: number, holder: SealedPerson): SealedInbox {
  const { account, hash: identity } = holder;
  const seed = pattern(`inbox ${space} ${n}`, 32);
  const key = xwingPublic(seed);
  const ctx = context("wrap inbox key", space, n, account, unb64(identity));
  const randomness = pattern(`wrap of the inbox ${space} ${n}`, 64);
  const sealed = wrap(unb64(holder.identity.seal), randomness, ctx, seed);
  const holders = [{ account, identity, wrap: b64(sha256(sealed)) }];
  return {
    seed,
    name: b64(context("inbox key", space, n, key)),
    key,
    fact: { n, key: b64(key), holders },
    handed: { n, identity, wrap: b64(sealed) },
  };
}

/** Where a deposit is made, and when. */
export interface DepositDraft {
  readonly space: string;
  readonly deposit: string;
  readonly spaceHead: Head;
  readonly at: number;
  readonly device: Device;
}

/** What somebody gives to those who hold an inbox. */
export function sealedDeposit(
  whose: SealedPerson,
  { device, ...draft }: DepositDraft,
  inbox: SealedInbox,
  contents: Contents,
): Sealed {
  const { space, deposit, spaceHead } = draft;
  const ctx = context("deposit", space, deposit, whose.account);
  const [secret, release] = [pattern(`R ${deposit}`, 32), pattern(`h ${deposit}`, 32)];
  const made = sealedContents(ctx, deposit, secret, release, contents);
  const bound = context("wrap deposit", space, deposit, "inbox", unb64(inbox.name));
  const randomness = pattern(`wrap of ${deposit}`, 64);
  const sealed = wrap(inbox.key, randomness, bound, Buffer.concat([secret, release]));
  const commitment = (of: string, key: Buffer) =>
    b64(hmac(key, context(`commit deposit ${of}`, space, deposit)));
  const payload = {
    ...draft,
    ...made.facts,
    spaceHead: { ...spaceHead },
    to: [{ recipient: "inbox", identity: inbox.name, wrap: b64(sha256(sealed)) }],
    commit: {
      secret: commitment("secret", secret),
      content: commitment("content", made.contentKey),
    },
    by: by(whose, undefined, device),
  };
  return {
    statement: statement("deposit", payload, device.pair),
    wrap: sealed,
    metadata: b64(made.metadata),
    content: b64(made.content),
    secret,
    release,
    contentKey: made.contentKey,
  };
}
