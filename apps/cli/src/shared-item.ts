import type { SharedView } from "@ecrin/client";
import { shortId } from "./short-id.ts";
import { dayOf, sizeIn, titleIn, typeIn } from "./shown.ts";
import type { Words } from "./words.ts";

/** A received document as a row: its number in the share, its id, day, kind, name, and its size with what else is said of it. */
export function sharedItemLine(
  words: Words,
  { metadata, fact }: Pick<SharedView["items"][number], "metadata" | "fact">,
  number: number,
  more = "",
): string[] {
  const size = metadata.size > 0 ? sizeIn(words, metadata.size) : "";
  return [
    `${number}`.padStart(3),
    shortId(fact.item),
    dayOf(metadata, fact.at),
    typeIn(words, metadata),
    titleIn(metadata.title),
    [size, more].filter((note) => note !== "").join(", "),
  ];
}
