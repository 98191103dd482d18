// A server in memory that hands out the whole record, and an account that opens it with our own
// code, by the parts that the client itself is made of.

import { kitSlot, passwordSlot, releaseOf } from "@ecrin/crypto";
import {
  type Bytes,
  fromBase64url,
  type RouteAnswer,
  type SpaceId,
  type Statement,
  toBase64url,
} from "@ecrin/protocol";
import { ClientError } from "../../packages/client/src/errors.ts";
import { Http } from "../../packages/client/src/http.ts";
import { Inbox } from "../../packages/client/src/inbox.ts";
import { readKit } from "../../packages/client/src/kit.ts";
import { isOpenable, type OpenableRevision } from "../../packages/client/src/listing.ts";
import { bytesOf, openThrough } from "../../packages/client/src/open.ts";
import { checkPasswordSlot, openAccount, unlock } from "../../packages/client/src/open-account.ts";
import type { OwnDevice } from "../../packages/client/src/own-device.ts";
import { HealthRecord } from "../../packages/client/src/record.ts";
import { checkedContentKey } from "../../packages/client/src/release.ts";
import { SharedView } from "../../packages/client/src/shared-view.ts";
import { memoryStore } from "../../packages/client/src/store.memory.ts";
import { Store } from "../../packages/client/src/store.ts";
import type { WholeRefusal } from "./whole-record.ts";

type Contents = Readonly<Record<string, string>>;
type Chain = RouteAnswer<"chainOfSpace"> & { readonly wraps: RouteAnswer<"wraps"> };

/** vectors/record/whole-record.json. */
export interface WholeRecord {
  readonly kit: string;
  readonly device: Pick<OwnDevice, "device" | "seed">;
  readonly now: number;
  readonly server: Pick<RouteAnswer<"server">, "logKey" | "releaseKey">;
  readonly account: Omit<RouteAnswer<"account">, "notices">;
  readonly accounts: Readonly<Record<string, readonly Statement[]>>;
  readonly record: Chain &
    Pick<RouteAnswer<"revisions">, "revisions" | "tree"> & {
      readonly space: SpaceId;
      readonly contents: Contents;
    };
  readonly inbox: RouteAnswer<"inbox"> & { readonly contents: Contents };
  readonly share: Chain &
    RouteAnswer<"share"> & {
      readonly share: SpaceId;
      readonly metadata: readonly string[];
      readonly contents: Contents;
      readonly releases: readonly string[];
    };
  readonly inside: {
    readonly inbox: { readonly deposits: readonly Readonly<Record<string, unknown>>[] };
    readonly password: { readonly exportKey: string; readonly secretKey: string };
  };
  readonly refuse: readonly WholeRefusal[];
}

const SERVER = "https://ecrin.example";

/** What the server of a file answers to a path. */
function answer(file: WholeRecord, url: URL): unknown {
  const { server, account, accounts, record, inbox, share, now } = file;
  const [kind, id, of, revision] = url.pathname.split("/").slice(2);
  const from = Number(url.searchParams.get("from") ?? 0);
  const space = id === record.space ? record : share;
  if (kind === "server") {
    const signIn = { memoryKiB: 65_536, iterations: 3, parallelism: 4 };
    const rest = { suite: "ecrin-1", version: "0", time: now, addressKey: server.releaseKey };
    return { ...rest, ...server, signIn };
  }
  if (kind === "account") return { ...account, notices: [] };
  if (kind === "accounts") {
    const chain = id === account.account ? account.chain : accounts[id ?? ""];
    return { statements: chain?.slice(from) ?? [] };
  }
  if (kind === "shares" && of === "metadata") return { metadata: share.metadata };
  if (kind === "shares") {
    const { statements, links, headers, about, ended } = share;
    return { statements, links, headers, about, ended };
  }
  if (kind === "deposits") return fromBase64url(inbox.contents[id ?? ""] ?? "");
  if (of === "inbox") return { deposits: inbox.deposits.slice(from), seeds: inbox.seeds };
  if (of === "wraps") return space.wraps;
  if (of === "revisions" && revision !== undefined)
    return fromBase64url(space.contents[revision] ?? "");
  if (of === "revisions") {
    const { tree, head, revisions } = record;
    return { revisions: revisions.slice(from), tree, head, journal: record.statements[0] };
  }
  return { statements: space.statements.slice(from), head: space.head };
}

async function sessionWith(file: WholeRecord): Promise<Http> {
  const http = new Http({
    server: SERVER,
    now: () => file.now,
    fetch: (input) => {
      const given = answer(file, new URL(String(input)));
      const isBytes = given instanceof Uint8Array;
      const type = isBytes ? "application/octet-stream" : "application/json";
      const headers = { "content-type": type, "ecrin-nonce": "nonce" };
      const body = isBytes ? new Uint8Array(given) : JSON.stringify(given);
      return Promise.resolve(new Response(body, { headers }));
    },
  });
  await http.begin();
  http.enter({ token: "token", expires: file.now + 1 });
  return http;
}

/** Everything that opens, in the form of the file's `inside`. */
export async function openWhole(file: WholeRecord): Promise<object> {
  const http = await sessionWith(file);
  const { account, code } = await readKit(file.kit);
  if (account === undefined) throw new TypeError("the kit names no account");
  const opened = await openAccount(http, account, kitSlot(code));
  const { accountKey, keyring } = opened;
  const store = await Store.create(memoryStore(), account, "password", []);
  const own = { ...file.device, secretKey: keyring.secretKey, server: SERVER };
  const u = await unlock(opened, { http, store, own, now: () => file.now });

  const record = new HealthRecord(u, file.record.space);
  const { view, listing } = record;
  await record.sync();
  const epochs: object[] = [];
  for (const { epoch } of view.state.epochs) {
    const { space, release } = (await view.bothHeld(epoch.n)) ?? {};
    epochs.push({ space: toBase64url(space ?? NONE), release: toBase64url(release ?? NONE) });
  }
  const revisions: object[] = [];
  for (const revision of listing.revisions.values()) {
    if (!isOpenable(revision)) {
      revisions.push({ revision: revision.fact.revision });
      continue;
    }
    const { fact } = revision;
    const release = releaseOf(await view.secret("release", fact.epoch), fact);
    revisions.push(await contentOf(http, view.space, revision, release));
  }
  const heads = Object.fromEntries(
    [...listing.items].map(([item, history]) => [item, [...history.heads]]),
  );

  const shared = new SharedView(u, file.share.share);
  await shared.sync();
  const linked: object[] = [];
  for (const [i, { fact, secret, metadata }] of shared.items.entries()) {
    const release = fromBase64url(file.share.releases[i] ?? "");
    const revision = { fact, opened: { secret, metadata } };
    linked.push(await contentOf(http, shared.share, revision, release));
  }
  const space = toBase64url(await shared.view.secret("space"));
  return {
    kitCode: toBase64url(code),
    accountKey: toBase64url(accountKey),
    keyring,
    epochs,
    revisions,
    heads,
    inbox: { deposits: await given(new Inbox(u, record)) },
    share: { space, about: shared.about, revisions: linked },
  };
}

/** What waits in an inbox. What does not hold is left out of a list, and counted. */
async function given(inbox: Inbox): Promise<object[]> {
  const waiting = await inbox.list();
  if (inbox.refused > 0) throw new ClientError("cannot-open", "a deposit does not hold");
  return await Promise.all(
    waiting.map(async ({ deposit, author, metadata }) => {
      const bytes = toBase64url(await bytesOf(await inbox.open(deposit)));
      return { deposit, author, metadata, bytes };
    }),
  );
}

const NONE = new Uint8Array();

async function contentOf(
  http: Http,
  through: SpaceId,
  { fact, opened: { secret, metadata } }: Pick<OpenableRevision, "fact" | "opened">,
  release: Bytes,
): Promise<object> {
  const { key, ctx } = checkedContentKey(fact, secret, release);
  const opened = await openThrough(http, through, { fact, metadata, key, ctx });
  const { resourceBytes } = opened;
  return {
    revision: fact.revision,
    secret: toBase64url(secret),
    metadata,
    release: toBase64url(release),
    contentKey: toBase64url(key),
    ...(resourceBytes.length === 0 ? {} : { resource: Buffer.from(resourceBytes).toString() }),
    bytes: toBase64url(await bytesOf(opened)),
  };
}

/** The password's slot gives the account key as well. @throws ClientError `cannot-open` where it does not */
export async function openByPassword(file: WholeRecord): Promise<void> {
  const { account, inside } = file;
  const [exportKey, secretKey] = [inside.password.exportKey, inside.password.secretKey].map(
    (text) => fromBase64url(text),
  );
  const secrets = passwordSlot(exportKey ?? NONE, secretKey ?? NONE);
  const opened = await openAccount(await sessionWith(file), account.account, secrets);
  await checkPasswordSlot(opened, exportKey ?? NONE);
}
