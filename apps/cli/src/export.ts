import { mkdir, open as openFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  ClientError,
  Decimal,
  fhirText,
  type HealthRecord,
  type ListedItem,
  type Opened,
  withDigits,
} from "@ecrin/client";
import { fromBase64url, type ItemId } from "@ecrin/protocol";
import type { Command } from "commander";
import { CommandError } from "./exit.ts";
import { Invocation } from "./invocation.ts";
import { recordNamed } from "./naming.ts";
import { fileNameOf } from "./open.ts";
import { progressLine } from "./progress.ts";
import { shortId } from "./short-id.ts";
import { shown, titleIn } from "./shown.ts";
import { refuseAnything, wholeFolder } from "./whole-file.ts";
import type { Words } from "./words.ts";

/** What an export came to. */
interface Exported {
  readonly resources: number;
  readonly files: number;
  /** What is in the record, does not open, and is not in the export. */
  readonly shut: readonly Shut[];
}

interface Shut {
  readonly item: ItemId;
  readonly title: string;
}

/** One item of the record, opened, or that it does not open. */
interface Each extends Shut {
  readonly opened: Opened | undefined;
}

export function defineExport(program: Command, { help }: Words): void {
  program
    .command("export")
    .description(help.export)
    .argument("<folder>", help.args.newFolder)
    .option("--record <owner>", help.options.record)
    .action(async (folder: string, options: { record?: string }, command: Command) => {
      await exportRecord(Invocation.of(command), folder, options.record);
    });
}

/** Everything in plain form: one FHIR R4 bundle, and the attachments as files beside it. */
async function exportRecord(
  call: Invocation,
  folder: string,
  owner: string | undefined,
): Promise<void> {
  await refuseAnything(folder);
  await call.unlocked(async (account) => {
    const record = await recordNamed(account, owner);
    const made = await wholeFolder(folder, (part) => writeAll(call, record, part));
    const exported = { folder, ...made };
    const { said } = call.words;
    await call.result(exported, [
      said.exported(exported.resources, exported.files, shown(folder)),
      said.exportedPlain,
      ...(made.shut.length === 0 ? [] : [said.exportShut(made.shut.length)]),
      ...made.shut.map(({ item, title }) => `  ${shortId(item)}  ${titleIn(title)}`),
    ]);
  });
}

async function writeAll(call: Invocation, record: HealthRecord, folder: string): Promise<Exported> {
  await mkdir(join(folder, "files"), { mode: 0o700 });
  const items = (await record.list()).filter(({ metadata }) => metadata.kind === "fhir");
  const line = progressLine(call, call.words.said.exporting, "things");
  const entries: Entry[] = [];
  const shut: Shut[] = [];
  let files = 0;
  try {
    for await (const { opened, ...each } of eachOpened(record, items)) {
      const number = String(files + 1).padStart(4, "0");
      const name = `${number}-${fileNameOf(each.title)}`;
      const path = join(folder, "files", name);
      const resource = opened && withDigits(opened);
      if (opened === undefined || resource === undefined) shut.push(each);
      else if (opened.size === 0) entries.push({ item: each.item, resource });
      else if (await isWritten(path, opened)) {
        files += 1;
        const named = withUrl(resource, `files/${encodeURIComponent(name)}`);
        entries.push({ item: each.item, resource: named });
      } else shut.push(each);
      line.moved(entries.length + shut.length, items.length);
    }
  } finally {
    line.done();
  }
  const path = join(folder, "bundle.json");
  const text = bundleOf(entries);
  await writeFile(path, text, { flag: "wx", mode: 0o600 }).catch(unwritable(path));
  return { resources: entries.length, files, shut };
}

/** A resource, and the item that it is here. */
interface Entry {
  readonly item: ItemId;
  readonly resource: unknown;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * A FHIR R4 bundle, an entry a line. Each has an address of its own (bdl-7): by the resource's id where
 * that is a UUID, so that what refers to it finds it, and else, as for a second of the same id, by the item's.
 */
function bundleOf(entries: readonly Entry[]): string {
  const taken = new Set<string>();
  const lines = entries.map(({ item, resource }) => {
    const { id } = Object(resource);
    const isOwn = typeof id === "string" && UUID.test(id) && !taken.has(id);
    const uuid = isOwn ? id : uuidOf(item);
    taken.add(uuid);
    return fhirText({ fullUrl: `urn:uuid:${uuid}`, resource });
  });
  const head = '{"resourceType":"Bundle","type":"collection"';
  // FHIR has no empty lists.
  return lines.length === 0 ? `${head}}\n` : `${head},"entry":[\n${lines.join(",\n")}\n]}\n`;
}

/** An item's 16 random bytes in the form of RFC 9562, version 4. */
function uuidOf(item: ItemId): string {
  const bytes = fromBase64url(item, "item");
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/**
 * Everything, together; from the first that does not open on one by one: what somebody has sealed
 * wrongly keeps nobody from taking the rest along.
 */
async function* eachOpened(
  record: HealthRecord,
  items: readonly ListedItem[],
): AsyncGenerator<Each, void, undefined> {
  const eachOf = ({ item, metadata }: ListedItem, opened?: Opened) => {
    return { item, title: metadata.title, opened };
  };
  let done = 0;
  try {
    for await (const { opened } of record.openAll(items.map(({ revision }) => revision))) {
      const listed = items[done];
      if (listed === undefined) return;
      yield eachOf(listed, opened);
      done += 1;
    }
    return;
  } catch (error) {
    if (!isShut(error)) throw error;
  }
  for (const listed of items.slice(done)) {
    const opened = await record.open(listed.revision, "export").catch((error: unknown) => {
      if (!isShut(error)) throw error;
      return undefined;
    });
    yield eachOf(listed, opened);
  }
}

function isShut(error: unknown): boolean {
  return error instanceof ClientError && error.code === "cannot-open";
}

/** @returns whether all of it was there; what was not leaves nothing behind */
async function isWritten(path: string, opened: Opened): Promise<boolean> {
  try {
    await writeAttachment(path, opened);
    return true;
  } catch (error) {
    if (!isShut(error)) throw error;
    await rm(path);
    return false;
  }
}

/** The resource, its attachment led to the file beside the bundle. */
function withUrl(resource: unknown, url: string): unknown {
  if (Array.isArray(resource)) return resource.map((each) => withUrl(each, url));
  if (!isMembers(resource)) return resource;
  const members = Object.entries(resource).map(([name, value]): [string, unknown] => [
    name,
    name === "url" && value === "#attachment" ? url : withUrl(value, url),
  ]);
  return Object.fromEntries(members);
}

/** A JSON object, and not a number with its digits. */
function isMembers(value: unknown): value is object {
  return typeof value === "object" && value !== null && !(value instanceof Decimal);
}

async function writeAttachment(path: string, opened: Opened): Promise<void> {
  const file = await openFile(path, "wx", 0o600).catch(unwritable(path));
  try {
    // All of a piece, also where the disk takes it in parts.
    for await (const piece of opened.attachment) await file.writeFile(piece);
  } finally {
    await file.close();
  }
}

function unwritable(path: string): (cause: unknown) => never {
  return (cause) => {
    throw new CommandError("file-unwritable", path, { cause });
  };
}
