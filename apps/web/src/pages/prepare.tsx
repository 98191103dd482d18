import { Trans, useLingui } from "@lingui/react/macro";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "../parts/button.tsx";
import { Field } from "../parts/field.tsx";
import { Page } from "../parts/page.tsx";
import { prepare, prepared, wantKept } from "../prepared.ts";
import { dayInWords } from "../words.ts";

/** A sheet for the next appointment, for who has no record yet: filled in, printed, or kept. */
export function PreparePage() {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const [sheet, setSheet] = useState(prepared);
  const day = dayInWords(Date.now(), i18n.locale);
  const set = (change: Partial<typeof sheet>) => {
    const next = { ...sheet, ...change };
    prepare(next);
    setSheet(next);
  };
  return (
    <Page
      title={t`My sheet for the next appointment`}
      lead={
        <Trans>
          Fill in what you like and print it. Nothing leaves this page, and you need no account.
        </Trans>
      }
      trail={<Link to="/">{t`First page`}</Link>}
    >
      <p className="printed">{day}</p>
      <div className="form prepared">
        <Field
          label={t`Medicines I take`}
          hint={<Trans>Name, how much, when. One on each line.</Trans>}
          lines={4}
          value={sheet.medicines}
          onChange={(medicines) => set({ medicines })}
        />
        <Field
          label={t`What I do not tolerate`}
          hint={<Trans>Medicines, food, anything else.</Trans>}
          lines={2}
          value={sheet.allergies}
          onChange={(allergies) => set({ allergies })}
        />
        <Field
          label={t`What has changed since last time`}
          hint={<Trans>Pain, sleep, weight, whatever you noticed.</Trans>}
          lines={4}
          value={sheet.changes}
          onChange={(changes) => set({ changes })}
        />
        <Field
          label={t`What I want to ask`}
          hint={<Trans>The most important first.</Trans>}
          lines={4}
          value={sheet.questions}
          onChange={(questions) => set({ questions })}
        />
      </div>
      <div className="row unprinted">
        <Button tone="first" onPress={() => globalThis.print()}>
          <Trans>Print the sheet</Trans>
        </Button>
        <Button
          onPress={async () => {
            wantKept();
            await navigate({ to: "/sign-up" });
          }}
        >
          <Trans>Keep it sealed in a record of my own</Trans>
        </Button>
      </div>
    </Page>
  );
}
