import {
  type Account,
  bytesOf,
  memoryStore,
  type RawStore,
  signInWithKit,
  signUp,
} from "@ecrin/client";
import { fromUtf8 } from "@ecrin/protocol";
import { PASSWORD } from "./flows.ts";
import type { Ground } from "./ground.ts";
import type { Look, Visitor } from "./visitor.ts";
import { otherDevice } from "./waiting-room.ts";
import type { Language } from "./words.ts";

// People whom no walk follows: what they do is done by the SDK.

export interface Somebody {
  readonly account: Account;
  readonly address: string;
  /** Their kit as letters. */
  readonly kit: string;
  /** What their device keeps. */
  readonly store: RawStore;
}

let count = 0;

/** An account made without a page. @param fetch what their program puts in the place of the network */
export async function somebody(
  { url }: Ground,
  name: string,
  fetch?: typeof globalThis.fetch,
): Promise<Somebody> {
  count += 1;
  const address = `somebody${count}@example.org`;
  const store = memoryStore();
  const place = { server: url, store, ...(fetch === undefined ? {} : { fetch }) };
  const { account, kit } = await signUp({ ...place, address, name, password: PASSWORD });
  return { account, address, kit: kit.text(), store };
}

/** The same person on another device of theirs, without a page. @param store what that one keeps */
export async function elsewhere(
  ground: Ground,
  { address, kit }: Pick<Somebody, "address" | "kit">,
  store: RawStore = memoryStore(),
): Promise<Account> {
  const now = () => Date.now() + ground.ahead;
  const place = { server: ground.url, store, now };
  return await signInWithKit({ ...place, address, kit, password: PASSWORD });
}

/** What a device that is new to them finds in their record: texts by their titles. */
export async function textsElsewhere(
  ground: Ground,
  person: Pick<Somebody, "address" | "kit">,
): Promise<Readonly<Record<string, string>>> {
  const account = await elsewhere(ground, person);
  const record = await account.record();
  const texts: Record<string, string> = {};
  for (const { item, metadata } of await record.list())
    texts[metadata.title] = fromUtf8(await bytesOf(await record.open(item)));
  await account.lock();
  return texts;
}

/** Somebody with texts of these titles, at a page of their own that their kit has opened. */
export async function atPage(
  ground: Ground,
  language: Language,
  look: Look,
  titles: readonly string[],
): Promise<Somebody & Visitor> {
  const person = await somebody(ground, "Alice Martin");
  const record = await person.account.record();
  for (const title of titles)
    await record.add({ title, mediaType: "text/plain", content: new TextEncoder().encode(title) });
  return { ...person, ...(await otherDevice(ground, language, person, look)) };
}
