import type { OpenedDocument } from "../wire.ts";

/** Beyond this a file is saved and not taken apart: a page is no place for it. */
const LARGEST = 256 * 1024 * 1024;

/** What a file of a kind that browsers do not show holds, taken apart for the page to show. */
export async function shownOf(
  mediaType: string,
  file: Blob,
): Promise<Pick<OpenedDocument, "cda" | "dicom">> {
  if (file.size > LARGEST) return {};
  if (/[/+]xml$/.test(mediaType)) {
    const { parseCda } = await import("../shown/cda.ts");
    const cda = parseCda(await file.text());
    return cda === undefined ? {} : { cda };
  }
  if (mediaType === "application/dicom") {
    const { readDicom } = await import("../shown/dicom.ts");
    const dicom = readDicom(new Uint8Array(await file.arrayBuffer()));
    return dicom === undefined ? {} : { dicom };
  }
  return {};
}
