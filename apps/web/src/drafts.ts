import { type Dispatch, type SetStateAction, useEffect, useState } from "react";

// What somebody has begun when their session ends by itself: words, choices, files. It waits in the
// memory of this page, and nowhere else, until the same account is opened here again (WCAG 2.2,
// 2.2.5). Passwords and codes are never among it; leaving on purpose, or another account, ends it.

interface Held {
  readonly account: string;
  /** Where it was begun, as the router names places. */
  readonly place: string;
  readonly drafts: Map<string, unknown>;
}

/** What stands on the page now, by its name. */
const begun = new Map<string, unknown>();

let held: Held | undefined;

/** Holds what is begun while the door stands in its place. */
export function holdDrafts(account: string, place: string): void {
  held = { account, place, drafts: new Map(begun) };
}

/** Whatever another account began is gone. */
export function dropDraftsOfOthers(account: string): void {
  if (held?.account !== account) held = undefined;
}

export function dropDrafts(): void {
  held = undefined;
}

/** Where the door is to lead; undefined where no session ended by itself. */
export function placeHeld(): string | undefined {
  return held?.place;
}

/**
 * A state that outlives the end of a session.
 * @param name one in the whole page, and always of the same type
 */
export function useDraft<T>(
  name: string,
  initial: T,
): [value: T, set: Dispatch<SetStateAction<T>>] {
  const [value, setValue] = useState<T>(() =>
    held?.drafts.has(name) === true ? (held.drafts.get(name) as T) : initial,
  );
  useEffect(() => {
    held?.drafts.delete(name);
    begun.set(name, value);
    return () => {
      begun.delete(name);
    };
  }, [name, value]);
  return [value, setValue];
}
