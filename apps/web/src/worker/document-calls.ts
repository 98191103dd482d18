import {
  type Choice,
  ClientError,
  type FileInput,
  type HealthRecord,
  historyIn,
  inOneLine,
  isBundle,
  type ListedItem,
  listedIn,
  mediaTypeOf,
  type OfflineItem,
  type Opened,
  type Progress,
  peopleIn,
  type Revision,
  readFhir,
  resourcesOfBundle,
  type Unreadable,
  unreadableIn,
  withDigits,
} from "@ecrin/client";
import type { Added, DocumentRow, OpenedDocument, UnreadableRow, VersionRow } from "../wire.ts";
import { reachedOr, reachedOrHere, recordHere, send } from "./at-hand.ts";
import { signedInOrNot } from "./behind.ts";
import type { Handlers } from "./handlers.ts";
import { personOf } from "./people.ts";
import { current, deviceHere, ownRecord } from "./session.ts";
import { shownOf } from "./shown.ts";

type DocumentCall = "documents" | "history" | "add" | "open" | "correct" | "remove" | "settle";

/** Beyond this a JSON file is kept as a file: nobody's bundle for one person is larger. */
const BUNDLE = 64 * 1024 * 1024;

/** Up to this size a file is sealed and kept here first, and sent from here. */
const KEPT_FIRST = 64 * 1024 * 1024;

/** From this size on an upload is worth going on with. */
const RESUMED = 16 * 1024 * 1024;

/** What one does with one's own documents. */
export const documentCalls: Handlers<DocumentCall> = {
  async documents() {
    const { items } = await listed();
    return items.map(rowOf).sort((a, b) => (a.date < b.date ? 1 : a.date > b.date ? -1 : 0));
  },

  async history({ item }) {
    const isThere = await synchronised();
    const kept = await recordHere();
    if (kept !== undefined) {
      const id = itemIn(kept.items, item);
      const heads: ReadonlySet<string> = new Set(kept.items.get(id)?.heads ?? []);
      return kept.history(id).map((revision) => ({
        ...versionOf(revision, heads),
        waits: kept.waits(revision.fact.revision),
        opens: kept.opens(revision.fact.revision),
      }));
    }
    const record = await recordSeen(isThere);
    const revisions = historyIn(record.listing, itemOf(record, item));
    // Behind a version that does not open stand those it was made of.
    const found = record.listing.items.get(itemOf(record, item));
    const front = found === undefined ? [] : record.listing.front(found);
    const heads: ReadonlySet<string> = new Set(front.map(({ fact }) => fact.revision));
    return revisions.map((revision) => versionOf(revision, heads));
  },

  async add({ file, title }, progress): Promise<Added> {
    const bundle = await bundleOf(file);
    if (bundle !== undefined) {
      const here = (await synchronised()) ? undefined : await recordHere();
      const record = here ?? (await recordThere());
      const resources = resourcesOfBundle(bundle);
      const items = await record.addResources(resources, progress);
      return { items, bundle: true, people: peopleIn(resources) };
    }
    const kept = file.size <= KEPT_FIRST ? await recordHere() : undefined;
    if (kept?.mayWrite === true) {
      const item = await kept.add(inputOf(file, title));
      await send();
      return { items: [item], bundle: false, people: 0 };
    }
    const record = await recordThere();
    const options = { progress, ...(await resuming(file)) };
    const item = await record.add(inputOf(file, title), options);
    return { items: [item], bundle: false, people: 0 };
  },

  async open({ id }, progress) {
    const kept = await recordHere();
    const waiting = [...(kept?.revisions.keys() ?? [])].find((each) => each === id);
    if (kept !== undefined && waiting !== undefined && kept.waits(waiting)) {
      return await documentOf(await kept.open(waiting), progress);
    }
    const opened = await reachedOr(
      async () => {
        const record = await ownRecord();
        return await record.open(await revisionOf(record, id));
      },
      async (record) => await record.open(waiting ?? notThere()),
    );
    return await documentOf(opened, progress);
  },

  async correct({ item, file, title, shown }, progress) {
    const isThere = await synchronised();
    const kept = file.size <= KEPT_FIRST ? await recordHere() : undefined;
    if (kept?.mayWrite === true) {
      const how = { shown: versionsIn(kept.revisions, shown) };
      const name = nameAsItWas(title, kept.revisions);
      await kept.correct(itemIn(kept.items, item), inputOf(file, name), how);
      await send();
      return undefined;
    }
    const record = await recordSeen(isThere);
    const how = { progress, shown: versionsIn(record.listing.revisions, shown) };
    const name = nameAsItWas(title, record.listing.revisions);
    await record.correct(itemOf(record, item), inputOf(file, name), how);
    return undefined;
  },

  async remove({ item, shown }) {
    const isThere = await synchronised();
    const kept = await recordHere();
    if (kept?.mayWrite === true) {
      await kept.delete(itemIn(kept.items, item), inPlaceOf(kept.revisions, shown));
      await send();
      return undefined;
    }
    const record = await recordSeen(isThere);
    await record.delete(itemOf(record, item), inPlaceOf(record.listing.revisions, shown));
    return undefined;
  },

  async settle({ item, keep, shown }) {
    await synchronised();
    const kept = await recordHere();
    const { items, revisions } = kept ?? (await ownRecord()).listing;
    const versions = versionsIn(revisions, shown);
    const [chosen] = keep === "" ? [] : versionsIn(revisions, [keep]);
    const choice: Choice = chosen === undefined ? { both: true } : { keep: chosen };
    // What is sealed again is opened first: at the service where it answers, else as it is kept here.
    const open = (id: ListedItem["revision"]) =>
      reachedOr(
        async () => (kept?.waits(id) === true ? await kept.open(id) : (await ownRecord()).open(id)),
        async (record) => await record.open(id),
      );
    const how = { shown: versions, open };
    if (kept?.mayWrite === true && isSmall(versions, revisions)) {
      const { copies } = await kept.settle(itemIn(items, item), choice, how);
      await send();
      return copies;
    }
    const { copies } = await (await ownRecord()).settle(itemIn(items, item), choice, how);
    return copies;
  },
};

/** A corrected version is called what the one before is, and not how that is shown. */
function nameAsItWas(shown: string, revisions: ReadonlyMap<unknown, Revision>): string {
  const titles = [...revisions.values()].map(({ opened }) => opened?.metadata.title ?? "");
  return titles.find((title) => inOneLine(title) === shown) ?? shown;
}

/** Versions that the page names, as the record knows them. */
function versionsIn(
  revisions: ReadonlyMap<ListedItem["revision"], unknown>,
  named: readonly string[],
): ListedItem["revision"][] {
  const known = [...revisions.keys()];
  return named.map((text) => known.find((id) => id === text) ?? notThere());
}

/** What something comes in the place of: of all that stands at the front, where the page names none. */
function inPlaceOf(
  revisions: ReadonlyMap<ListedItem["revision"], unknown>,
  shown: readonly string[] | undefined,
): { shown?: ListedItem["revision"][] } {
  return shown === undefined ? {} : { shown: versionsIn(revisions, shown) };
}

/** Whether each of these may be sealed here first, and sent from here. */
function isSmall(
  shown: readonly ListedItem["revision"][],
  revisions: ReadonlyMap<ListedItem["revision"], Revision>,
): boolean {
  return shown.every((id) => (revisions.get(id)?.opened?.metadata.size ?? 0) <= KEPT_FIRST);
}

/** Fetches what is new, where the service can be reached. @returns whether it could */
async function synchronised(): Promise<boolean> {
  return await reachedOrHere(async () => await (await ownRecord()).sync());
}

/** The record at the service, for what cannot wait on this device; a sign-in under way is waited for. */
async function recordThere(): Promise<HealthRecord> {
  await signedInOrNot();
  return await ownRecord();
}

/** The same, with what is new. @param isThere whether that was just fetched (`synchronised`) */
async function recordSeen(isThere: boolean): Promise<HealthRecord> {
  const record = await recordThere();
  if (!isThere) await record.sync();
  return record;
}

/** An item of the list; where this device keeps the record, with where it is. */
type AnyItem = ListedItem & Partial<Pick<OfflineItem, "waits" | "opens">>;

/**
 * The record's list: as this device keeps it, with what waits in its place, or as the service has
 * it. And what does not open, as the service has it: what this device keeps holds nothing of that.
 */
export async function listed(): Promise<{
  readonly items: readonly AnyItem[];
  readonly unreadable: readonly Unreadable[];
}> {
  const isThere = await synchronised();
  const kept = await recordHere();
  // The record may never have been reached: nothing more is asked of a service that does not answer.
  if (kept !== undefined && !isThere) return { items: kept.list(), unreadable: [] };
  const { listing } = await recordSeen(isThere);
  return { items: kept?.list() ?? listedIn(listing), unreadable: unreadableIn(listing) };
}

/** Newest first, each called what the version of it is called that does open. */
export function unreadableRows(
  unreadable: readonly Unreadable[],
  items: readonly AnyItem[],
): readonly UnreadableRow[] {
  const titles = new Map(items.map(({ item, metadata }) => [item, metadata.title]));
  return unreadable
    .map(({ item, revision, at, author, turnedBy }) => ({
      item,
      revision,
      at,
      author: personOf(author),
      ...(turnedBy === undefined ? {} : { turnedBy: personOf(turnedBy) }),
      title: inOneLine(titles.get(item) ?? ""),
    }))
    .sort((a, b) => b.at - a.at);
}

/** An opened revision as the page shows it. The pieces go into a blob one by one, so nothing is held twice. */
export async function documentOf(opened: Opened, progress: Progress): Promise<OpenedDocument> {
  const { metadata, size } = opened;
  const resource = withDigits(opened);
  const { title, type, mediaType } = metadata;
  const parts: Blob[] = [];
  let done = 0;
  for await (const piece of opened.attachment) {
    parts.push(new Blob([piece]));
    done += piece.length;
    progress(done, size);
  }
  if (done !== size) throw new ClientError("cannot-open", "the content ended too early");
  const file = new Blob(parts);
  return {
    title: inOneLine(title),
    type,
    mediaType,
    size,
    ...(resource === undefined ? {} : { resource }),
    ...(size === 0 ? {} : { file, ...(await shownOf(mediaType, file)) }),
  };
}

/** A listed item as the page shows it. */
export function rowOf({
  item,
  revision,
  metadata,
  at,
  author,
  conflict,
  revisions,
  waits = false,
  opens = false,
}: AnyItem): DocumentRow {
  const { title, type, mediaType, size } = metadata;
  const date = metadata.date ?? new Date(at).toISOString();
  return {
    item,
    revision,
    title: inOneLine(title),
    type,
    mediaType,
    size,
    date,
    at,
    author: personOf(author),
    conflict,
    versions: revisions,
    waits,
    opens,
  };
}

function versionOf({ fact, opened, lost }: Revision, heads: ReadonlySet<string>): VersionRow {
  return {
    revision: fact.revision,
    title: inOneLine(opened?.metadata.title ?? ""),
    at: fact.at,
    author: personOf(fact.by.account),
    what: fact.op,
    current: heads.has(fact.revision),
    here: fact.by.device === deviceHere(),
    ...(lost === undefined ? {} : { lost: true }),
  };
}

/** An id the page gave, if the record has such an item. */
export function itemOf(record: HealthRecord, text: string): ListedItem["item"] {
  return itemIn(record.listing.items, text);
}

function itemIn(items: HealthRecord["listing"]["items"], text: string): ListedItem["item"] {
  const found = [...items.keys()].find((item) => item === text);
  if (found === undefined) throw new ClientError("not-found", "is not in the record");
  return found;
}

/** A revision the page named, if the record has it. */
export async function revisionOf(
  record: HealthRecord,
  text: string,
): Promise<ListedItem["revision"]> {
  const known = () => [...record.listing.revisions.keys()].find((revision) => revision === text);
  if (known() === undefined) await record.sync();
  const found = known();
  if (found === undefined) throw new ClientError("not-found", "is not in the record");
  return found;
}

function inputOf(file: File, title: string): FileInput {
  return {
    title,
    mediaType: file.type === "" ? mediaTypeOf(file.name) : file.type,
    content: { open: () => piecesOf(file), size: file.size },
  };
}

/**
 * Under what a large upload is found again when the same file is added after the page was closed.
 * The store seals values and not keys, so the file's name goes in as a hash.
 */
async function resuming(file: File): Promise<{ resume?: string }> {
  if (file.size < RESUMED) return {};
  const facts = new TextEncoder().encode(
    JSON.stringify([current().id, file.name, file.size, file.lastModified]),
  );
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", facts));
  return { resume: [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("") };
}

async function* piecesOf(file: File): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const reader = file.stream().getReader();
  for (;;) {
    const next = await reader.read();
    if (next.done) return;
    yield next.value;
  }
}

/** A FHIR bundle, parsed, where the file is one. */
async function bundleOf(file: File): Promise<unknown> {
  if (!/\.json$/i.test(file.name) || file.size > BUNDLE) return undefined;
  try {
    const value = readFhir(await file.text());
    return isBundle(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function notThere(): never {
  throw new ClientError("not-found", "is not in the record");
}
