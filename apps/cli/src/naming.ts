import type {
  Account,
  Contact,
  HealthRecord,
  ListedItem,
  OfflineAccount,
  OfflineItem,
  OfflineRecord,
  OfflineShare,
  SharedItem,
  SharedView,
} from "@ecrin/client";
import type { AccountId } from "@ecrin/protocol";
import { CommandError } from "./exit.ts";
import type { Home, ListedLine } from "./home.ts";
import { namesId, oneNamed, shortId } from "./short-id.ts";
import { shown } from "./shown.ts";
import type { AtHand } from "./standing.ts";
import type { Words } from "./words.ts";

/** An item somebody named, with what opens it. */
export type Place =
  | { readonly record: HealthRecord; readonly listed: ListedItem }
  | { readonly view: SharedView; readonly item: SharedItem };

const LINE = /^\d{1,3}$/;

/** The contact that a name, or the beginning of an id, means. @throws CommandError */
export function contactNamed(account: Account, text: string): Contact {
  const contacts = account.contacts().list();
  const wanted = folded(text);
  const exact = contacts.filter(({ name }) => folded(name) === wanted);
  const found =
    exact.length > 0
      ? exact
      : contacts.filter(
          (each) => folded(each.name).includes(wanted) || namesId(text, each.account),
        );
  const [contact, another] = found;
  if (contact === undefined) throw new CommandError("contact-unknown", text);
  if (another !== undefined) throw new CommandError("contact-ambiguous", text);
  return contact;
}

/** A contact, or one of these people by the beginning of their id. @throws CommandError */
export function personNamed(
  account: Account,
  text: string,
  others: readonly AccountId[],
): AccountId {
  try {
    return contactNamed(account, text).account;
  } catch (error) {
    if (!(error instanceof CommandError) || error.code !== "contact-unknown") throw error;
    return oneNamed(others, text, (id) => id, "contact-unknown");
  }
}

/** What an account is called here: its own name, what this person calls the contact, or its id. */
export function nameOf(account: AtHand, id: AccountId | undefined, words: Words): string {
  if (id === undefined) return words.who.service;
  if (id === account.id) return shown(account.name);
  const contact =
    "people" in account
      ? account.people.find((each) => each.account === id)
      : account.contacts().get(id);
  return contact === undefined ? words.who.unknown(shortId(id)) : shown(contact.name);
}

/** How sure this account can be of who another one is, in words. */
export function verifiedIn(account: Account, id: AccountId, words: Words): string {
  if (id === account.id) return words.verified.you;
  return words.verified[account.contacts().get(id)?.verified ?? "none"];
}

/** The record named by its owner, or by the beginning of its id; one's own when nothing was said. */
export async function recordNamed(
  account: Account,
  text: string | undefined,
): Promise<HealthRecord> {
  if (text === undefined) return await account.record();
  const records = await account.records();
  if (records.some(({ space }) => namesId(text, space)))
    return oneNamed(records, text, ({ space }) => space, "record-unknown");
  const found: HealthRecord[] = [];
  for (const record of records) {
    const owner = (await record.members()).find((member) => member.role === "owner")?.account;
    const contact = owner === undefined ? undefined : account.contacts().get(owner);
    const isContacts = contact !== undefined && folded(contact.name).includes(folded(text));
    const isOwn = owner === account.id && folded(account.name) === folded(text);
    if (isContacts || isOwn) found.push(record);
  }
  return onlyRecord(found, text);
}

function onlyRecord<T>([record, another]: readonly T[], text: string): T {
  if (record === undefined) throw new CommandError("record-unknown", text);
  if (another !== undefined) throw new CommandError("id-ambiguous", text);
  return record;
}

/** The item that a line number of the last list, or the beginning of an id, means. @throws CommandError */
export async function placeNamed(account: Account, home: Home, text: string): Promise<Place> {
  if (LINE.test(text)) {
    const line = (await home.lastList())[Number(text) - 1];
    if (line === undefined) throw new CommandError("item-unknown", text);
    return (await placeOfLine(account, line)) ?? movedOn(text);
  }
  const found = await placesNamed(account, text);
  const [place, another] = found;
  if (place === undefined) throw new CommandError("item-unknown", text);
  if (another !== undefined) throw new CommandError("item-ambiguous", text);
  return place;
}

/** An item of a record: what can be corrected, deleted or shared. */
export async function listedNamed(
  account: Account,
  home: Home,
  text: string,
): Promise<{ record: HealthRecord; listed: ListedItem }> {
  const place = await placeNamed(account, home, text);
  if ("record" in place) return place;
  throw new CommandError("item-unknown", text);
}

/** The same among what this device keeps. @throws CommandError */
export async function itemHere(
  here: OfflineAccount,
  home: Home,
  text: string,
): Promise<{ record: OfflineRecord; listed: OfflineItem }> {
  const line = LINE.test(text) ? (await home.lastList())[Number(text) - 1] : undefined;
  if (LINE.test(text) && line === undefined) throw new CommandError("item-unknown", text);
  const places = (await here.records()).flatMap((record) =>
    record.list().map((listed) => ({ record, listed })),
  );
  const found = places.filter(({ listed }) =>
    line === undefined
      ? namesId(text, listed.revision) || namesId(text, listed.item)
      : listed.item === line.item,
  );
  const place = found.find(({ listed }) => listed.revision === line?.revision) ?? found.at(-1);
  if (place === undefined) throw new CommandError("item-unknown", text);
  if (new Set(found.map(({ listed }) => listed.item)).size > 1)
    throw new CommandError("item-ambiguous", text);
  return place;
}

/** An item kept here, of a record or of a share that somebody made for this account. */
export type PlaceHere =
  | { readonly record: OfflineRecord; readonly listed: OfflineItem }
  | { readonly share: OfflineShare; readonly item: OfflineShare["items"][number] };

/** What `placeNamed` finds, among what this device keeps. @throws CommandError */
export async function placeHere(
  here: OfflineAccount,
  home: Home,
  text: string,
): Promise<PlaceHere> {
  const line = LINE.test(text) ? (await home.lastList())[Number(text) - 1] : undefined;
  const shared = (await here.sharedWithMe()).flatMap((share) =>
    share.items.map((item) => ({ share, item })),
  );
  const found = shared.filter(({ share, item: { fact } }) =>
    line === undefined
      ? namesId(text, fact.revision) || namesId(text, fact.item)
      : share.share === line.share && fact.revision === line.revision,
  );
  if (line?.share !== undefined) return found[0] ?? movedOn(text);
  try {
    return await itemHere(here, home, text);
  } catch (error) {
    // Somebody's own record goes before what others share from theirs.
    const isUnknown = error instanceof CommandError && error.code === "item-unknown";
    if (!isUnknown || found[0] === undefined) throw error;
    if (new Set(found.map(({ item }) => item.fact.revision)).size > 1)
      throw new CommandError("item-ambiguous", text);
    return found[0];
  }
}

/** A record that is kept here, by the beginning of its id or its owner's name; one's own when nothing was said. */
export async function recordHere(
  here: OfflineAccount,
  text: string | undefined,
): Promise<OfflineRecord> {
  if (text === undefined) return await here.record();
  const records = await here.records();
  if (records.some(({ space }) => namesId(text, space)))
    return oneNamed(records, text, ({ space }) => space, "record-unknown");
  const found = records.filter(({ owner }) => {
    const contact = here.people.find(({ account }) => account === owner)?.name;
    const name = owner === here.id ? here.name : contact;
    return name !== undefined && folded(name) === folded(text);
  });
  return onlyRecord(found, text);
}

async function placeOfLine(account: Account, line: ListedLine): Promise<Place | undefined> {
  if (line.share !== undefined) {
    const view = (await account.sharedWithMe()).find((each) => each.share === line.share);
    await view?.sync();
    const item = view?.items.find((each) => each.fact.revision === line.revision);
    return view !== undefined && item !== undefined ? { view, item } : undefined;
  }
  const record = (await account.records()).find((each) => each.space === line.space);
  const all = (await record?.list()) ?? [];
  const listed =
    all.find((each) => each.revision === line.revision) ??
    all.find((each) => each.item === line.item);
  return record !== undefined && listed !== undefined ? { record, listed } : undefined;
}

async function placesNamed(account: Account, text: string): Promise<Place[]> {
  const places: Place[] = [];
  for (const record of await account.records()) {
    for (const listed of await record.list()) {
      if (namesId(text, listed.revision) || namesId(text, listed.item)) {
        places.push({ record, listed });
      }
    }
  }
  // Somebody's own record goes before what others share from theirs.
  if (places.length > 0) return onePerItem(places);
  for (const view of await account.sharedWithMe()) {
    await view.sync();
    for (const item of view.items) {
      if (namesId(text, item.fact.revision) || namesId(text, item.fact.item)) {
        places.push({ view, item });
      }
    }
  }
  return onePerRevision(places);
}

/** An item whose versions stand side by side is one item: the newest of them, where not one is named. */
function onePerItem(places: readonly Place[]): Place[] {
  return [
    ...new Map(places.map((place) => ["record" in place ? place.listed.item : "", place])).values(),
  ];
}

/** The same revision shared twice is one document. */
function onePerRevision(places: readonly Place[]): Place[] {
  const seen = new Map(
    places.map((place) => [
      "view" in place ? place.item.fact.revision : place.listed.revision,
      place,
    ]),
  );
  return [...seen.values()];
}

function movedOn(text: string): never {
  throw new CommandError("list-moved-on", text);
}

/** Without case and accents, as people type names. */
export function folded(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").trim().toLowerCase();
}
