import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { Form } from "react-aria-components";
import { useDoing } from "../answers.ts";
import { useDoor } from "../closing.ts";
import { ask, sayArrived, sayChanged, VaultError } from "../vault.ts";
import type { LossTold } from "../wire-loss.ts";
import { Button } from "./button.tsx";
import { CodeField, wantsCode } from "./code-field.tsx";
import { Problem } from "./problem.tsx";

/**
 * The list is this device's, and the service has not let this account in: why, in words, and what to
 * do. What is shown stays, and is called what it is.
 */
export function NotLetIn({
  reason,
  loss,
  since,
}: {
  readonly reason: string;
  readonly loss: LossTold | undefined;
  readonly since: string;
}) {
  const { t } = useLingui();
  const [code, setCode] = useState("");
  const doing = useDoing();
  const door = useDoor();
  const isCode = wantsCode(reason) || reason === "passkey-refused";
  const again = () =>
    doing.run(async () => {
      const { signedIn } = await ask("reach", { code });
      sayChanged();
      if (signedIn) sayArrived();
    });
  return (
    <div className="not-let-in">
      <Problem error={new VaultError({ code: reason, ...(loss === undefined ? {} : { loss }) })} />
      <p>
        {since === "" ? (
          <Trans>You are not signed in. What you see is what this device keeps.</Trans>
        ) : (
          <Trans>
            You are not signed in. What you see is what this device keeps, as of {since}.
          </Trans>
        )}
      </p>
      {isCode ? (
        <Form
          validationBehavior="aria"
          className="form"
          onSubmit={(event) => {
            event.preventDefault();
            void again();
          }}
        >
          <CodeField code={code} setCode={setCode} />
          <Button type="submit" busy={doing.busy} isDisabled={code.trim() === ""}>
            {t`Sign in`}
          </Button>
        </Form>
      ) : (
        <div className="row">
          <Button onPress={door.toDoor} busy={door.busy}>
            <Trans>Type my password</Trans>
          </Button>
        </div>
      )}
    </div>
  );
}
