import { Trans } from "@lingui/react/macro";
import { useEffect, useState } from "react";
import { CareSign } from "./signs.tsx";

/** Says, as long as it lasts, that the device has no network, and what that means. */
export function OfflineBand() {
  const isOffline = useIsOffline();
  return (
    <div role="status">
      {isOffline ? (
        <div className="band">
          <CareSign />
          <p>
            <Trans>
              No network. What is on the screen stays; the rest has to wait until the device is
              connected again.
            </Trans>
          </p>
        </div>
      ) : null}
    </div>
  );
}

function useIsOffline(): boolean {
  const [isOffline, setIsOffline] = useState(!navigator.onLine);
  useEffect(() => {
    const look = () => setIsOffline(!navigator.onLine);
    globalThis.addEventListener("online", look);
    globalThis.addEventListener("offline", look);
    return () => {
      globalThis.removeEventListener("online", look);
      globalThis.removeEventListener("offline", look);
    };
  }, []);
  return isOffline;
}
