import { readFileSync } from "node:fs";

/** A row of a vector file: texts and numbers by name. */
export class Row {
  readonly #fields: ReadonlyMap<string, unknown>;

  constructor(fields: object) {
    this.#fields = new Map(Object.entries(fields));
  }

  has(name: string): boolean {
    return this.#fields.has(name);
  }

  text(name: string): string {
    const value = this.#fields.get(name);
    if (typeof value !== "string") throw new TypeError(`${name} is not a text`);
    return value;
  }

  number(name: string): number {
    const value = this.#fields.get(name);
    if (typeof value !== "number") throw new TypeError(`${name} is not a number`);
    return value;
  }

  bytes(name: string, encoding: "base64url" | "hex" = "base64url"): Uint8Array<ArrayBuffer> {
    return new Uint8Array(Buffer.from(this.text(name), encoding));
  }

  list(name: string): unknown[] {
    const value = this.#fields.get(name);
    if (!Array.isArray(value)) throw new TypeError(`${name} is not a list`);
    return value;
  }

  texts(name: string): string[] {
    return this.list(name).map((each) => {
      if (typeof each !== "string") throw new TypeError(`${name} is not a list of texts`);
      return each;
    });
  }

  row(name: string): Row {
    const value = this.#fields.get(name);
    if (typeof value !== "object" || value === null) throw new TypeError(`${name} is not a row`);
    return new Row(value);
  }

  rows(name: string): Row[] {
    return this.list(name).map((each) => {
      if (typeof each !== "object" || each === null) throw new TypeError(`${name} is not rows`);
      return new Row(each);
    });
  }
}

/** A JSON file of rows. */
export function readRows(path: string | URL): Row {
  const parsed: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (typeof parsed !== "object" || parsed === null) throw new TypeError("not an object");
  return new Row(parsed);
}

/** vectors/crypto/NAME.json. */
export function ownVectors(name: string): { accept: Row[]; refuse: Row[] } {
  const file = readRows(new URL(`../../../vectors/crypto/${name}.json`, import.meta.url));
  return { accept: file.rows("accept"), refuse: file.rows("refuse") };
}
