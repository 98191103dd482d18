import { Trans, useLingui } from "@lingui/react/macro";
import type { Overview, Wanted } from "../wire.ts";
import { kindInWords } from "../words.ts";
import { Button } from "./button.tsx";
import { Choose } from "./choose.tsx";
import { Days } from "./days.tsx";
import { Field } from "./field.tsx";
import { usePersonName } from "./person-name.tsx";

/** Nothing in particular. */
export const ANYTHING: Wanted = { words: "", kind: "", from: "", to: "", author: "" };

/** Words to look for, and behind a line that opens: kind, days, and who added it. */
export function LookFor({
  overview,
  wanted,
  want,
}: {
  readonly overview: Overview;
  readonly wanted: Wanted;
  readonly want: (wanted: Wanted) => void;
}) {
  const { t, i18n } = useLingui();
  const nameOf = usePersonName();
  const isNarrowed = JSON.stringify(wanted) !== JSON.stringify(ANYTHING);
  return (
    <search className="part">
      <Field
        label={t`Look for`}
        hint={<Trans>The beginning of a word is enough. Accents do not matter.</Trans>}
        type="search"
        autoComplete="off"
        value={wanted.words}
        onChange={(words) => want({ ...wanted, words })}
      />
      <details>
        <summary>
          <Trans>Narrow it down</Trans>
        </summary>
        <div className="filters">
          <Choose label={t`Kind`} value={wanted.kind} choose={(kind) => want({ ...wanted, kind })}>
            <option value="">{t`All kinds`}</option>
            {overview.kinds.map(({ kind, type, mediaType, count }) => {
              const said = kindInWords(type, mediaType);
              const name = typeof said === "string" ? said : i18n._(said);
              return (
                <option key={kind} value={kind}>
                  {name} ({count})
                </option>
              );
            })}
          </Choose>
          {overview.authors.length > 1 ? (
            <Choose
              label={t`Added by`}
              value={wanted.author}
              choose={(author) => want({ ...wanted, author })}
            >
              <option value="">{t`Anybody`}</option>
              {overview.authors.map((author) => (
                <option key={author.account} value={author.account}>
                  {nameOf(author)}
                </option>
              ))}
            </Choose>
          ) : null}
          <Days wanted={wanted} want={(days) => want({ ...wanted, ...days })} />
        </div>
      </details>
      {isNarrowed ? (
        <div className="row">
          <Button tone="quiet" onPress={() => want(ANYTHING)}>
            <Trans>Show everything again</Trans>
          </Button>
        </div>
      ) : null}
    </search>
  );
}
