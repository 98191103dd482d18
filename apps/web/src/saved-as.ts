import { entryOf } from "./entry-of.ts";

const ENDINGS: Readonly<Record<string, string>> = {
  "application/pdf": ".pdf",
  "application/json": ".json",
  "application/dicom": ".dcm",
  "image/jpeg": ".jpg",
  "image/png": ".png",
  "application/xml": ".xml",
  "text/xml": ".xml",
  "text/plain": ".txt",
  "text/csv": ".csv",
};

const LONGEST = 120;

/**
 * What a saved copy is called, after a title that somebody else chose: nothing in it hides how it
 * ends, by turning the direction of writing, by letters of no width, or by room before the end.
 */
export function savedAs(title: string, mediaType: string): string {
  const seen = title.toWellFormed().replace(/\p{Default_Ignorable_Code_Point}/gu, "");
  const plain = seen.replace(/[\s/\\:*?"<>|\p{Cc}\ufffd]+/gu, " ").replace(/^[ .-]+/, "");
  const cut = [...plain].slice(0, LONGEST).join("").trim();
  const name = cut === "" ? "document" : cut;
  const ending = entryOf(ENDINGS, mediaType) ?? "";
  return name.toLowerCase().endsWith(ending) ? name : name + ending;
}
