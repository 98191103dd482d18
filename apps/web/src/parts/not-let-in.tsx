import { Trans, useLingui } from "@lingui/react/macro";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Form } from "react-aria-components";
import { useDoing } from "../answers.ts";
import { mayLeave } from "../leaving.ts";
import { useSession } from "../session.tsx";
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
  const { enter } = useSession();
  const navigate = useNavigate();
  const [code, setCode] = useState("");
  const doing = useDoing();
  const isCode = wantsCode(reason) || reason === "passkey-refused";
  const again = () =>
    doing.run(async () => {
      const { signedIn } = await ask("reach", { code });
      sayChanged();
      if (signedIn) sayArrived();
    });
  const close = () =>
    doing.run(async () => {
      if (!(await mayLeave())) return;
      enter(await ask("lock"));
      await navigate({ to: "/unlock" });
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
          <Button onPress={close} busy={doing.busy}>
            <Trans>Type my password</Trans>
          </Button>
        </div>
      )}
    </div>
  );
}
