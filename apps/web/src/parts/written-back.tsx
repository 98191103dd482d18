import { Trans, useLingui } from "@lingui/react/macro";
import type { WrittenBack as Answer } from "../wire-received.ts";
import { momentInWords } from "../words.ts";

/** What became of the answers that one wrote: that they joined the record, and of no refusal. */
export function WrittenBack({ answers }: { readonly answers: readonly Answer[] }) {
  const { i18n } = useLingui();
  if (answers.length === 0) return null;
  return (
    <div className="part" aria-live="polite">
      <ul className="bullets">
        {answers.map(({ deposit, at, accepted }) => {
          const moment = momentInWords(at, i18n.locale);
          return (
            <li key={deposit}>
              {accepted ? (
                <Trans>Your answer of {moment} is part of their record.</Trans>
              ) : (
                <Trans>Your answer of {moment} is not part of their record, or not yet.</Trans>
              )}
            </li>
          );
        })}
      </ul>
      <p className="hint">
        <Trans>So says the service. Nobody is told that an answer was refused.</Trans>
      </p>
    </div>
  );
}
