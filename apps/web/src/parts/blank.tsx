import type { ReactNode } from "react";
import { BlankSign } from "./signs.tsx";

/** What stands where there is nothing yet: why, and what to do about it. */
export function Blank({
  title,
  children,
}: {
  readonly title: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section className="blank">
      <BlankSign />
      <div className="part">
        <h2>{title}</h2>
        {children}
      </div>
    </section>
  );
}
