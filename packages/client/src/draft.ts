import type { Source } from "@ecrin/crypto";
import { type Bytes, type ItemId, type RevisionId, utf8 } from "@ecrin/protocol";
import {
  documentReference,
  FhirError,
  type FhirResource,
  type Identifier,
  metadataOf,
} from "./fhir.ts";
import { fhirText, isTooDeep } from "./fhir-json.ts";
import type { Draft } from "./seal.ts";

/**
 * A file to be added. Bytes know their size. What can be opened again, as a
 * file can, goes on where an upload was interrupted; a stream that is read once
 * starts over.
 */
export interface FileInput {
  readonly title: string;
  readonly mediaType: string;
  readonly content:
    | Bytes
    | { readonly open: () => Source; readonly size: number }
    | { readonly stream: Source; readonly size: number };
  /** As in FHIR; today when absent. */
  readonly date?: string;
  /** Who wrote it, where that is not who adds it. */
  readonly author?: string;
  /** What it is known by elsewhere, as in FHIR. */
  readonly identifier?: Identifier;
}

/** Letters of a resource's type (spec/revision.md, Metadata). FHIR's own have 33 at most. */
const LONGEST_TYPE = 100;

/** A FHIR resource, with the file that it tells of where there is one. */
export interface ResourceInput {
  readonly resource: FhirResource;
  readonly content?: Bytes;
}

/** A file as a DocumentReference with its attachment. @param now milliseconds since 1970, for its date */
export function fileDraft(
  file: FileInput,
  item: ItemId,
  op: "create" | "correct",
  parents: readonly RevisionId[],
  now: number,
): Draft {
  const { content } = file;
  const size = content instanceof Uint8Array ? content.length : content.size;
  const date = file.date ?? new Date(now).toISOString();
  const { title, mediaType, author, identifier } = file;
  const resource = documentReference({ title, mediaType, size, date, author, identifier });
  const json = utf8(JSON.stringify(resource));
  return {
    item,
    op,
    parents,
    metadata: metadataOf(resource, json.length, size),
    resource: json,
    ...sourceOf(content),
    size,
  };
}

function sourceOf(content: FileInput["content"]): Pick<Draft, "open" | "opensAgain"> {
  if (content instanceof Uint8Array) return { open: () => [content], opensAgain: true };
  return "open" in content
    ? { open: content.open, opensAgain: true }
    : { open: () => content.stream, opensAgain: false };
}

/**
 * A FHIR resource as it was given, digit for digit where `readFhir` has read it, and its file.
 * @throws FhirError for one that nobody could open
 */
export function resourceDraft(
  resource: FhirResource,
  item: ItemId,
  content: Bytes = new Uint8Array(),
): Draft {
  const { length } = resource.resourceType;
  if (length < 1 || length > LONGEST_TYPE)
    throw new FhirError("resourceType", "is longer than a list takes, or empty");
  if (isTooDeep(resource)) throw new FhirError("resource", "is nested too deep");
  const json = utf8(fhirText(resource));
  const size = content.length;
  return {
    item,
    op: "create",
    parents: [],
    metadata: metadataOf(resource, json.length, size),
    resource: json,
    open: () => (size === 0 ? [] : [content]),
    opensAgain: true,
    size,
  };
}
