import * as z from "zod/mini";
import { parseCanonical } from "./canonical.ts";
import { countField, parseAs } from "./fields.ts";

/** What a name in a list is made of, once opened (spec/revision.md, Metadata). */
export const metadataField = z.strictObject({
  v: z.literal(1),
  kind: z.enum(["fhir", "raw"]),
  title: z.string().check(z.maxLength(500)),
  type: z.string().check(z.minLength(1), z.maxLength(100)),
  mediaType: z.string().check(z.maxLength(200)),
  /** Length of the attachment, or of the raw bytes. */
  size: countField,
  /** As in FHIR: a year, a month, a day, or an instant. */
  date: z.optional(z.string().check(z.maxLength(40))),
  /** Length of the FHIR JSON that stands before the attachment. */
  resource: z.optional(countField),
});
export type Metadata = z.infer<typeof metadataField>;

/** Reads opened metadata. */
export function parseMetadata(text: string): Metadata {
  return parseAs(metadataField, parseCanonical(text, "metadata"), "metadata");
}
