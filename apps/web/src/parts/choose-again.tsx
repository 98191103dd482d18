import { Trans, useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { Button } from "./button.tsx";
import { Notice } from "./notice.tsx";
import { Page } from "./page.tsx";

/** What was chosen is gone, or past: while their session had ended, or while they stood there. */
export function ChooseAgain({
  trail,
  label,
  act,
  children,
}: {
  readonly trail?: ReactNode;
  readonly label: ReactNode;
  readonly act: () => void;
  readonly children: ReactNode;
}) {
  const { t } = useLingui();
  return (
    <Page title={t`Something has changed meanwhile`} trail={trail}>
      <Notice tone="care">
        <p>{children}</p>
      </Notice>
      <div className="row">
        <Button tone="first" onPress={act}>
          {label}
        </Button>
      </div>
    </Page>
  );
}

/** No document that was chosen is left. */
export function AllGone({
  trail,
  again,
}: {
  readonly trail?: ReactNode;
  readonly again: () => void;
}) {
  return (
    <ChooseAgain trail={trail} label={<Trans>Choose documents</Trans>} act={again}>
      <Trans>What you had chosen is no longer among your documents.</Trans>
    </ChooseAgain>
  );
}

/** Nobody could read anything until then. */
export function EndPast({
  trail,
  again,
}: {
  readonly trail?: ReactNode;
  readonly again: () => void;
}) {
  return (
    <ChooseAgain trail={trail} label={<Trans>Choose another end</Trans>} act={again}>
      <Trans>The end you had chosen is past by now.</Trans>
    </ChooseAgain>
  );
}

/** Some of the documents that were chosen are left. */
export function PartGone() {
  return (
    <Notice tone="care">
      <p>
        <Trans>
          Part of what you had chosen is no longer among your documents, and is not shared.
        </Trans>
      </p>
    </Notice>
  );
}
