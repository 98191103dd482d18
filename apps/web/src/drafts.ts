import { type Dispatch, type SetStateAction, useEffect, useState } from "react";
import type { Place } from "./places.ts";

// What somebody has begun when their session ends by itself: words, choices, a corrected version
// (files on their way: files.ts). It waits in the memory of this page, and nowhere else, until the
// same account is opened here again (WCAG 2.2, 2.2.5). Passwords, and codes of an app, are never
// among it; leaving on purpose, or another account, ends it. What somebody sets aside to do first what
// a page has asked them to, such as checking a code before they share, waits in the same way.

interface Held {
  readonly account: string;
  readonly drafts: Map<string, unknown>;
  /** Where it was begun, as the router names places: where the door then leads. */
  place: string | undefined;
  /** The page on which something was set aside. */
  aside: Place | undefined;
}

/** What stands on the page now, by its name. */
const begun = new Map<string, unknown>();

let held: Held | undefined;

/** Whether a page stands that is behind the password. */
let isInside = false;

/** Holds what is begun while the door stands in its place, beside what was set aside. */
export function holdDrafts(account: string): void {
  const { pathname, search } = globalThis.location;
  const place = isInside ? `${pathname}${search}` : undefined;
  const { drafts, aside } = held?.account === account ? held : {};
  held = { account, drafts: new Map([...(drafts ?? []), ...begun]), place, aside };
}

/** Holds what is begun on this page while somebody does first what it has asked them to. */
export function setAside(account: string, aside: Place): void {
  holdDrafts(account);
  held = { account, drafts: held?.drafts ?? new Map(), place: undefined, aside };
}

/** Where something was set aside: a page that was led to leads back there. */
export function placeAside(): Place | undefined {
  return held?.aside;
}

/** That page stands again, with what was begun on it. */
export function takeUp(): void {
  if (held !== undefined) held.aside = undefined;
}

/** Such a page stands, and the door has led there. @returns to be called when it does no more */
export function comeInside(): () => void {
  isInside = true;
  forgetPlace();
  return () => {
    isInside = false;
  };
}

/** Whatever another account began is gone. */
export function dropDraftsOfOthers(account: string): void {
  if (held?.account !== account) held = undefined;
}

/** Whoever leaves on purpose was asked before. */
export function dropDrafts(): void {
  held = undefined;
}

/** The door leads to the first page. */
export function forgetPlace(): void {
  if (held !== undefined) held.place = undefined;
}

/** Where the door is to lead; undefined where no session ended by itself. */
export function placeHeld(): string | undefined {
  return held?.place;
}

/**
 * A state that outlives the end of a session.
 * @param name one in the whole page, and always of the same type
 * @param again makes of what was held what stands there then
 */
export function useDraft<T>(
  name: string,
  initial: T,
  again: (value: T) => T = (value) => value,
): [value: T, set: Dispatch<SetStateAction<T>>] {
  const [value, setValue] = useState<T>(() =>
    held?.drafts.has(name) === true ? again(held.drafts.get(name) as T) : initial,
  );
  useEffect(() => {
    // Taken up: from here on it is what stands on the page.
    held?.drafts.delete(name);
  }, [name]);
  useEffect(() => {
    begun.set(name, value);
    return () => {
      begun.delete(name);
    };
  }, [name, value]);
  return [value, setValue];
}
