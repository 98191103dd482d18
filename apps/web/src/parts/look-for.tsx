import { Trans, useLingui } from "@lingui/react/macro";
import { type Dispatch, memo, type SetStateAction } from "react";
import type { Overview, Wanted } from "../wire.ts";
import { kindInWords } from "../words.ts";
import { Button } from "./button.tsx";
import { Choose } from "./choose.tsx";
import { Days } from "./days.tsx";
import { Field } from "./field.tsx";
import { usePersonName } from "./person-name.tsx";

/** Nothing in particular. */
export const ANYTHING: Wanted = { words: "", kind: "", from: "", to: "", author: "" };

type Want = Dispatch<SetStateAction<Wanted>>;

// Each letter typed changes the words alone: everything else stays as it was drawn.

/** Words to look for, and behind a line that opens: kind, days, and who added it. */
export const LookFor = memo(function LookFor({
  overview,
  wanted,
  want,
}: {
  readonly overview: Overview;
  readonly wanted: Wanted;
  readonly want: Want;
}) {
  const { t } = useLingui();
  const { words, kind, from, to, author } = wanted;
  const isNarrowed = [words, kind, from, to, author].some((each) => each !== "");
  return (
    <search className="part">
      <Field
        label={t`Look for`}
        hint={<Trans>The beginning of a word is enough. Accents do not matter.</Trans>}
        type="search"
        autoComplete="off"
        value={words}
        onChange={(words) => want((before) => ({ ...before, words }))}
      />
      <NarrowDown {...{ overview, kind, from, to, author, want }} />
      {isNarrowed ? (
        <div className="row">
          <Button tone="quiet" onPress={() => want(ANYTHING)}>
            <Trans>Show everything again</Trans>
          </Button>
        </div>
      ) : null}
    </search>
  );
});

const NarrowDown = memo(function NarrowDown({
  overview,
  kind,
  from,
  to,
  author,
  want,
}: Omit<Wanted, "words"> & { readonly overview: Overview; readonly want: Want }) {
  const { t, i18n } = useLingui();
  const nameOf = usePersonName();
  const narrow = (by: Partial<Wanted>) => want((before) => ({ ...before, ...by }));
  return (
    <details>
      <summary>
        <Trans>Narrow it down</Trans>
      </summary>
      <div className="filters">
        <Choose label={t`Kind`} value={kind} choose={(chosen) => narrow({ kind: chosen })}>
          <option value="">{t`All kinds`}</option>
          {overview.kinds.map(({ kind: each, type, mediaType, count }) => {
            const said = kindInWords(type, mediaType);
            const name = typeof said === "string" ? said : i18n._(said);
            return (
              <option key={each} value={each}>
                {name} ({count})
              </option>
            );
          })}
        </Choose>
        {overview.authors.length > 1 ? (
          <Choose label={t`Added by`} value={author} choose={(by) => narrow({ author: by })}>
            <option value="">{t`Anybody`}</option>
            {overview.authors.map((each) => (
              <option key={each.account} value={each.account}>
                {nameOf(each)}
              </option>
            ))}
          </Choose>
        ) : null}
        <Days wanted={{ from, to }} want={narrow} />
      </div>
    </details>
  );
});
