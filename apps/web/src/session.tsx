import {
  createContext,
  type ReactNode,
  use,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { files } from "./adding.ts";
import { dropDraftsOfOthers, holdDrafts } from "./drafts.ts";
import { ask, closed, VaultError } from "./vault.ts";
import type { Status } from "./wire.ts";

/** Who is signed in on this page, as far as the page needs to know. */
export interface Session {
  readonly status: Status;
  /** Takes in what a call that opens or closes the account answered. */
  readonly enter: (status: Status) => void;
}

const SessionContext = createContext<Session | undefined>(undefined);

/** Asks the worker whether this device holds an account, and shares the answer with the whole page. */
export function SessionProvider({
  children,
  failed,
}: {
  readonly children: ReactNode;
  readonly failed: (error: VaultError) => ReactNode;
}) {
  const [status, setStatus] = useState<Status>();
  const [error, setError] = useState<VaultError>();
  const latest = useRef<Status>(undefined);
  const enter = useCallback((next: Status) => {
    const before = latest.current;
    latest.current = next;
    // Once, however many calls found it closed: what stands on the page now is what was begun.
    if (before?.state === "open" && next.state !== "open") holdDrafts(before.account);
    dropDraftsOfOthers(next.account);
    files.belongTo(next.account);
    if (before?.state !== "open" && next.state === "open") files.opened();
    setStatus(next);
  }, []);
  useEffect(() => {
    ask("status").then(enter, (reason: unknown) =>
      setError(reason instanceof VaultError ? reason : new VaultError({ code: "worker-stopped" })),
    );
  }, [enter]);
  useEffect(() => {
    // The door then stands where the page was.
    const look = () => void ask("status").then(enter, () => undefined);
    closed.addEventListener("closed", look);
    return () => closed.removeEventListener("closed", look);
  }, [enter]);
  const session = useMemo(
    () => (status === undefined ? undefined : { status, enter }),
    [status, enter],
  );
  if (error !== undefined) return failed(error);
  if (session === undefined) return null;
  return <SessionContext value={session}>{children}</SessionContext>;
}

/** The session of this page. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (session === undefined) throw new Error("there is a session wherever a page is shown");
  return session;
}
