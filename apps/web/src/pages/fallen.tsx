import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "../parts/button.tsx";
import { Page } from "../parts/page.tsx";

/** Shown in the place of a page that could not be loaded or drawn. */
export function FallenPage() {
  const { t } = useLingui();
  return (
    <Page title={t`Something went wrong on this page`}>
      <p>
        <Trans>
          This part of the page could not be loaded. Check your connection; your documents are not
          touched.
        </Trans>
      </p>
      <div className="row">
        <Button tone="first" onPress={() => globalThis.location.reload()}>
          <Trans>Reload the page</Trans>
        </Button>
      </div>
    </Page>
  );
}
