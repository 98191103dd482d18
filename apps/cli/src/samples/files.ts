import { fileURLToPath } from "node:url";
import { ecgScan } from "./ecg-scan.ts";
import { fhirBundle } from "./fhir-bundle.ts";
import { imagingReport } from "./imaging-report.ts";
import { labResult } from "./lab-result.ts";
import { prescription } from "./prescription.ts";

/** Where the samples lie in the project. */
export const SAMPLES_FOLDER = fileURLToPath(new URL("../../../../samples/", import.meta.url));

/** A sample document and the name of its file. */
export interface SampleFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Every sample, made anew. */
export async function sampleFiles(): Promise<SampleFile[]> {
  const text = (value: string) => new TextEncoder().encode(value);
  return [
    { name: "analyses-2026-11-03.pdf", bytes: await labResult() },
    { name: "ordonnance-2026-11-09.pdf", bytes: await prescription() },
    { name: "echographie-2026-09-22.txt", bytes: text(imagingReport()) },
    { name: "electrocardiogramme-2026-08-25.png", bytes: ecgScan() },
    {
      name: "suivi-2025-2026.fhir.json",
      bytes: text(`${JSON.stringify(fhirBundle(), null, 2)}\n`),
    },
  ];
}
