import { Trans, useLingui } from "@lingui/react/macro";
import { useBlocker } from "@tanstack/react-router";
import type { ReactNode, RefObject } from "react";
import type { AskToLeave } from "../leaving.ts";
import { Asked, useAsking } from "./asked.tsx";

/**
 * While it is there, nobody leaves the page without having been asked: by a link, by Back, or by closing it.
 * @param own given how to ask about this alone
 * @param waits whether it is kept for whoever goes now, who is then not asked
 */
export function AskLeaving({
  own,
  waits,
  children,
}: {
  readonly own?: RefObject<AskToLeave | undefined>;
  readonly waits?: () => boolean;
  readonly children: ReactNode;
}) {
  const { t } = useLingui();
  const asking = useAsking(true, own);
  useBlocker({
    shouldBlockFn: async () => waits?.() !== true && !(await asking.ask()),
    enableBeforeUnload: true,
  });
  return (
    <Asked
      asking={asking}
      title={t`Leave without keeping this?`}
      leave={<Trans>Leave</Trans>}
      stay={<Trans>Stay here</Trans>}
    >
      {children}
    </Asked>
  );
}
