import * as z from "zod/mini";
import { type Bytes, fromBase64url, fromUtf8, utf8 } from "./bytes.ts";
import { canonicalJson, parseCanonical } from "./canonical.ts";
import { malformed } from "./errors.ts";
import { countField, hashField, parseAs, statementField } from "./fields.ts";
import type { Hash } from "./ids.ts";

// journal.json of an export: one JSON document, an entry to a line, so that it can be read whole
// by any parser and line by line by one that has no room for it (spec/export.md, journal.json).

const OPENING = '{"entries":[';
const CLOSING = '],"path":';
const MOST_LINE = 1 << 20;

/** One line: an entry with its opening (spec/log.md), and the tree between it and the line before. */
export const exportedEntryField = z.strictObject({
  n: countField,
  index: countField,
  salt: hashField,
  entry: z.string(),
  before: hashField,
  tag: hashField,
  statement: z.optional(statementField),
  /** Roots of the perfect subtrees between the last leaf before this one and this one. */
  path: z.optional(z.array(hashField).check(z.minLength(1), z.maxLength(60_000))),
});
export type ExportedEntry = z.infer<typeof exportedEntryField>;

/** What journal.json is made of: entries in order, then the tree behind the last. */
export async function* journalLines(
  entries: AsyncIterable<ExportedEntry> | Iterable<ExportedEntry>,
  end: () => Promise<readonly Hash[]>,
): AsyncGenerator<Bytes> {
  yield utf8(`${OPENING}\n`);
  let held: string | undefined;
  for await (const entry of entries) {
    if (held !== undefined) yield utf8(`${held},\n`);
    held = canonicalJson(entry);
  }
  if (held !== undefined) yield utf8(`${held}\n`);
  yield utf8(`${CLOSING}${canonicalJson(await end())}}\n`);
}

/** What a line turned out to be. */
export type JournalPart =
  | { readonly kind: "entry"; readonly line: number; readonly entry: ExportedEntry }
  | { readonly kind: "end"; readonly line: number; readonly path: readonly Bytes[] };

const pathField = z.array(hashField);

/**
 * Reads journal.json as it comes in and holds one line of it at a time.
 * @throws ProtocolError `malformed`, whose field names the line
 */
export async function* readJournal(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<JournalPart> {
  let number = 0;
  let isLast = false;
  let ended = false;
  for await (const bytes of linesOf(chunks)) {
    number += 1;
    const field = `line ${number}`;
    const line = fromUtf8(bytes, field);
    if (number === 1) {
      if (line !== OPENING) malformed(field, "does not begin a journal");
    } else if (ended) {
      malformed(field, "comes after the end");
    } else if (line.startsWith(CLOSING)) {
      if (!isLast && number > 2) malformed(field, "follows an entry that announces another");
      if (!line.endsWith("}")) malformed(field, "does not end a journal");
      const path = parseAs(pathField, parseCanonical(line.slice(CLOSING.length, -1), field), field);
      ended = true;
      yield { kind: "end", line: number, path: path.map((hash) => fromBase64url(hash)) };
    } else {
      if (isLast) malformed(field, "follows an entry that announces no other");
      isLast = !line.endsWith(",");
      const text = isLast ? line : line.slice(0, -1);
      const entry = parseAs(exportedEntryField, parseCanonical(text, field), field);
      yield { kind: "entry", line: number, entry };
    }
  }
  if (!ended) malformed(`line ${number + 1}`, "is missing");
}

const FEED = 0x0a;

async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest = new Uint8Array();
  let number = 1;
  for await (const chunk of chunks) {
    let bytes: Uint8Array = chunk;
    if (rest.length > 0) {
      bytes = new Uint8Array(rest.length + chunk.length);
      bytes.set(rest);
      bytes.set(chunk, rest.length);
    }
    let from = 0;
    for (let at = bytes.indexOf(FEED); at >= 0; at = bytes.indexOf(FEED, from)) {
      yield bytes.subarray(from, at);
      from = at + 1;
      number += 1;
    }
    rest = new Uint8Array(bytes.subarray(from));
    if (rest.length > MOST_LINE) malformed(`line ${number}`, "is too long");
  }
  if (rest.length > 0) malformed(`line ${number}`, "does not end");
}
