import { Trans, useLingui } from "@lingui/react/macro";
import { Field } from "./field.tsx";

/** Codes of problems after which a code of an authenticator app is asked for. */
const ASKS: ReadonlySet<string> = new Set(["second-factor-needed", "factor-refused"]);

/** Whether a sign-in that failed wants a code. */
export function wantsCode(code: string | undefined): boolean {
  return code !== undefined && ASKS.has(code);
}

/** The six digits of an authenticator app. */
export function CodeField({
  code,
  setCode,
}: {
  readonly code: string;
  readonly setCode: (text: string) => void;
}) {
  const { t } = useLingui();
  return (
    <Field
      label={t`Code of your app`}
      hint={<Trans>The six figures it shows now. Each one is good once.</Trans>}
      inputMode="numeric"
      value={code}
      onChange={setCode}
      exact={true}
    />
  );
}
