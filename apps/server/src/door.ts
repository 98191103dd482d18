import type { Journal } from "./journal.ts";
import { ServerError } from "./problem.ts";

/** The journal as everybody writes to it, which can be shut while the database is not what was signed. */
export interface Door {
  readonly journal: Journal;
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
    open() {
      isOpen = true;
    },
    shut() {
      isOpen = false;
    },
  };
}
