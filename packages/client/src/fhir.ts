import type { Metadata } from "@ecrin/protocol";

/** A FHIR R4 resource as it lies in a bundle: only what a list shows is looked at, the rest is kept as given. */
export type FhirResource = { readonly resourceType: string; readonly [element: string]: unknown };

/** What an import could not take, and why. */
export class FhirError extends Error {
  override readonly name = "FhirError";
  /** Where in the document, such as `entry[3].resource`. */
  readonly field: string;

  constructor(field: string, message: string) {
    super(`${field}: ${message}`);
    this.field = field;
  }
}

/** FHIR R4 names its resource types by letters; the longest has 33. */
const TYPE = /^[A-Za-z]{1,64}$/;

/** Whether a JSON document is a FHIR bundle. */
export function isBundle(value: unknown): boolean {
  return isObject(value) && value.resourceType === "Bundle";
}

/** Of these an entry is another state of a resource, or takes one away: as items all would stand in force. */
const NOT_TAKEN: ReadonlySet<unknown> = new Set(["history", "subscription-notification"]);

/** A bundle names its resources by such an address, and they refer to each other by it (FHIR R4, Bundle.entry.fullUrl). */
const UUID = /^urn:uuid:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/**
 * The resources of a FHIR R4 bundle (transaction, batch, collection, document,
 * searchset), each as given. One that has no id yet gets that of its place in
 * the bundle, as at any FHIR server, so that what refers to it still does.
 * @throws FhirError for anything that is not one, naming the place
 */
export function resourcesOfBundle(value: unknown): FhirResource[] {
  if (!isObject(value) || value.resourceType !== "Bundle")
    throw new FhirError("resourceType", "is not Bundle");
  if (NOT_TAKEN.has(value.type)) throw new FhirError("type", "is not one that is taken in");
  const entries = value.entry;
  if (!Array.isArray(entries)) throw new FhirError("entry", "is missing");
  return entries.map((entry: unknown, i) => {
    const { resource, fullUrl, request } = isObject(entry) ? entry : {};
    const method = isObject(request) ? request.method : undefined;
    if (method === "DELETE" || method === "PATCH")
      throw new FhirError(`entry[${i}].request.method`, "changes what is elsewhere");
    if (!isObject(resource) || typeof resource.resourceType !== "string") {
      throw new FhirError(`entry[${i}].resource`, "is not a FHIR resource");
    }
    if (!TYPE.test(resource.resourceType))
      throw new FhirError(`entry[${i}].resource.resourceType`, "is not a name of FHIR");
    const [, uuid] = typeof fullUrl === "string" ? (UUID.exec(fullUrl) ?? []) : [];
    const id = uuid === undefined || resource.id !== undefined ? {} : { id: uuid };
    return { ...resource, ...id, resourceType: resource.resourceType };
  });
}

/**
 * How many people these resources are about, as far as they say: a bundle may hold those of several,
 * and a record is one person's.
 */
export function peopleIn(resources: readonly FhirResource[]): number {
  const patients = resources.filter(({ resourceType }) => resourceType === "Patient");
  const referred = resources.flatMap(({ subject, patient }) => [
    textAt(subject, "reference"),
    textAt(patient, "reference"),
  ]);
  const isPatient = (each: string | undefined) => /(?:^|\/)Patient\//.test(each ?? "");
  return Math.max(patients.length, new Set(referred.filter(isPatient)).size);
}

/** What a resource is known by elsewhere (FHIR R4, Identifier). */
export interface Identifier {
  readonly system: string;
  readonly value: string;
}

/** FHIR R4, instant: a day alone is none. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;
/** FHIR R4, unsignedInt. */
const LARGEST_SIZE = 2_147_483_647;

/**
 * The DocumentReference that carries a file (FHIR R4, DocumentReference.content.attachment). Its own
 * date is an instant by the standard; a day, a month or a year is when what it carries was made. FHIR
 * has no empty texts, and no size beyond 2 GiB.
 */
export function documentReference(file: {
  readonly title: string;
  readonly mediaType: string;
  readonly size: number;
  readonly date: string;
  readonly author?: string | undefined;
  readonly identifier?: Identifier | undefined;
}): FhirResource {
  return {
    resourceType: "DocumentReference",
    status: "current",
    ...(INSTANT.test(file.date) ? { date: file.date } : {}),
    ...(file.title.trim() === "" ? {} : { description: file.title }),
    ...(file.author === undefined ? {} : { author: [{ display: file.author }] }),
    ...(file.identifier === undefined ? {} : { identifier: [{ ...file.identifier }] }),
    content: [
      {
        attachment: {
          contentType: file.mediaType,
          url: "#attachment",
          ...(file.size > LARGEST_SIZE ? {} : { size: file.size }),
          ...(file.title.trim() === "" ? {} : { title: file.title }),
          ...(INSTANT.test(file.date) ? {} : { creation: file.date }),
        },
      },
    ],
  };
}

/** What the list shows of a resource. */
export function metadataOf(
  resource: FhirResource,
  resourceBytes: number,
  attachmentBytes: number,
): Metadata {
  const date = dateOf(resource);
  const behind = behindTitle(resource);
  return {
    v: 1,
    kind: "fhir",
    title: clip(plainTitle(resource), 500 - behind.length) + behind,
    type: resource.resourceType,
    mediaType: attachmentBytes > 0 ? clip(attachmentType(resource), 200) : "application/fhir+json",
    size: attachmentBytes,
    resource: resourceBytes,
    ...(date === undefined ? {} : { date: clip(date, 40) }),
  };
}

/** Whether that is the name which a resource gives itself, with or without what a list must not keep quiet about. */
export function isNamedBy(resource: FhirResource, name: Metadata): boolean {
  const { type, title, date } = metadataOf(resource, 0, 0);
  const isTitled = name.title === title || name.title === clip(plainTitle(resource), 500);
  return name.type === type && isTitled && name.date === date;
}

/** A title without what a list has put behind it for this resource. */
export function titleWithout(title: string, resource: FhirResource): string {
  const behind = behindTitle(resource);
  return title.endsWith(behind) ? title.slice(0, title.length - behind.length) : title;
}

/** What turns the meaning of a document, and is said where its file is shown. */
const TURNING = ["implicitRules", "modifierExtension", "status", "docStatus"] as const;

/** These of a resource, as they were given. */
export function turningIn(resource: FhirResource): Record<string, unknown> {
  const given = TURNING.map((name) => [name, resource[name]] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

/** Codes of FHIR R4 under which something did not take place, or does not hold. */
const TURNED: ReadonlySet<unknown> = new Set([
  "entered-in-error",
  "not-done",
  "not-taken",
  "cancelled",
  "refuted",
]);

/**
 * What a list must not keep quiet about: a vaccination that was not done, or an allergy that was ruled
 * out, would read there as one. In FHIR's own code, which a page says in its language.
 */
function standingOf({
  status,
  verificationStatus,
  doNotPerform,
}: FhirResource): string | undefined {
  if (doNotPerform === true) return "do-not-perform";
  const coding: unknown = isObject(verificationStatus) ? verificationStatus.coding : undefined;
  const codes: unknown[] = Array.isArray(coding)
    ? coding.map((each) => (isObject(each) ? each.code : undefined))
    : [];
  const found = [status, ...codes].find((each) => TURNED.has(each));
  return typeof found === "string" ? found : undefined;
}

function behindTitle(resource: FhirResource): string {
  const standing = standingOf(resource);
  return standing === undefined ? "" : ` (${standing})`;
}

function clip(text: string, length: number): string {
  return text.slice(0, length).toWellFormed();
}

function attachmentType(resource: FhirResource): string {
  return (
    textAt(resource, "content", 0, "attachment", "contentType") ??
    textAt(resource, "content", "contentType") ??
    "application/octet-stream"
  );
}

// Where each resource type says what it is, in the order in which people would look (FHIR R4).
const TITLES: readonly (readonly (string | number)[])[] = [
  ["description"],
  ["content", 0, "attachment", "title"],
  ["title"],
  ["name"],
  ["code", "text"],
  ["code", "coding", 0, "display"],
  ["vaccineCode", "text"],
  ["vaccineCode", "coding", 0, "display"],
  ["medicationCodeableConcept", "text"],
  ["medicationCodeableConcept", "coding", 0, "display"],
  ["type", 0, "text"],
  ["type", "text"],
  ["type", 0, "coding", 0, "display"],
  ["type", "coding", 0, "display"],
  ["category", 0, "text"],
  ["category", 0, "coding", 0, "display"],
  ["name", 0, "text"],
];

function plainTitle(resource: FhirResource): string {
  return titleOf(resource) ?? resource.resourceType;
}

function titleOf(resource: FhirResource): string | undefined {
  for (const path of TITLES) {
    const text = textAt(resource, ...path);
    if (text !== undefined && text.trim() !== "") return text.trim();
  }
  return personName(resource.name);
}

function personName(names: unknown): string | undefined {
  const name: unknown = Array.isArray(names) ? names[0] : undefined;
  if (!isObject(name)) return undefined;
  const given = Array.isArray(name.given)
    ? name.given.filter((each) => typeof each === "string")
    : [];
  const family = typeof name.family === "string" ? [name.family] : [];
  const whole = [...given, ...family].join(" ");
  return whole === "" ? undefined : whole;
}

const DATES: readonly (readonly (string | number)[])[] = [
  ["effectiveDateTime"],
  ["effectivePeriod", "start"],
  ["occurrenceDateTime"],
  ["performedDateTime"],
  ["performedPeriod", "start"],
  ["onsetDateTime"],
  ["authoredOn"],
  ["period", "start"],
  ["billablePeriod", "start"],
  ["started"],
  ["date"],
  ["issued"],
  ["recordedDate"],
  ["created"],
  ["content", 0, "attachment", "creation"],
];

function dateOf(resource: FhirResource): string | undefined {
  for (const path of DATES) {
    const text = textAt(resource, ...path);
    if (text !== undefined) return text;
  }
  return undefined;
}

function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  let at = value;
  for (const step of path) {
    if (typeof step === "number" ? !Array.isArray(at) : !isObject(at)) return undefined;
    at = (at as Record<string | number, unknown>)[step];
  }
  return typeof at === "string" ? at : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
