import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Button as AriaButton, type ButtonProps } from "react-aria-components";
import type { Place } from "../places.ts";

/** `first` is the one thing a page is for; `alarm` takes something away. */
export type Tone = "first" | "plain" | "quiet" | "alarm";

/** A button. While busy it stays focused and says so. */
export function Button({
  tone = "plain",
  busy = false,
  ...rest
}: Omit<ButtonProps, "className" | "style"> & { readonly tone?: Tone; readonly busy?: boolean }) {
  return <AriaButton {...rest} className="button" data-tone={tone} isPending={busy} />;
}

/** A link that looks like a button, because it leads to the page's main thing. */
export function ButtonLink({
  to,
  tone = "plain",
  children,
}: {
  readonly to: Place;
  readonly tone?: Tone;
  readonly children: ReactNode;
}) {
  return (
    <Link to={to} className="button" data-tone={tone}>
      {children}
    </Link>
  );
}
