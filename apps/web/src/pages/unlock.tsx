import { Trans, useLingui } from "@lingui/react/macro";
import { Navigate } from "@tanstack/react-router";
import { useState } from "react";
import { Form } from "react-aria-components";
import { useDoing } from "../answers.ts";
import { AskFirst } from "../parts/ask-first.tsx";
import { Button } from "../parts/button.tsx";
import { SecretField } from "../parts/field.tsx";
import { Page } from "../parts/page.tsx";
import { Problem } from "../parts/problem.tsx";
import { useSession } from "../session.tsx";
import { ask } from "../vault.ts";

/** The door of a record that this device knows. */
export function UnlockPage() {
  const { t } = useLingui();
  const { status, enter } = useSession();
  const [password, setPassword] = useState("");
  const [before, setBefore] = useState("");
  const doing = useDoing();
  const [wantsBefore, setWantsBefore] = useState(false);
  if (doing.error?.code === "device-password-needed" && !wantsBefore) setWantsBefore(true);
  if (status.state === "open") return <Navigate to="/documents" replace={true} />;
  if (status.state === "new") return <Navigate to="/" replace={true} />;
  return (
    <Page
      title={t`Open my record`}
      lead={<Trans>This device already knows it. Your password is all it asks for.</Trans>}
    >
      <Form
        validationBehavior="aria"
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void doing.run(async () => enter(await ask("unlock", { password, before })));
        }}
      >
        <SecretField
          label={t`Password`}
          hint={<Trans>The one you chose for this record.</Trans>}
          name="password"
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
          isRequired={true}
        />
        {wantsBefore ? (
          <SecretField
            label={t`The password before`}
            hint={<Trans>The one that opened this device until now.</Trans>}
            autoComplete="off"
            value={before}
            onChange={setBefore}
          />
        ) : null}
        <Problem error={doing.error} />
        <Button tone="first" type="submit" busy={doing.busy} isDisabled={password === ""}>
          {doing.busy ? t`Opening…` : t`Open`}
        </Button>
      </Form>
      <section className="part narrow">
        <h2>
          <Trans>Password forgotten?</Trans>
        </h2>
        <p>
          <Trans>
            Nobody can look it up, for nobody has it. Your printed kit sets a new one, after three
            days and a warning to all your devices. Remove the record from this device first, then
            open it with your kit.
          </Trans>
        </p>
        <div className="row">
          <Forget />
        </div>
      </section>
    </Page>
  );
}

function Forget() {
  const { t } = useLingui();
  const { enter } = useSession();
  return (
    <AskFirst
      label={t`Remove the record from this device`}
      title={t`Remove the record from this device?`}
      confirm={t`Remove it here`}
      act={async () => enter(await ask("leave"))}
    >
      <p>
        <Trans>
          This device forgets its keys. The record itself stays with the service, sealed; to come
          back you need your kit and your password.
        </Trans>
      </p>
    </AskFirst>
  );
}
