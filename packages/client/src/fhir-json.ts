// FHIR as JSON with every digit of its decimals: "1.10" was measured to a hundredth, "1.1" was not
// (FHIR R4, Datatypes, decimal: the precision of a value is significant and is kept). A number of
// JavaScript does not know the difference, so one that would come out otherwise is kept as it is written.

/** A number that a number of JavaScript would write in other digits. */
export class Decimal {
  /** As it stands in the JSON, such as `1.10` or `1.5e-7`. */
  readonly digits: string;

  constructor(digits: string) {
    this.digits = digits;
  }

  /** What `JSON.stringify` writes, which knows no better; `fhirText` writes the digits. */
  toJSON(): number {
    return Number(this.digits);
  }
}

/** Arrays and objects around each other: more than any resource has, and fewer than whoever reads them takes. */
const DEEPEST = 100;

/** Whether values stand deeper in each other than anybody reads. */
export function isTooDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; depth <= DEEPEST; depth++) {
    level = level.flatMap((each) =>
      typeof each === "object" && each !== null && !(each instanceof Decimal)
        ? Object.values(each)
        : [],
    );
    if (level.length === 0) return false;
  }
  return true;
}

const TEXT_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * Reads JSON; a number that would lose digits comes as a `Decimal`.
 * @throws SyntaxError where the text is no JSON
 */
export function readFhir(text: string): unknown {
  const plain: unknown = JSON.parse(text);
  const mark = unforeseen();
  let isPlain = true;
  const marked = text.replace(TEXT_OR_NUMBER, (token) => {
    if (token.startsWith('"') || String(Number(token)) === token) return token;
    isPlain = false;
    return `{"${mark}":"${token}"}`;
  });
  // Nested deeper than a resource may be it is refused by whoever reads on, and would exhaust this.
  if (isPlain || isTooDeep(plain)) return plain;
  return JSON.parse(marked, (_, value: unknown) => decimalIn(value, mark) ?? value);
}

/** Writes JSON as `JSON.stringify` does, decimals in the digits in which they were read. */
export function fhirText(value: unknown): string {
  return holdsDecimal(value) ? written(value) : (JSON.stringify(value) ?? "null");
}

function holdsDecimal(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return value instanceof Decimal || Object.values(value).some(holdsDecimal);
}

function written(value: unknown): string {
  if (value instanceof Decimal) return value.digits;
  if (Array.isArray(value)) return `[${value.map((each) => written(each)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value).filter(([, each]) => each !== undefined);
  return `{${members.map(([name, each]) => `${JSON.stringify(name)}:${written(each)}`).join(",")}}`;
}

/** A name that no member of this JSON has, in letters or in escapes: nobody could foresee it. */
function unforeseen(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}

/** What stands for a number in the marked text. */
function decimalIn(value: unknown, mark: string): Decimal | undefined {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, mark)) return undefined;
  const digits: unknown = Object.getOwnPropertyDescriptor(value, mark)?.value;
  return new Decimal(String(digits));
}
