// The sheet somebody fills in before they have a record: it lies in this page's memory and nowhere
// else, until it is printed or taken into a record.

export interface Prepared {
  readonly medicines: string;
  readonly allergies: string;
  readonly changes: string;
  readonly questions: string;
}

const EMPTY: Prepared = { medicines: "", allergies: "", changes: "", questions: "" };

let sheet: Prepared = EMPTY;
let isWanted = false;

/** What was filled in so far. */
export function prepared(): Prepared {
  return sheet;
}

/** Keeps what was filled in while the page lasts. */
export function prepare(next: Prepared): void {
  sheet = next;
}

/** Marks the sheet to be taken into the record that is about to be made. */
export function wantKept(): void {
  isWanted = true;
}

/** The sheet as it goes into a new record, once; undefined where nobody wants that. */
export function takePrepared(): Prepared | undefined {
  const isFilled = Object.values(sheet).some((text: string) => text.trim() !== "");
  const taken = isWanted && isFilled ? sheet : undefined;
  isWanted = false;
  if (taken !== undefined) sheet = EMPTY;
  return taken;
}
