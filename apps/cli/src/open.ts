import { join } from "node:path";
import type { Account, OfflineAccount, Opened } from "@ecrin/client";
import type { Metadata } from "@ecrin/protocol";
import type { Command } from "commander";
import { contentOf, isTextType, writeContent } from "./content.ts";
import { CommandError } from "./exit.ts";
import { Invocation } from "./invocation.ts";
import { type Place, type PlaceHere, placeHere, placeNamed } from "./naming.ts";
import { progressLine } from "./progress.ts";
import { shown, titleIn } from "./shown.ts";
import { tellWaiting } from "./standing.ts";
import { isFolder, refuseExisting, writeWhole } from "./whole-file.ts";
import type { Words } from "./words.ts";

interface OpenOptions {
  readonly output?: string;
  readonly force?: boolean;
}

export function defineOpen(program: Command, { help }: Words): void {
  program
    .command("open")
    .description(help.open)
    .argument("<item>", help.args.item)
    .option("-o, --output <file>", help.options.output)
    .option("--force", help.options.force)
    .action(async (item: string, options: OpenOptions, command: Command) => {
      await open(Invocation.of(command), item, options);
    });
}

async function open(call: Invocation, text: string, options: OpenOptions): Promise<void> {
  if (options.output !== undefined && options.force !== true) await refuseExisting(options.output);
  await call.atHand(
    async (account) => {
      const place = await placeNamed(account, call.home, text);
      const own =
        ("record" in place ? place.listed.author : place.view.maker.account) === account.id;
      await put(call, options, metadataOf(place), own, () => openPlace(account, place));
    },
    async (here) => {
      const place = await placeHere(here, call.home, text);
      await put(call, options, metadataOf(place), isOwnHere(here, place), () =>
        openHere(here, place),
      );
      await tellWaiting(call, here);
    },
  );
}

/** Puts an item where it was asked for; nothing is opened that could not be shown. */
async function put(
  call: Invocation,
  options: OpenOptions,
  metadata: Metadata,
  own: boolean,
  read: () => Promise<Opened>,
): Promise<void> {
  const { title, mediaType, size } = metadata;
  const target = await targetFor(options, title);
  if (target === undefined && call.streams.stdout.isTTY === true && !isTextType(mediaType)) {
    throw new CommandError("not-for-terminal", titleIn(title));
  }
  const opened = await read();
  if (target === undefined) return await writeContent(call.streams.stdout, contentOf(opened));
  await toFile(call, opened, target, options.force === true);
  const result = { file: target, title, mediaType, size, own };
  await call.result(result, [call.words.said.written(shown(target))]);
}

/** Opening is a signed statement with its reason: one's own record, or care for somebody else. */
async function openPlace(account: Account, place: Place): Promise<Opened> {
  if ("view" in place) return await place.view.open(place.item.fact.revision, "care");
  const own = place.record.space === (await account.record()).space;
  return await place.record.open(place.listed.revision, own ? "own" : "care");
}

async function openHere(here: OfflineAccount, place: PlaceHere): Promise<Opened> {
  if ("share" in place) return await place.share.open(place.item.fact.revision);
  const reason = place.record.owner === here.id ? "own" : "care";
  return await place.record.open(place.listed.revision, reason);
}

function isOwnHere(here: OfflineAccount, place: PlaceHere): boolean {
  return "record" in place && place.listed.author === here.id;
}

function metadataOf(place: Place | PlaceHere): Metadata {
  return "record" in place ? place.listed.metadata : place.item.metadata;
}

async function toFile(
  call: Invocation,
  opened: Opened,
  path: string,
  force: boolean,
): Promise<void> {
  const line = progressLine(call, call.words.said.opening(titleIn(path)), "bytes");
  const moved = (done: number) => line.moved(done, Math.max(opened.size, done));
  try {
    await writeWhole(path, force, () => contentOf(opened), moved);
  } finally {
    line.done();
  }
}

async function targetFor(options: OpenOptions, title: string): Promise<string | undefined> {
  const { output, force } = options;
  if (output === undefined || output === "-") return undefined;
  if (!(await isFolder(output))) return output;
  const inFolder = join(output, fileNameOf(title));
  if (force !== true) await refuseExisting(inFolder);
  return inFolder;
}

/** In bytes: what file systems take of a name is 255, and a number or an ending may be added. */
const LONGEST_NAME = 200;

/**
 * A title is somebody else's words: as a file's name it must stay in its folder, be one that a file
 * can have, and no option of a command that is given all files there.
 */
export function fileNameOf(title: string): string {
  const name = shown(title.toWellFormed())
    .replace(/[/\\:*?"<>|\ufffd]/g, "_")
    .replace(/^[.-]+/, "_");
  let [cut, length] = ["", 0];
  for (const letter of name) {
    length += Buffer.byteLength(letter);
    if (length > LONGEST_NAME) break;
    cut += letter;
  }
  return cut.trim() === "" ? "document" : cut.trim();
}
