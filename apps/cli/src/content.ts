import type { Opened } from "@ecrin/client";
import { write } from "./invocation.ts";
import { shownText } from "./shown.ts";

/** Where content goes: the standard output, or whatever else stands for it. */
type Out = NodeJS.WritableStream & { readonly isTTY?: boolean };
type Pieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** What was opened: its attachment, or the FHIR resource where that is all it is. */
export async function* contentOf(opened: Opened): AsyncGenerator<Uint8Array, void, undefined> {
  if (opened.size > 0 || opened.resource === undefined) yield* opened.attachment;
  else yield opened.resourceBytes;
}

/** Whether bytes of this type are read as text. */
export function isTextType(mediaType: string): boolean {
  return /^text\/|\bjson\b|\bxml\b/.test(mediaType);
}

/**
 * Writes what was opened: byte for byte to a file or another program; to a terminal as text that
 * cannot steer it, since somebody else may have written it.
 */
export async function writeContent(out: Out, pieces: Pieces): Promise<void> {
  if (out.isTTY !== true) {
    for await (const piece of pieces) await write(out, piece);
    return;
  }
  const decoder = new TextDecoder();
  for await (const piece of pieces)
    await write(out, shownText(decoder.decode(piece, { stream: true })));
  await write(out, `${shownText(decoder.decode())}\n`);
}
