import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Checkpoint, parseCheckpoint, parseNote } from "@ecrin/protocol";
import { writeDurably } from "./durable.ts";

// What is kept outside the database (spec/log.md): a restored database cannot take it back with it.

const FILE = "checkpoint";

/** The last checkpoint this place has signed or seen; undefined before the first. */
export async function readOutside(
  folder: string,
): Promise<(Checkpoint & { readonly note: string }) | undefined> {
  const note = await readFile(join(folder, FILE), "utf8").catch(ignoreMissing);
  if (note === undefined) return undefined;
  return { ...parseCheckpoint(parseNote(note).text), note };
}

/** Keeps a checkpoint, on disk when this returns. What throws may have been kept all the same. */
export async function writeOutside(folder: string, note: string): Promise<void> {
  await writeDurably(join(folder, FILE), note);
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
