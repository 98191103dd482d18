// When the kit was last seen to open the record, on this device: a day and nothing else.

const PLACE = "ecrin.kit-checked";

/** After this long a sheet of paper may have gone the way of paper. */
const LONG = 90 * 24 * 3600 * 1000;

/** Remembers that the kit has just proved itself. */
export function kitWasChecked(): void {
  localStorage.setItem(PLACE, new Date().toISOString().slice(0, 10));
}

/** Whether it is time to look for the kit again. A device that never asked begins to count now. */
export function isKitCheckDue(now: number): boolean {
  const last = Date.parse(localStorage.getItem(PLACE) ?? "");
  if (Number.isNaN(last)) {
    kitWasChecked();
    return false;
  }
  return now - last > LONG;
}
