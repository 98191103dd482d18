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
  return <Waiting>{t`One moment: fetching, checking and opening…`}</Waiting>;
}

/** That something is on its way, and the lines it will stand on. */
export function Waiting({ children }: { readonly children: string }) {
  return (
    <div className="waiting">
      <p role="status" className="hint">
        {children}
      </p>
      <div className="ghosts" aria-hidden="true">
        <span />
        <span />
        <span />
      </div>
    </div>
  );
}
