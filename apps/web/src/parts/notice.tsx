import type { ReactNode } from "react";
import { CareSign, DoneSign, NoteSign } from "./signs.tsx";

/** `alarm` and what was just done are read out at once; the others wait to be met. */
export type NoticeTone = "note" | "care" | "done" | "alarm";

const SIGNS = { note: NoteSign, care: CareSign, done: DoneSign, alarm: CareSign } as const;
const ROLES = { note: undefined, care: undefined, done: "status", alarm: "alert" } as const;

/** A remark set apart from the text. */
export function Notice({
  tone = "note",
  children,
}: {
  readonly tone?: NoticeTone;
  readonly children: ReactNode;
}) {
  const Sign = SIGNS[tone];
  return (
    <div className="notice" data-tone={tone} role={ROLES[tone]}>
      <Sign />
      <div>{children}</div>
    </div>
  );
}
