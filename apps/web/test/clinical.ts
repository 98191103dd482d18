// Medical files made here: the smallest that show what is tested.

const LITTLE = true;

/** A CDA document with this body; everything else is as short as the standard lets it be. */
export function cda(body: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <title>Compte rendu</title>
  <effectiveTime value="20261103101500+0100"/>
  <recordTarget><patientRole><patient>
    <name><given>Camille</given><family>Moreau</family></name><birthTime value="19560412"/>
  </patient></patientRole></recordTarget>
  <author><assignedAuthor><assignedPerson>
    <name><prefix>Dr</prefix><given>Hélène</given><family>Roche</family></name>
  </assignedPerson></assignedAuthor></author>
  <custodian><assignedCustodian><representedCustodianOrganization>
    <name>Centre des Deux-Rives</name>
  </representedCustodianOrganization></assignedCustodian></custodian>
  <component>${body}</component>
</ClinicalDocument>`;
}

export function section(title: string, text: string, inner = ""): string {
  return `<component><section><title>${title}</title><text>${text}</text>${inner}</section></component>`;
}

type Value = string | readonly number[] | Uint8Array | readonly Element[][];
/** Group and element, value representation, value; several items make a sequence. */
export type Element = readonly [tag: number, vr: string, value: Value];

/** A DICOM file of these elements, explicit VR, little endian (PS3.5, PS3.10). */
export function dicom(
  elements: readonly Element[],
  syntax = "1.2.840.10008.1.2.1",
): Uint8Array<ArrayBuffer> {
  const meta = joined([element([0x00020010, "UI", syntax])]);
  const length = element([0x00020000, "UL", u32(meta.length)]);
  return joined([
    new Uint8Array(128),
    new TextEncoder().encode("DICM"),
    length,
    meta,
    ...elements.map(element),
  ]);
}

/** Pixel data in fragments, as compressed pictures lie in a file (PS3.5 A.4). */
export function fragments(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const item = (bytes: Uint8Array) => {
    const even = bytes.length % 2 === 0 ? bytes : joined([bytes, new Uint8Array(1)]);
    return joined([u16(0xfffe), u16(0xe000), u32(even.length), even]);
  };
  return joined([
    u16(0x7fe0),
    u16(0x0010),
    new TextEncoder().encode("OB"),
    u16(0),
    u32(0xffffffff),
    item(new Uint8Array()),
    ...pieces.map(item),
    u16(0xfffe),
    u16(0xe0dd),
    u32(0),
  ]);
}

const LONG: ReadonlySet<string> = new Set(["OB", "OW", "SQ", "UN", "UT"]);

function element([tag, vr, value]: Element): Uint8Array {
  const bytes = bytesOf(vr, value);
  const length = LONG.has(vr) ? joined([u16(0), u32(bytes.length)]) : u16(bytes.length);
  return joined([u16(tag >>> 16), u16(tag & 0xffff), new TextEncoder().encode(vr), length, bytes]);
}

function bytesOf(vr: string, value: Value): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === "string") {
    const text = new TextEncoder().encode(value);
    return text.length % 2 === 0 ? text : joined([text, Uint8Array.of(vr === "UI" ? 0 : 0x20)]);
  }
  return joined(
    value.map((each) => {
      if (typeof each === "number") return u16(each);
      const item = joined(each.map(element));
      return joined([u16(0xfffe), u16(0xe000), u32(item.length), item]);
    }),
  );
}

export function u16(value: number): Uint8Array {
  const bytes = new Uint8Array(2);
  new DataView(bytes.buffer).setUint16(0, value & 0xffff, LITTLE);
  return bytes;
}

export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, LITTLE);
  return bytes;
}

export function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
