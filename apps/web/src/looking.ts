import { useEffect, useState } from "react";
import { ask, VaultError } from "./vault.ts";
import type { Answer, CallName } from "./wire.ts";

/** Calls that ask for nothing: what can be looked at again and again. */
type Looking = {
  [N in CallName]: undefined extends import("./wire.ts").Ask<N> ? N : never;
}[CallName];

/** What was last seen, and why nothing more is. */
export interface Looked<T> {
  readonly seen: T | undefined;
  readonly error: VaultError | undefined;
}

/**
 * Looks again and again while the page stands: somebody in the same room is doing
 * something on another device. A network that is gone is waited for.
 */
export function useLooking<N extends Looking>(
  name: N,
  every: number,
  turn: number = 0,
): Looked<Answer<N>> {
  const [state, setState] = useState<Looked<Answer<N>>>({ seen: undefined, error: undefined });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` stands for looking at once.
  useEffect(() => {
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      let again = true;
      try {
        const seen = await (ask as (name: N) => Promise<Answer<N>>)(name);
        if (!gone) setState({ seen, error: undefined });
      } catch (error) {
        const known = error instanceof VaultError ? error : new VaultError({ code: "internal" });
        again = known.code === "offline" || known.code === "unavailable";
        if (!gone) setState((before) => ({ ...before, error: known }));
      }
      if (!gone && again) timer = setTimeout(() => void look(), every);
    };
    void look();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [name, every, turn]);
  return state;
}
