import { useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Button as AriaButton, type ButtonProps } from "react-aria-components";
import type { Place } from "../places.ts";

/** `first` is the one thing a page is for; `alarm` takes something away. */
export type Tone = "first" | "plain" | "quiet" | "alarm";

type OwnButtonProps = Omit<ButtonProps, "className" | "style" | "isPending"> & {
  readonly tone?: Tone;
  /** Something this button set going still runs: it keeps the focus and takes no second press. */
  readonly busy?: boolean;
};

/** A button. */
export function Button({ tone = "plain", busy = false, onPress, type, ...rest }: OwnButtonProps) {
  const { t } = useLingui();
  const press = busy || onPress === undefined ? {} : { onPress };
  return (
    <>
      <AriaButton
        {...rest}
        {...press}
        type={busy ? "button" : (type ?? "button")}
        className="button"
        data-tone={tone}
        data-busy={busy ? "" : undefined}
      />
      <span role="status" className="unseen">
        {busy ? t`working` : null}
      </span>
    </>
  );
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
