import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { placeAside, setAside } from "../drafts.ts";
import type { Place } from "../places.ts";
import { useSession } from "../session.tsx";
import { ButtonLink, type Tone } from "./button.tsx";
import { Notice } from "./notice.tsx";

/** Leads to what is done first: what is begun on this page waits, and is led back to. */
export function DoFirst({
  to,
  from,
  tone = "plain",
  children,
}: {
  readonly to: Place;
  /** This page. */
  readonly from: Place;
  readonly tone?: Tone;
  readonly children: ReactNode;
}) {
  const { status } = useSession();
  return (
    <Link
      to={to}
      onClick={() => setAside(status.account, from)}
      className="button"
      data-tone={tone}
    >
      {children}
    </Link>
  );
}

/** Leads back to the share that was set aside, where one was. */
export function ShareAside() {
  const [place] = useState(placeAside);
  if (place !== "/share") return null;
  return (
    <Notice tone="note">
      <p>
        <Trans>What you were about to share waits.</Trans>
      </p>
      <ButtonLink to={place}>
        <Trans>Go on sharing</Trans>
      </ButtonLink>
    </Notice>
  );
}
