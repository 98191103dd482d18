import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { Form } from "react-aria-components";
import { useDoing } from "../answers.ts";
import { kitWasChecked } from "../kit-date.ts";
import { ask } from "../vault.ts";
import { Button } from "./button.tsx";
import { Field } from "./field.tsx";
import { Notice } from "./notice.tsx";
import { Problem } from "./problem.tsx";

/** Months later: does the sheet in the drawer still open the record? Nothing is changed by asking. */
export function KitAgain() {
  const { t } = useLingui();
  const [kit, setKit] = useState("");
  const [isGood, setIsGood] = useState(false);
  const doing = useDoing();
  return (
    <details>
      <summary>
        <Trans>Does my kit still work?</Trans>
      </summary>
      <Form
        validationBehavior="aria"
        className="form"
        onSubmit={async (event) => {
          event.preventDefault();
          setIsGood(false);
          const opens = await doing.run(async () => {
            await ask("checkKit", { kit });
          });
          if (!opens) return;
          kitWasChecked();
          setKit("");
          setIsGood(true);
        }}
      >
        <Field
          label={t`Your kit: the 24 words, or the same as letters`}
          hint={<Trans>Fetch the sheet and copy it here. Nothing is changed by this.</Trans>}
          lines={4}
          value={kit}
          onChange={setKit}
          exact={true}
        />
        <Problem error={doing.error} />
        {isGood ? (
          <Notice tone="done">
            <p>
              <Trans>Your kit opens your record. Put the sheet back in its place.</Trans>
            </p>
          </Notice>
        ) : null}
        <Button type="submit" busy={doing.busy} isDisabled={kit.trim() === ""}>
          <Trans>Try it</Trans>
        </Button>
      </Form>
    </details>
  );
}
