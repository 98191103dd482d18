import { useEffect, useState } from "react";
import { ask, changes } from "./vault.ts";
import type { Saved } from "./wire.ts";

/** How often what waits is tried, while something does. */
const AGAIN = 20_000;

/** What is saved where; looked at again after every change, when the network comes back, and while something waits. */
export function useSaved(isOpen: boolean, isOffline: boolean): Saved | undefined {
  const [standing, setStanding] = useState<Saved>();
  const keeps = standing?.kept === true;
  const waits = standing?.waiting.some(({ apart }) => apart === undefined) === true;
  const isAway = keeps && standing?.signedIn === false;
  useEffect(() => {
    if (!isOpen) return setStanding(undefined);
    let gone = false;
    const take = (next: Saved) => {
      if (!gone) setStanding(next);
    };
    const look = () => void ask("saved").then(take, () => undefined);
    look();
    changes.addEventListener("changed", look);
    return () => {
      gone = true;
      changes.removeEventListener("changed", look);
    };
  }, [isOpen]);
  useEffect(() => {
    if (!isOpen || !keeps || isOffline) return;
    const send = () => void ask("send").then(setStanding, () => undefined);
    send();
    const timer = waits || isAway ? setInterval(send, AGAIN) : undefined;
    return () => clearInterval(timer);
  }, [isOpen, keeps, waits, isAway, isOffline]);
  return isOpen ? standing : undefined;
}
