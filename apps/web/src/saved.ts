import { useEffect, useRef, useState } from "react";
import { ask, changes, sayArrived } from "./vault.ts";
import type { Saved } from "./wire.ts";

/** How often what waits is tried, while something does. */
const AGAIN = 20_000;

/** What a sign-in fails with where it may be tried again by itself: nobody has to see or type anything. */
const PASSING: ReadonlySet<string | undefined> = new Set([
  undefined,
  "offline",
  "unavailable",
  "rate-limited",
]);

/** Whether the account waits for the service, and for nothing that a person must do first. */
export function isWaitingFor({ kept, signedIn, reason }: Saved): boolean {
  return kept && !signedIn && PASSING.has(reason);
}

/**
 * What is saved where; looked at again after every change, when the network comes back, and while
 * something waits. Where this device showed what it keeps, it signs in behind it.
 */
export function useSaved(isOpen: boolean, isOffline: boolean): Saved | undefined {
  const [standing, setStanding] = useState<Saved>();
  const last = useRef<Saved>(undefined);
  last.current = standing;
  const keeps = standing?.kept === true;
  const waits = standing?.waiting.some(({ apart }) => apart === undefined) === true;
  const isAway = standing !== undefined && isWaitingFor(standing);
  useEffect(() => {
    if (!isOpen) return setStanding(undefined);
    let gone = false;
    const take = (next: Saved) => {
      if (gone) return;
      if (hasArrived(last.current, next)) sayArrived();
      setStanding(next);
    };
    const look = () => void ask("saved").then(take, () => undefined);
    look();
    // Also without network: what needs the service waits until it was asked once.
    void ask("reach", { code: "" }).then(take, () => undefined);
    changes.addEventListener("changed", look);
    return () => {
      gone = true;
      changes.removeEventListener("changed", look);
    };
  }, [isOpen]);
  useEffect(() => {
    if (!isOpen || !keeps || isOffline) return;
    const send = () =>
      void (isAway ? ask("reach", { code: "" }) : ask("send")).then(
        (next) => {
          if (hasArrived(last.current, next)) sayArrived();
          setStanding(next);
        },
        () => undefined,
      );
    send();
    const timer = waits || isAway ? setInterval(send, AGAIN) : undefined;
    return () => clearInterval(timer);
  }, [isOpen, keeps, waits, isAway, isOffline]);
  return isOpen ? standing : undefined;
}

/** Whether something has gone out, or the service answers again: then there may be more to show. */
function hasArrived(before: Saved | undefined, { waiting, signedIn }: Saved): boolean {
  if (before === undefined) return false;
  return waiting.length < before.waiting.length || (signedIn && !before.signedIn);
}

/** Asks again when the record may hold more than what is shown. */
export function useArrived(again: () => void): void {
  useEffect(() => {
    changes.addEventListener("arrived", again);
    return () => changes.removeEventListener("arrived", again);
  }, [again]);
}
