import { useLingui } from "@lingui/react/macro";
import { Field } from "./field.tsx";

/** Days as `2026-11-22`, both included; empty for no bound. */
export interface Between {
  readonly from: string;
  readonly to: string;
}

/** From which day, and to which. */
export function Days({
  wanted: { from, to },
  want,
}: {
  readonly wanted: Between;
  readonly want: (days: Between) => void;
}) {
  const { t } = useLingui();
  return (
    <>
      <Field
        label={t`From the day`}
        type="date"
        value={from}
        onChange={(day) => want({ from: day, to })}
      />
      <Field
        label={t`To the day`}
        type="date"
        value={to}
        onChange={(day) => want({ from, to: day })}
      />
    </>
  );
}
