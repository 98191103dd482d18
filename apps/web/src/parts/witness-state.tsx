import { Trans, useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import type { WitnessAsked, WitnessTold } from "../wire-witnesses.ts";
import { momentInWords } from "../words.ts";

/** How a witness stands, by what the service says. */
export function WitnessState({
  of,
  asked,
}: {
  readonly of: WitnessTold;
  /** Undefined as long as the service has not answered. */
  readonly asked: readonly WitnessAsked[] | undefined;
}): ReactNode {
  const { i18n } = useLingui();
  if (asked === undefined) return null;
  const found = asked.find(({ name, key }) => name === of.name && key === of.key);
  const at = found?.at === undefined ? undefined : momentInWords(found.at, i18n.locale);
  switch (found?.state ?? "unasked") {
    case "unasked":
      return (
        <p>
          <span className="tag" data-tone="care">
            <Trans>The service does not ask it</Trans>
          </span>
        </p>
      );
    case "cosigned":
      return (
        <p>
          <Trans>Has signed the journal, last on {at ?? ""}.</Trans>
        </p>
      );
    case "waiting":
      return (
        <p>
          {at === undefined ? (
            <Trans>Has not answered yet.</Trans>
          ) : (
            <Trans>No answer lately. It signed last on {at}.</Trans>
          )}
        </p>
      );
    case "ahead":
      return (
        <p>
          <span className="tag" data-tone="care">
            <Trans>Warning: it has seen more lines than there are</Trans>
          </span>
        </p>
      );
    case "refuses":
      return (
        <p>
          <span className="tag" data-tone="care">
            <Trans>Warning: it has seen another journal</Trans>
          </span>
        </p>
      );
  }
}
