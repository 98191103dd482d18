import type { ReactNode } from "react";

/** Lines of a notebook: in the margin when or which, beside it what. */
export function Ledger({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ReactNode;
}) {
  return (
    <ul className="ledger" aria-label={label}>
      {children}
    </ul>
  );
}

/** One line. */
export function Entry({
  side,
  children,
}: {
  readonly side: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <li className="entry">
      <div className="side">{side}</div>
      <div className="body">{children}</div>
    </li>
  );
}
