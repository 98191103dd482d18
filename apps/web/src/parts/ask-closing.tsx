import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useEffect } from "react";
import { useFilesInHand } from "../sealing.ts";
import { Asked, useAsking } from "./asked.tsx";

/** While files are being sealed, nobody closes the record, or the window, without having been asked. */
export function AskClosing() {
  const { t } = useLingui();
  const count = useFilesInHand();
  const isSealing = count > 0;
  const asking = useAsking(isSealing);
  useEffect(() => {
    if (!isSealing) return;
    const hold = (event: Event) => event.preventDefault();
    globalThis.addEventListener("beforeunload", hold);
    return () => globalThis.removeEventListener("beforeunload", hold);
  }, [isSealing]);
  return (
    <Asked
      asking={asking}
      title={t`Close your record now?`}
      leave={<Trans>Close now</Trans>}
      stay={<Trans>Keep it open</Trans>}
    >
      <Plural
        value={count}
        _0="Everything is sealed by now. You can close your record."
        one="One file is still being sealed. If you close now, it may be missing."
        other="# files are still being sealed. If you close now, they may be missing."
      />
    </Asked>
  );
}
