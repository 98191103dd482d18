import { useCallback, useEffect, useRef, useState } from "react";
import { ask, type Progress, VaultError } from "./vault.ts";
import type { Answer, Ask, CallName } from "./wire.ts";

/** What is known of an answer. The one before stays while a newer one is on its way. */
export interface Answered<T> {
  readonly answer: T | undefined;
  readonly error: VaultError | undefined;
  readonly waiting: boolean;
  readonly again: () => void;
}

/** Asks when the page is shown, and again when what is asked changes. */
export function useAnswer<N extends CallName>(name: N, what: Ask<N>): Answered<Answer<N>> {
  const [state, setState] = useState<Omit<Answered<Answer<N>>, "again">>({
    answer: undefined,
    error: undefined,
    waiting: true,
  });
  const [turn, setTurn] = useState(0);
  const asked = JSON.stringify(what ?? null);
  const latest = useRef(what);
  latest.current = what;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `asked` and `turn` stand for what is asked, and for asking again.
  useEffect(() => {
    let gone = false;
    setState((before) => ({ ...before, error: lasting(before.error), waiting: true }));
    (ask as LooseAsk<N>)(name, latest.current).then(
      (answer) => {
        if (!gone) setState({ answer, error: undefined, waiting: false });
      },
      (error: unknown) => {
        if (!gone)
          setState((before) => ({ ...before, error: asVaultError(error), waiting: false }));
      },
    );
    return () => {
      gone = true;
    };
  }, [name, asked, turn]);
  const again = useCallback(() => setTurn((n) => n + 1), []);
  return { ...state, again };
}

/** What a person decides about stays in sight while the same is asked again. */
function lasting(error: VaultError | undefined): VaultError | undefined {
  return error?.code === "log-succeeded" ? error : undefined;
}

type LooseAsk<N extends CallName> = (
  name: N,
  what: Ask<N>,
  progress?: Progress,
) => Promise<Answer<N>>;

/** A thing a person sets going: whether it runs, how far it is, and why it failed. */
export interface Doing {
  readonly busy: boolean;
  readonly error: VaultError | undefined;
  readonly progress: number | undefined;
  /** Runs it; the answer is whether it went well. */
  readonly run: (work: (progress: Progress) => Promise<void>) => Promise<boolean>;
  readonly clear: () => void;
}

/** Runs one thing at a time and keeps what came of it. */
export function useDoing(): Doing {
  const [state, setState] = useState<Omit<Doing, "run" | "clear">>({
    busy: false,
    error: undefined,
    progress: undefined,
  });
  const run = useCallback(async (work: (progress: Progress) => Promise<void>) => {
    setState({ busy: true, error: undefined, progress: undefined });
    try {
      await work((done, total) =>
        setState((before) => ({ ...before, progress: total === 0 ? 1 : done / total })),
      );
      setState({ busy: false, error: undefined, progress: undefined });
      return true;
    } catch (error) {
      setState({ busy: false, error: asVaultError(error), progress: undefined });
      return false;
    }
  }, []);
  const clear = useCallback(() => setState((before) => ({ ...before, error: undefined })), []);
  return { ...state, run, clear };
}

function asVaultError(error: unknown): VaultError {
  if (error instanceof VaultError) return error;
  return new VaultError({ code: "internal" });
}
