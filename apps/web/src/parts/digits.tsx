import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { Form } from "react-aria-components";
import { useDoing } from "../answers.ts";
import { Button } from "./button.tsx";
import { Field } from "./field.tsx";
import { Problem } from "./problem.tsx";

/** Six digits for the other screen, in two groups of three, each told apart by who listens. */
export function Digits({ digits }: { readonly digits: string }) {
  return (
    <p className="digits" translate="no" data-digits={digits}>
      <span className="unseen">{[...digits].join(" ")}</span>
      <span aria-hidden="true">
        {digits.slice(0, 3)} {digits.slice(3)}
      </span>
    </p>
  );
}

/** Where the digits of the other screen are typed. */
export function TypeDigits({
  label,
  type,
}: {
  readonly label: string;
  /** Whether they are right. */
  readonly type: (digits: string) => Promise<boolean>;
}) {
  const { t } = useLingui();
  const [digits, setDigits] = useState("");
  const [isWrong, setIsWrong] = useState(false);
  const doing = useDoing();
  const isWhole = digits.replace(/\D/g, "").length === 6;
  return (
    <Form
      validationBehavior="aria"
      className="form"
      onSubmit={async (event) => {
        event.preventDefault();
        if (!isWhole) return setIsWrong(true);
        setIsWrong(false);
        await doing.run(async () => setIsWrong(!(await type(digits))));
      }}
    >
      <Field
        label={label}
        hint={<Trans>Six digits. Look at the other screen, and type what stands there.</Trans>}
        value={digits}
        onChange={setDigits}
        inputMode="numeric"
        exact={true}
        maxLength={9}
        wrong={
          isWrong
            ? t`These are not the digits of the other screen. Look again, and type all six.`
            : undefined
        }
      />
      <Problem error={doing.error} />
      <Button type="submit" tone="first" busy={doing.busy}>
        <Trans>Compare</Trans>
      </Button>
    </Form>
  );
}
