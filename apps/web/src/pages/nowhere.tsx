import { Trans, useLingui } from "@lingui/react/macro";
import { ButtonLink } from "../parts/button.tsx";
import { Page } from "../parts/page.tsx";

/** An address that leads nowhere. */
export function NowherePage() {
  const { t } = useLingui();
  return (
    <Page title={t`There is nothing here`}>
      <p>
        <Trans>The address is mistyped, or what it led to has been moved.</Trans>
      </p>
      <div className="row">
        <ButtonLink to="/" tone="first">
          <Trans>Go to the first page</Trans>
        </ButtonLink>
      </div>
    </Page>
  );
}
