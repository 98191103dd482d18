// What the client takes in of FHIR: bundles of others, of which only what a list shows is looked at.

import { FhirError, fhirText, readFhir, resourcesOfBundle } from "@ecrin/client";
import { canonicalJson, type Metadata, parseMetadata } from "@ecrin/protocol";
import { metadataOf } from "../../packages/client/src/fhir.ts";
import { type Target, text } from "./target.ts";

const BUNDLE = {
  resourceType: "Bundle",
  type: "transaction",
  entry: [
    {
      resource: {
        resourceType: "Observation",
        code: { text: "Hémoglobine" },
        effectiveDateTime: "2026-09-21T08:00:00Z",
      },
    },
    {
      resource: {
        resourceType: "DocumentReference",
        description: "Compte rendu",
        date: "2026-09-20",
        content: [{ attachment: { contentType: "application/pdf", title: "cr.pdf", size: 7 } }],
      },
    },
    {
      resource: {
        resourceType: "Condition",
        code: {
          coding: [{ system: "http://hl7.org/fhir/sid/icd-10", code: "A69.2", display: "Lyme" }],
        },
        recordedDate: "2026-09",
      },
    },
  ],
};

/** Figures in the digits in which they were written. */
const DIGITS =
  '{"resourceType":"Observation","valueQuantity":{"value":1.10,"unit":"g/L"},"component":[{"valueQuantity":{"value":-5.0e-1}},{"valueString":"1.10"}]}';

export function fhirTargets(): Target[] {
  return [
    {
      name: "digits of FHIR",
      terms: "json",
      originals: [DIGITS, `[${DIGITS},12345678901234567890,0.0]`],
      refusals: [SyntaxError],
      open: (input) => readFhir(text(input)),
      // Whatever it holds, it is what JSON has, and written again it is read again as the same.
      equivalent: (input, result) => {
        const plain = JSON.stringify(JSON.parse(text(input)));
        const written = fhirText(result);
        return JSON.stringify(result) === plain && fhirText(readFhir(written)) === written;
      },
    },
    {
      name: "FHIR bundle",
      terms: "json",
      originals: [JSON.stringify(BUNDLE)],
      refusals: [FhirError, SyntaxError],
      open: (input) => resourcesOfBundle(JSON.parse(text(input))),
      equivalent: (input, result) => {
        const { entry } = JSON.parse(text(input)) as { entry: { resource: object }[] };
        const found = result as ReturnType<typeof resourcesOfBundle>;
        return (
          found.length === entry.length &&
          found.every((each, i) => JSON.stringify(each) === JSON.stringify(entry[i]?.resource))
        );
      },
    },
    {
      name: "names of FHIR resources",
      terms: "json",
      originals: [JSON.stringify(BUNDLE)],
      refusals: [FhirError, SyntaxError],
      open: (input) =>
        resourcesOfBundle(JSON.parse(text(input))).map((each) => metadataOf(each, 100, 50)),
      // Whatever a resource holds, its name is one that can be sealed and read again.
      equivalent: (_, result) =>
        (result as Metadata[]).every((name) => {
          const { title, type } = parseMetadata(canonicalJson({ ...name }));
          return title === name.title && type === name.type;
        }),
    },
  ];
}
