import { createHash } from "node:crypto";
import { type FileHandle, open, readFile, realpath, stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import {
  FhirError,
  type FhirResource,
  type FileInput,
  type HealthRecord,
  isBundle,
  type OfflineRecord,
  peopleIn,
  readFhir,
  resourcesOfBundle,
} from "@ecrin/client";
import type { Bytes, ItemId } from "@ecrin/protocol";
import { type Command, InvalidArgumentError } from "commander";
import { CommandError } from "./exit.ts";
import { Invocation } from "./invocation.ts";
import { mediaTypeOf, SNIFFED } from "./media-type.ts";
import { recordHere, recordNamed } from "./naming.ts";
import { progressLine } from "./progress.ts";
import { shown, titleIn } from "./shown.ts";
import { tellWaiting } from "./standing.ts";
import type { Words } from "./words.ts";

const PIECE = 1024 * 1024;
/** JSON is parsed whole; a larger file is kept as a file. */
const LARGEST_FHIR = 256 * 1024 * 1024;

interface AddOptions {
  readonly record?: string;
  readonly title?: string;
  readonly date?: string;
  readonly asFile?: boolean;
}

export function defineAdd(program: Command, { help }: Words): void {
  program
    .command("add")
    .description(help.add)
    .argument("<file...>", help.args.files)
    .option("--record <owner>", help.options.record)
    .option("--title <title>", help.options.title)
    .option("--date <date>", help.options.date, dateGiven)
    .option("--as-file", help.options.asFile)
    .action(async (paths: string[], options: AddOptions, command: Command) => {
      await add(Invocation.of(command), paths, options);
    });
}

/** FHIR R4, dateTime: a year, a month, a day, or a moment with its zone. */
const DATE =
  /^\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01])(?:T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2}))?)?)?$/;

/** The date of a document; one that no calendar has would stand in the record as if it were one. */
export function dateGiven(text: string): string {
  const [day = ""] = text.split("T");
  const at = new Date(text);
  const isThere = !Number.isNaN(at.getTime()) && new Date(day).toISOString().startsWith(day);
  if (!DATE.test(text) || !isThere) throw new InvalidArgumentError(text);
  return text;
}

async function add(call: Invocation, paths: readonly string[], options: AddOptions): Promise<void> {
  for (const path of paths) await sizeOf(path); // All of them are there before the first is added.
  await call.atHand(
    async (account) =>
      await addFiles(call, await recordNamed(account, options.record), paths, options),
    async (here) => {
      await addFiles(call, await recordHere(here, options.record), paths, options);
      await tellWaiting(call, here);
    },
  );
}

async function addFiles(
  call: Invocation,
  record: HealthRecord | OfflineRecord,
  paths: readonly string[],
  options: AddOptions,
): Promise<void> {
  const added: { file: string; items: readonly ItemId[] }[] = [];
  for (const file of paths) {
    const items = await addFile(call, record, file, options);
    added.push({ file, items });
    call.tell(`${shown(basename(file))}: ${call.words.said.added(items.length)}`);
  }
  const count = added.reduce((sum, { items }) => sum + items.length, 0);
  await call.result({ record: record.space, added }, [call.words.said.added(count)]);
}

async function addFile(
  call: Invocation,
  record: HealthRecord | OfflineRecord,
  path: string,
  options: AddOptions,
): Promise<ItemId[]> {
  const label = call.words.said.adding(titleIn(basename(path)));
  const resources = options.asFile === true ? undefined : await fhirIn(path);
  const line = progressLine(call, label, resources === undefined ? "bytes" : "things");
  try {
    if (resources !== undefined) {
      const people = peopleIn(resources);
      if (people > 1) call.tell(call.words.said.addedPeople(shown(basename(path)), people));
      return await record.addResources(resources, line.moved);
    }
    return await withFile(path, options, async (file) => {
      const resume = await resumeName(path, record.space);
      return [await record.add(file, { progress: line.moved, resume })];
    });
  } finally {
    line.done();
  }
}

/** Opens a file as it is added: its name, its type, and its bytes as they are asked for. */
export async function withFile<T>(
  path: string,
  options: { readonly title?: string; readonly date?: string },
  work: (file: FileInput) => Promise<T>,
): Promise<T> {
  const size = await sizeOf(path);
  await using handle = await openFile(path);
  const start = new Uint8Array(Math.min(SNIFFED, size));
  await handle.read(start, 0, start.length, 0);
  return await work({
    title: options.title ?? basename(path),
    mediaType: mediaTypeOf(path, start),
    content: { size, open: () => pieces(handle) },
    ...(options.date === undefined ? {} : { date: options.date }),
  });
}

/**
 * What an upload of this very file to this place is called, so that the same
 * command goes on where one was interrupted. It lies unsealed on this disk, so
 * it is a hash and not the path.
 */
export async function resumeName(path: string, place: string): Promise<string> {
  const { size, mtimeMs } = await stat(path);
  const facts = JSON.stringify([await realpath(path), size, mtimeMs, place]);
  return createHash("sha256").update(facts).digest("base64url");
}

/** One room for every piece: a source may reuse what it gave once the next is asked for. */
async function* pieces(handle: FileHandle): AsyncGenerator<Bytes, void, undefined> {
  const room = new Uint8Array(PIECE);
  for (let at = 0; ; ) {
    const { bytesRead } = await handle.read(room, 0, PIECE, at);
    if (bytesRead === 0) return;
    yield room.subarray(0, bytesRead);
    at += bytesRead;
  }
}

/**
 * The FHIR resources of a JSON file: those of a bundle, or the one it is.
 * @returns undefined for a file that is something else
 * @throws CommandError `not-fhir` for a bundle that cannot be imported
 */
export async function fhirIn(path: string): Promise<FhirResource[] | undefined> {
  if (extname(path).toLowerCase() !== ".json" || (await sizeOf(path)) > LARGEST_FHIR) {
    return undefined;
  }
  const value = parsed(await readFile(path, "utf8"));
  try {
    if (isBundle(value)) return resourcesOfBundle(value);
  } catch (cause) {
    if (cause instanceof FhirError) throw new CommandError("not-fhir", path, { cause });
    throw cause;
  }
  return isResource(value) ? [value] : undefined;
}

function parsed(text: string): unknown {
  try {
    return readFhir(text);
  } catch {
    return undefined; // Called .json and is none: kept as a file, byte for byte.
  }
}

function isResource(value: unknown): value is FhirResource {
  return (
    typeof value === "object" &&
    value !== null &&
    "resourceType" in value &&
    typeof value.resourceType === "string"
  );
}

async function sizeOf(path: string): Promise<number> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new CommandError("file-unreadable", path);
    return found.size;
  } catch (cause) {
    if (cause instanceof CommandError) throw cause;
    throw new CommandError("file-missing", path, { cause });
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (cause) {
    throw new CommandError("file-unreadable", path, { cause });
  }
}
