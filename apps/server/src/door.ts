import type { Journal } from "./journal.ts";
import { ServerError } from "./problem.ts";

/**
 * The journal as everybody writes to it, which can be shut while the database is not what was signed.
 * What else would last is taken in by nobody meanwhile either (app.ts): the database is about to be
 * replaced, and what somebody was told is kept would be gone.
 */
export interface Door {
  readonly journal: Journal;
  readonly isShut: () => boolean;
  open(): void;
  shut(): void;
}

/** @returns a door that is open; shut, every write is refused as `unavailable` */
export function doorOf(journal: Journal): Door {
  let isOpen = true;
  return {
    journal: {
      ...journal,
      commit: (operation) =>
        isOpen ? journal.commit(operation) : Promise.reject(new ServerError("unavailable")),
    },
    isShut: () => !isOpen,
    open() {
      isOpen = true;
    },
    shut() {
      isOpen = false;
    },
  };
}
