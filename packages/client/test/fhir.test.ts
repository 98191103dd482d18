import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson, parseMetadata } from "@ecrin/protocol";
import { documentReference, isBundle, metadataOf } from "../src/fhir.ts";
import { FhirError, type FhirResource, resourcesOfBundle } from "../src/index.ts";

const named = (resource: FhirResource) => metadataOf(resource, 10, 0).title;

test("a bundle is told from any other document, and gives its resources as they are", () => {
  const patient = { resourceType: "Patient", id: "p" };
  const bundle = { resourceType: "Bundle", entry: [{ resource: patient }] };
  assert.equal(isBundle(bundle), true);
  for (const other of [patient, [bundle], null, "Bundle"]) assert.equal(isBundle(other), false);
  assert.deepEqual(resourcesOfBundle(bundle), [patient]);
});

test("what is no bundle is refused, and says where", () => {
  const refusedAt = (value: unknown, field: string) =>
    assert.throws(
      () => resourcesOfBundle(value),
      (error) => error instanceof FhirError && error.field === field,
    );
  refusedAt({ resourceType: "Patient" }, "resourceType");
  refusedAt([], "resourceType");
  refusedAt({ resourceType: "Bundle" }, "entry");
  refusedAt({ resourceType: "Bundle", entry: [7] }, "entry[0].resource");
  refusedAt({ resourceType: "Bundle", entry: [{ resource: { id: "p" } }] }, "entry[0].resource");
  for (const resourceType of ["", "Pati\ud83d", "P".repeat(65), "Patient 2"]) {
    const entry = [{ resource: { resourceType } }];
    refusedAt({ resourceType: "Bundle", entry }, "entry[0].resource.resourceType");
  }
});

test("a resource is named by what it says of itself, a person by the name, and else by its type", () => {
  assert.equal(named({ resourceType: "Condition", code: { text: " Asthme " } }), "Asthme");
  const display = { coding: [{ display: "Lyme" }] };
  assert.equal(named({ resourceType: "Condition", code: display }), "Lyme");
  const name = { given: ["Aïcha", 7], family: "Vauquelin" };
  assert.equal(named({ resourceType: "Patient", name: [name] }), "Aïcha Vauquelin");
  assert.equal(named({ resourceType: "Patient", name: [{ family: "Vauquelin" }] }), "Vauquelin");
  assert.equal(named({ resourceType: "Patient", name: [{ given: ["Aïcha"] }] }), "Aïcha");
  for (const none of [undefined, "", [], [7], [{}], [{ given: "Aïcha", family: 7 }], {}])
    assert.equal(named({ resourceType: "Patient", name: none }), "Patient");
});

test("whatever a resource holds, its name can be sealed and read again", () => {
  const odd = {
    resourceType: "Observation",
    code: { text: `${"é".repeat(600)}\ud800` },
    issued: "x".repeat(90),
  };
  const metadata = metadataOf(odd, 10, 0);
  assert.deepEqual(parseMetadata(canonicalJson({ ...metadata })), metadata);
  assert.equal(metadata.mediaType, "application/fhir+json");
  assert.equal(metadata.title.length, 500);
  assert.equal(metadata.date?.length, 40);
  assert.equal(metadataOf({ resourceType: "Basic" }, 10, 0).date, undefined);
});

test("a file's reference says of it what the list shows", () => {
  const file = { title: "radio", mediaType: "image/png", size: 9, date: "2026-09-21" };
  const { title, mediaType, size, date, type } = metadataOf(documentReference(file), 10, 9);
  assert.deepEqual({ title, mediaType, size, date }, file);
  assert.equal(type, "DocumentReference");
  const nameless = metadataOf({ resourceType: "DocumentReference", content: [7] }, 10, 9);
  assert.equal(nameless.mediaType, "application/octet-stream");
});
