import { deflateSync } from "node:zlib";

// Files made here, so that nothing of anybody's lies in the project.

/** A picture of one colour, PNG (RFC 2083). */
export function picture(size = 120): Buffer {
  const row = Buffer.concat([Buffer.of(0), Buffer.alloc(size * 3, 0x7a)]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.concat(Array.from({ length: size }, () => row)))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

function crc(bytes: Buffer): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let i = 0; i < 8; i++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return (value ^ 0xffffffff) >>> 0;
}

/** A text with a secret word in it. */
export function note(secret: string): Buffer {
  return Buffer.from(`Compte rendu\n\nHémoglobine 13,2 g/dL\n${secret}\n`);
}

/** A bundle of FHIR R4 with two resources. */
export function bundle(secret: string): Buffer {
  return Buffer.from(
    JSON.stringify({
      resourceType: "Bundle",
      type: "transaction",
      entry: [
        {
          resource: {
            resourceType: "Observation",
            status: "final",
            code: { text: `Glycémie ${secret}` },
            effectiveDateTime: "2026-03-12T08:15:00+01:00",
            valueQuantity: { comparator: "<", value: 5.4321, unit: "mmol/L" },
          },
        },
        {
          resource: {
            resourceType: "Immunization",
            status: "completed",
            vaccineCode: { text: "DTP" },
            occurrenceDateTime: "2024-10-02",
          },
        },
      ],
    }),
  );
}

/** The smallest PDF that is one. */
export function pdf(): Buffer {
  return Buffer.from(
    "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
  );
}
