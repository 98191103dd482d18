import { type ReactNode, useEffect, useRef } from "react";

/** A page: its title, which takes the focus when somebody arrives, what it is for, and the rest. */
export function Page({
  title,
  lead,
  trail,
  name,
  children,
}: {
  readonly title: string;
  readonly lead?: ReactNode;
  /** The way back. */
  readonly trail?: ReactNode;
  /** What the browser's tab says, where the title itself is nobody else's business. */
  readonly name?: string;
  readonly children: ReactNode;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  const tab = name ?? title;
  useEffect(() => {
    document.title = `${tab} · Écrin`;
    heading.current?.focus({ preventScroll: true });
    globalThis.scrollTo(0, 0);
  }, [tab]);
  return (
    <article className="page">
      <header className="page-head">
        {trail === undefined ? null : <p className="trail">{trail}</p>}
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {lead === undefined ? null : <p className="lead">{lead}</p>}
      </header>
      {children}
    </article>
  );
}
