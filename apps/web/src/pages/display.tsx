import { Trans, useLingui } from "@lingui/react/macro";
import { Looks } from "../parts/looks.tsx";
import { Page } from "../parts/page.tsx";

/** How the page looks, for who has not opened a record yet. */
export function DisplayPage() {
  const { t } = useLingui();
  return (
    <Page
      title={t`Display`}
      lead={
        <Trans>
          These choices stay on this device. To enlarge the text, use your browser’s own zoom: every
          page follows it.
        </Trans>
      }
    >
      <Looks />
    </Page>
  );
}
