import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";

/** Milliseconds after which what stands behind the door is fetched, while somebody types. */
const STANDS = 1000;

/** Fetches the page that an open record shows, and every word, once the door has been left in peace. */
export function usePrefetched(): void {
  const router = useRouter();
  useEffect(() => {
    const fetching = setTimeout(() => {
      // What cannot be fetched now is fetched, or explained, when it is shown.
      router.preloadRoute({ to: "/documents" }).catch(() => undefined);
    }, STANDS);
    return () => clearTimeout(fetching);
  }, [router]);
}
