import { Trans } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { useAnswer } from "../answers.ts";
import { DroppedWords } from "./dropped.tsx";
import { Notice } from "./notice.tsx";

/** Everything was made new here, and it broke off before the kit was on paper. */
export function Unfinished({ children }: { readonly children: ReactNode }) {
  const { answer: dropped } = useAnswer("unfinished", undefined);
  if (dropped === undefined) return null;
  return (
    <Notice tone="care">
      <p>
        <Trans>
          Everything of your record was made new on this device, and it broke off before the end.
          Your new password holds. Nobody has the new kit: make one now.
        </Trans>
      </p>
      <ul className="bullets">
        <DroppedWords dropped={dropped} />
      </ul>
      {children}
    </Notice>
  );
}
