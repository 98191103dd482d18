import { useEffect, useRef } from "react";
import { ask, told } from "./vault.ts";

/** Several entries of one moment are fetched once. */
const GATHER_MS = 400;

/**
 * Asks again whenever one's journals have grown, or one has done something in those of others, for as
 * long as the page is shown. There is no time limit.
 */
export function useLiveJournal(whose: "mine" | "others", again: () => void): void {
  const latest = useRef(again);
  latest.current = again;
  useEffect(() => {
    let timer: number | undefined;
    const grown = () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => latest.current(), GATHER_MS);
    };
    told.addEventListener("journal", grown);
    ask("watch", { whose }).catch(() => undefined);
    return () => {
      window.clearTimeout(timer);
      told.removeEventListener("journal", grown);
      ask("watch", { whose: "nobody" }).catch(() => undefined);
    };
  }, [whose]);
}
