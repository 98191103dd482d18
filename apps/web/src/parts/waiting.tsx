import { useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import type { Answered } from "../answers.ts";
import { Problem } from "./problem.tsx";

/** Shows an answer once it is there; until then that it is awaited, or why it did not come. */
export function Awaited<T>({
  of,
  children,
}: {
  readonly of: Answered<T>;
  readonly children: (answer: T) => ReactNode;
}) {
  const { t } = useLingui();
  if (of.answer !== undefined)
    return (
      <>
        <Problem error={of.error} again={of.again} />
        {children(of.answer)}
      </>
    );
  if (of.error !== undefined) return <Problem error={of.error} again={of.again} />;
  return (
    <p role="status" className="hint">
      {t`One moment: fetching, checking and opening…`}
    </p>
  );
}
