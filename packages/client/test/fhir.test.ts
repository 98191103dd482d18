import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson, parseMetadata } from "@ecrin/protocol";
import {
  documentReference,
  isBundle,
  isNamedBy,
  metadataOf,
  peopleIn,
  titleWithout,
  turningIn,
} from "../src/fhir.ts";
import { isTooDeep } from "../src/fhir-json.ts";
import { FhirError, type FhirResource, resourcesOfBundle } from "../src/index.ts";

const named = (resource: FhirResource) => metadataOf(resource, 10, 0).title;

test("a bundle is told from any other document, and gives its resources as they are", () => {
  const patient = { resourceType: "Patient", id: "p" };
  const bundle = { resourceType: "Bundle", entry: [{ resource: patient }] };
  assert.equal(isBundle(bundle), true);
  for (const other of [patient, [bundle], null, "Bundle"]) assert.equal(isBundle(other), false);
  assert.deepEqual(resourcesOfBundle(bundle), [patient]);
});

test("what has no id gets that of its place in the bundle, so that what refers to it still does", () => {
  const uuid = "3d8c4f00-6a51-4c1e-9b70-000000000001";
  const given = (fullUrl: unknown, resource: object) =>
    resourcesOfBundle({ resourceType: "Bundle", entry: [{ fullUrl, resource }] })[0];
  const patient = { resourceType: "Patient" };
  assert.deepEqual(given(`urn:uuid:${uuid}`, patient), { ...patient, id: uuid });
  assert.deepEqual(given(`urn:uuid:${uuid}`, { ...patient, id: "p" }), { ...patient, id: "p" });
  for (const other of [undefined, 7, "http://example.org/Patient/1", `urn:uuid:${uuid}/`])
    assert.deepEqual(given(other, patient), patient);
});

test("earlier states, and what changes or takes away something elsewhere, are not taken for what is in force", () => {
  const patient = { resourceType: "Patient" };
  const history = { resourceType: "Bundle", type: "history", entry: [{ resource: patient }] };
  assert.throws(() => resourcesOfBundle(history), { field: "type" });
  for (const method of ["DELETE", "PATCH"]) {
    const entry = [{ resource: patient, request: { method, url: "Patient/1" } }];
    const bundle = { resourceType: "Bundle", type: "transaction", entry };
    assert.throws(() => resourcesOfBundle(bundle), { field: "entry[0].request.method" });
  }
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

test("how many people resources are about, by their patients or by whom they refer to", () => {
  const about = (reference: unknown) => ({ resourceType: "Observation", subject: { reference } });
  const patient = { resourceType: "Patient" };
  assert.equal(peopleIn([]), 0);
  assert.equal(peopleIn([patient, about("Patient/1"), about("Patient/1"), about("Group/2")]), 1);
  assert.equal(peopleIn([patient, patient]), 2);
  const other = { resourceType: "Claim", patient: { reference: "https://example.org/Patient/2" } };
  assert.equal(peopleIn([about("Patient/1"), other, about(7)]), 2);
});

test("a list tells what did not take place, and what does not hold", () => {
  const vaccine = { resourceType: "Immunization", vaccineCode: { text: "Grippe" } };
  const verified = (code: string) => ({ verificationStatus: { coding: [7, { code }] } });
  assert.equal(named({ ...vaccine, status: "completed", ...verified("confirmed") }), "Grippe");
  for (const code of ["not-done", "entered-in-error", "cancelled", "not-taken"])
    assert.equal(named({ ...vaccine, status: code }), `Grippe (${code})`);
  for (const code of ["refuted", "entered-in-error"])
    assert.equal(named({ ...vaccine, ...verified(code) }), `Grippe (${code})`);
  assert.equal(
    named({ ...vaccine, status: "active", doNotPerform: true }),
    "Grippe (do-not-perform)",
  );
  const long = {
    resourceType: "Condition",
    code: { text: "é".repeat(600) },
    ...verified("refuted"),
  };
  assert.equal(named(long), `${"é".repeat(490)} (refuted)`);
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

test("values that stand deeper in each other than anybody reads are told from others", () => {
  const nested = (depth: number) => {
    let value: unknown = "x";
    for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [1, value] : { a: null, b: value };
    return value;
  };
  for (const depth of [0, 1, 100]) assert.equal(isTooDeep(nested(depth)), false, `${depth}`);
  for (const depth of [101, 100_000]) assert.equal(isTooDeep(nested(depth)), true, `${depth}`);
});

test("a file's reference says of it what the list shows", () => {
  const file = { title: "radio", mediaType: "image/png", size: 9, date: "2026-09-21" };
  const { title, mediaType, size, date, type } = metadataOf(documentReference(file), 10, 9);
  assert.deepEqual({ title, mediaType, size, date }, file);
  assert.equal(type, "DocumentReference");
  // FHIR R4: its date is an instant, a text is not empty, and a size fits 31 bits.
  const attachment = { contentType: "image/png", url: "#attachment" };
  const plain = { resourceType: "DocumentReference", status: "current" };
  const dated = { ...attachment, size: 9, title: "radio", creation: "2026-09-21" };
  assert.deepEqual(documentReference(file), {
    ...plain,
    description: "radio",
    content: [{ attachment: dated }],
  });
  const at = "2026-09-21T23:30:00+02:00";
  assert.deepEqual(documentReference({ ...file, title: " ", size: 2 ** 31, date: at }), {
    ...plain,
    date: at,
    content: [{ attachment }],
  });
  assert.equal(metadataOf(documentReference({ ...file, date: at }), 10, 9).date, at);
  const nameless = metadataOf({ resourceType: "DocumentReference", content: [7] }, 10, 9);
  assert.equal(nameless.mediaType, "application/octet-stream");
});

test("a name is a resource's own with and without what a list adds, and nobody else's", () => {
  const resource = { resourceType: "Media", status: "entered-in-error", title: "Radio" };
  const own = metadataOf(resource, 10, 9);
  assert.equal(own.title, "Radio (entered-in-error)");
  for (const name of [own, { ...own, title: "Radio" }]) assert.ok(isNamedBy(resource, name));
  for (const other of [
    { title: "Radios" },
    { title: "Radio (not-done)" },
    { type: "Procedure" },
    { date: "2026" },
  ])
    assert.ok(!isNamedBy(resource, { ...own, ...other }), JSON.stringify(other));
  const nameless = { resourceType: "Media" };
  assert.ok(isNamedBy(nameless, metadataOf(nameless, 10, 0)));
});

test("what a list puts behind a title comes off again, and nothing else does", () => {
  const wrong = { resourceType: "Media", status: "entered-in-error" };
  assert.equal(titleWithout("Radio (entered-in-error)", wrong), "Radio");
  assert.equal(titleWithout("Radio", wrong), "Radio");
  const plain = { resourceType: "Media", status: "completed" };
  for (const title of ["Radio (entered-in-error)", "Radio (undefined)", ""])
    assert.equal(titleWithout(title, plain), title);
});

test("what turns the meaning of a document is taken as it was given, and where it was", () => {
  const modifierExtension = [{ url: "https://example.org/not" }];
  const turning = { status: "superseded", docStatus: "amended", modifierExtension };
  const resource = { resourceType: "DocumentReference", title: "x", ...turning };
  assert.deepEqual(turningIn(resource), turning);
  assert.deepEqual(turningIn({ resourceType: "DocumentReference" }), {});
});
