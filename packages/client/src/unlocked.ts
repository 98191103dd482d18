import type { Signer as DeviceSigner } from "@ecrin/crypto";
import type {
  AccountId,
  Bytes,
  DeviceId,
  Hash,
  Head,
  Json,
  SealingKey,
  SigningKey,
  Statement,
  StatementKind,
} from "@ecrin/protocol";
import type { AccountBook } from "./accounts.ts";
import type { Http } from "./http.ts";
import type { KeyringBook } from "./keyring.ts";
import type { Store } from "./store.ts";

/** What the server says of itself, pinned by the keyring from the first time on. */
export interface ServerFacts {
  readonly logKey: SigningKey;
  readonly releaseKey: SealingKey;
  readonly addressKey: SealingKey;
}

/** An account unlocked on a device: what the flows of this package work with. Holds every secret of the session. */
export interface Unlocked {
  readonly account: AccountId;
  readonly device: DeviceId;
  readonly deviceSigner: DeviceSigner;
  readonly http: Http;
  readonly server: ServerFacts;
  readonly store: Store;
  readonly keyring: KeyringBook;
  readonly accounts: AccountBook;
  /** Milliseconds since 1970; injected in tests. */
  now(): number;
  /** The head of this account's own chain. */
  head(): Head;
  /** Signs as this device: `suite`, `by` and `at` are filled in. */
  sign(
    kind: StatementKind,
    facts: { readonly [name: string]: Json | undefined },
  ): Promise<Statement>;
  /** Opens a wrap made for an identity of this account, the current one or, by its hash, an earlier one. */
  openWrap(ctx: Bytes, wrap: Bytes, identity?: Hash): Promise<Bytes>;
}
