import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Checkpoint,
  endedLogsField,
  parseAs,
  parseCheckpoint,
  parseNote,
  type SigningKey,
  type Statement,
  signingKeyField,
  statementField,
  type ToldEndedLog,
} from "@ecrin/protocol";
import * as z from "zod/mini";
import { writeDurably } from "./durable.ts";

// What is kept outside the database (spec/log.md): a restored database cannot take it back with it.

const FILE = "checkpoint";
const CHAIN = "chain";

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

/** The public keys of a log, and of those that ended before it. */
export interface OutsideChain {
  readonly first: SigningKey;
  readonly keys: readonly Statement[];
  readonly ended: readonly ToldEndedLog[];
}

const chainField = z.strictObject({
  first: signingKeyField,
  keys: z.array(statementField),
  ended: endedLogsField,
});

/** The log as this place knows it; undefined where it never wrote it down. */
export async function readChain(folder: string): Promise<OutsideChain | undefined> {
  const text = await readFile(join(folder, CHAIN), "utf8").catch(ignoreMissing);
  return text === undefined ? undefined : parseAs(chainField, JSON.parse(text), CHAIN);
}

/** Keeps the log's public keys, where they have changed. */
export async function keepChain(
  folder: string,
  {
    first,
    statements,
    ended,
  }: {
    readonly first: SigningKey;
    readonly statements: readonly Statement[];
    readonly ended: readonly ToldEndedLog[];
  },
): Promise<void> {
  const text = `${JSON.stringify({ first, keys: statements, ended })}\n`;
  const kept = await readFile(join(folder, CHAIN), "utf8").catch(ignoreMissing);
  if (kept !== text) await writeDurably(join(folder, CHAIN), text);
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
