import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useEffect, useSyncExternalStore } from "react";
import { files } from "../adding.ts";
import { useFilesInHand } from "../sealing.ts";
import { Asked, useAsking } from "./asked.tsx";

/**
 * While files are being sealed, or could not be, nobody closes the record, or the window, without
 * having been asked: a photograph may be nowhere else.
 */
export function AskClosing() {
  const { t } = useLingui();
  const count = useFilesInHand();
  const failed = useFailed();
  const isOpen = count > 0 || failed > 0;
  const asking = useAsking(isOpen);
  useEffect(() => {
    if (!isOpen) return;
    const hold = (event: Event) => event.preventDefault();
    globalThis.addEventListener("beforeunload", hold);
    return () => globalThis.removeEventListener("beforeunload", hold);
  }, [isOpen]);
  return (
    <Asked
      asking={asking}
      title={t`Close your record now?`}
      leave={<Trans>Close now</Trans>}
      stay={<Trans>Keep it open</Trans>}
    >
      {count > 0 || failed === 0 ? (
        <Plural
          value={count}
          _0="Everything is sealed by now. You can close your record."
          one="One file is still being sealed. If you close now, it may be missing."
          other="# files are still being sealed. If you close now, they may be missing."
        />
      ) : null}{" "}
      {failed > 0 ? (
        <Plural
          value={failed}
          one="One file could not be added, and waits under My documents. If you close now, it is forgotten."
          other="# files could not be added, and wait under My documents. If you close now, they are forgotten."
        />
      ) : null}
    </Asked>
  );
}

function useFailed(): number {
  const jobs = useSyncExternalStore(files.watch, files.jobs);
  return jobs.filter(({ state }) => state === "failed").length;
}
