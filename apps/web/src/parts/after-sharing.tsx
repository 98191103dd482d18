import { Trans } from "@lingui/react/macro";
import { ButtonLink } from "./button.tsx";

/** Where one goes once something is shared: where it can be ended, or back. */
export function AfterSharing() {
  return (
    <div className="row">
      <ButtonLink to="/access" tone="first">
        <Trans>Who can see what</Trans>
      </ButtonLink>
      <ButtonLink to="/documents">
        <Trans>My documents</Trans>
      </ButtonLink>
    </div>
  );
}
