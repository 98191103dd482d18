import { newSecret, signerFrom } from "@ecrin/crypto";
import { type AccountId, newId, toBase64url } from "@ecrin/protocol";
import { Http } from "../src/http.ts";
import { type Keyring, KeyringBook, type SealedKeyring, sealKeyring } from "../src/keyring.ts";
import { memoryStore } from "../src/store.memory.ts";
import { Store } from "../src/store.ts";

/** A server in memory that keeps chains and a keyring, and does with them what a test tells it. */
export class SmallServer {
  readonly chains = new Map<string, readonly string[]>();
  keyring: SealedKeyring = { version: 0, box: "" };
  asked = 0;
  /** Answers are made at once and arrive after this. */
  held: Promise<void> = Promise.resolve();

  /** An Http in session with this server. */
  async http(account: AccountId): Promise<Http> {
    const http = new Http({
      server: "https://ecrin.example",
      fetch: async (input, init = {}) => {
        const answer = this.#answer(account, new URL(String(input)), init);
        await this.held;
        return answer;
      },
    });
    await http.begin();
    http.enter({ token: "token", expires: 1 });
    return http;
  }

  #answer(account: AccountId, url: URL, init: RequestInit): Response {
    this.asked += 1;
    const id = /^\/v1\/accounts\/(.*)$/.exec(url.pathname)?.[1];
    if (id !== undefined) {
      const from = Number(url.searchParams.get("from") ?? 0);
      return json({ statements: (this.chains.get(id) ?? []).slice(from) });
    }
    if (url.pathname === "/v1/account/keyring") return this.#put(String(init.body));
    if (url.pathname === "/v1/account") {
      return json({ account, chain: [], slots: [], keyring: this.keyring, notices: [] });
    }
    return json(FACTS);
  }

  #put(body: string): Response {
    const { replaces, version, box } = JSON.parse(body);
    if (replaces !== this.keyring.version) return STALE();
    this.keyring = { version, box };
    return json({});
  }
}

/** A keyring of an account, fresh at the server and open on a device. */
export async function openBook(
  server: SmallServer,
  identity: Keyring["identity"] = {
    seal: toBase64url(newSecret()),
    sign: toBase64url(newSecret()),
  },
) {
  const account = newId<"account">();
  const accountKey = newSecret();
  const keyring: Keyring = {
    identity,
    secretKey: toBase64url(newSecret()),
    profile: { name: "Alice" },
    contacts: [],
    heads: [],
    log: { key: (await signerFrom(newSecret())).publicKey },
  };
  server.keyring = await sealKeyring(accountKey, account, 1, keyring);
  const raw = memoryStore();
  const store = await Store.create(raw, account, "password", []);
  const http = await server.http(account);
  /** Another opening of the same account: on this device, or with a store of its own. */
  const open = async (own: Store = store) =>
    await KeyringBook.open(
      { account, accountKey: accountKey.slice(), http, store: own },
      server.keyring,
    );
  const elsewhere = async () => await Store.create(memoryStore(), account, "password", []);
  return { account, accountKey, keyring, store, http, open, elsewhere, book: await open() };
}

const json = (body: unknown) =>
  new Response(JSON.stringify(body), {
    headers: { "content-type": "application/json", "ecrin-nonce": "nonce" },
  });

const STALE = () =>
  new Response(
    JSON.stringify({ type: "/problems/stale-head", title: "", status: 409, code: "stale-head" }),
    { status: 409, headers: { "content-type": "application/problem+json" } },
  );

const FACTS = {
  suite: "ecrin-1",
  version: "0",
  time: 1,
  logKey: "A".repeat(43),
  releaseKey: "A".repeat(1622),
  addressKey: "A".repeat(1622),
  signIn: { memoryKiB: 65_536, iterations: 3, parallelism: 4 },
};
