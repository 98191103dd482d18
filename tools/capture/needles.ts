/** What must not be seen: what it is, and its text or bytes. */
export type Canaries = Readonly<Record<string, string | Uint8Array>>;

/** A canary in one of the forms in which it could lie or travel. */
export interface Needle {
  readonly canary: string;
  readonly form: string;
  readonly bytes: Buffer;
}

/** Where a needle was found. */
export interface Sighting {
  readonly canary: string;
  readonly form: string;
  readonly at: number;
}

/** Shorter texts are found everywhere by chance, and longer ones are looked for by their first bytes. */
const SHORTEST = 8;
const LOOKED_AT = 4;

/** Every form of every canary. @throws RangeError for one that is too short to mean anything */
export function needlesOf(canaries: Canaries): Needle[] {
  return Object.entries(canaries).flatMap(([canary, value]) => {
    const needles = formsOf(value).map(([form, bytes]) => ({ canary, form, bytes }));
    const short = needles.find(({ bytes }) => bytes.length < SHORTEST);
    if (short !== undefined) throw new RangeError(`${canary} is too short to be looked for`);
    return needles;
  });
}

function formsOf(value: string | Uint8Array): [form: string, bytes: Buffer][] {
  const plain = Buffer.from(value);
  const forms: [string, Buffer][] = [
    [typeof value === "string" ? "utf-8" : "bytes", plain],
    ["hex", Buffer.from(plain.toString("hex"))],
    ["HEX", Buffer.from(plain.toString("hex").toUpperCase())],
    ...in64("base64", plain),
    ...in64("base64url", plain),
    // The payload of a statement is base64url, and so are the bytes in its fields.
    ...in64("base64url", plain).flatMap(([inner, bytes]) =>
      in64("base64url", bytes).map(([outer, text]) => nested(inner, outer, text)),
    ),
  ];
  if (typeof value === "string") {
    const wide = Buffer.from(value, "utf16le");
    forms.push(
      ["utf-16le", wide],
      ["utf-16be", Buffer.from(wide).swap16()],
      ["percent-encoded", Buffer.from(encodeURIComponent(value))],
      ["JSON escapes", Buffer.from(escaped(value))],
    );
  }
  const seen = new Set<string>();
  return forms.filter(([, bytes]) => {
    const text = bytes.toString("latin1");
    return !seen.has(text) && seen.add(text) !== undefined;
  });
}

function nested(inner: string, outer: string, text: Buffer): [string, Buffer] {
  return [`${inner} in ${outer}`, text];
}

/**
 * The characters that bytes leave in base64 (RFC 4648) wherever they begin in a
 * group of three; those that neighbours have a part in are left out.
 */
function in64(alphabet: "base64" | "base64url", bytes: Buffer): [string, Buffer][] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString(alphabet)
      .replace(/=+$/, "");
    const first = Math.ceil((before * 8) / 6);
    const end = Math.floor(((before + bytes.length) * 8) / 6);
    const form = before === 0 ? alphabet : `${alphabet} + ${before}`;
    return [form, Buffer.from(text.slice(first, end))];
  });
}

function escaped(text: string): string {
  return text.replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Looks for all needles at once: one pass, however many there are. */
export class Scanner {
  /** Whether four bytes with this hash begin any needle. */
  readonly #begins = new Uint8Array(1 << 16);
  readonly #byStart = new Map<number, Needle[]>();

  constructor(needles: readonly Needle[]) {
    for (const needle of needles) {
      const start = needle.bytes.readUInt32BE(0);
      this.#begins[hashOf(start)] = 1;
      this.#byStart.set(start, [...(this.#byStart.get(start) ?? []), needle]);
    }
  }

  /** Every needle in these bytes; a text is looked at as UTF-8. */
  find(where: Uint8Array | string): Sighting[] {
    const bytes = Buffer.from(where);
    const found: Sighting[] = [];
    let four = 0;
    for (let i = 0; i < bytes.length; i++) {
      four = ((four << 8) | (bytes[i] ?? 0)) >>> 0;
      if (i < LOOKED_AT - 1 || this.#begins[hashOf(four)] === 0) continue;
      const at = i - LOOKED_AT + 1;
      for (const needle of this.#byStart.get(four) ?? []) {
        const end = at + needle.bytes.length;
        if (end > bytes.length || needle.bytes.compare(bytes, at, end) !== 0) continue;
        found.push({ canary: needle.canary, form: needle.form, at });
      }
    }
    return found;
  }
}

function hashOf(four: number): number {
  return Math.imul(four, 0x9e3779b1) >>> 16;
}
