import { Trans, useLingui } from "@lingui/react/macro";
import { Navigate } from "@tanstack/react-router";
import { useState } from "react";
import { Form, Label, RadioGroup } from "react-aria-components";
import { useDoing } from "../answers.ts";
import { Button } from "../parts/button.tsx";
import { Pick } from "../parts/choice.tsx";
import { CodeField, wantsCode } from "../parts/code-field.tsx";
import { EnterDevice } from "../parts/enter-device.tsx";
import { EnterPasskey } from "../parts/enter-passkey.tsx";
import { Field, SecretField } from "../parts/field.tsx";
import { Notice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { Problem } from "../parts/problem.tsx";
import { useSession } from "../session.tsx";
import { ask } from "../vault.ts";
import { untilInWords } from "../words.ts";

/** A record that exists, on a device that does not know it yet. */
export function EnterPage() {
  const { t } = useLingui();
  const { status } = useSession();
  const [way, setWay] = useState("password");
  if (status.state !== "new") return <Navigate to="/" replace={true} />;
  return (
    <Page
      title={t`Open my record on this device`}
      lead={
        <Trans>
          There are four ways in. The kit is the sheet you printed when you created your record.
        </Trans>
      }
      trail={<a href="/">{t`First page`}</a>}
    >
      <RadioGroup className="part narrow" value={way} onChange={setWay}>
        <Label className="label">
          <Trans>What do you have?</Trans>
        </Label>
        <div className="choices">
          <Pick value="password">
            <Trans>My kit and my password: open at once</Trans>
          </Pick>
          <Pick value="device">
            <Trans>Another device on which my record is open, and my password</Trans>
          </Pick>
          <Pick value="passkey">
            <Trans>A passkey and my password</Trans>
          </Pick>
          <Pick value="recover">
            <Trans>My kit alone: a new password, after three days</Trans>
          </Pick>
        </div>
      </RadioGroup>
      {way === "recover" ? <RecoverForm /> : null}
      {way === "password" ? <EnterForm /> : null}
      {way === "device" ? <EnterDevice /> : null}
      {way === "passkey" ? <EnterPasskey /> : null}
    </Page>
  );
}

function EnterForm() {
  const { t } = useLingui();
  const { enter } = useSession();
  const [address, setAddress] = useState("");
  const [kit, setKit] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [wants, setWants] = useState(false);
  const doing = useDoing();
  if (wantsCode(doing.error?.code) && !wants) setWants(true);
  const isComplete = address.trim() !== "" && kit.trim() !== "" && password !== "";
  return (
    <Form
      validationBehavior="aria"
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void doing.run(async () => enter(await ask("enter", { address, kit, password, code })));
      }}
    >
      <Field
        label={t`E-mail address`}
        hint={<Trans>The one you gave when you created your record.</Trans>}
        type="email"
        name="email"
        autoComplete="email"
        value={address}
        onChange={setAddress}
      />
      <KitField kit={kit} setKit={setKit} />
      <SecretField
        label={t`Password`}
        hint={<Trans>The one you chose for this record.</Trans>}
        name="password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
      />
      {wants ? <CodeField code={code} setCode={setCode} /> : null}
      <Problem error={doing.error} />
      <Button tone="first" type="submit" busy={doing.busy} isDisabled={!isComplete}>
        {doing.busy ? t`Opening…` : t`Open`}
      </Button>
    </Form>
  );
}

function RecoverForm() {
  const { t, i18n } = useLingui();
  const { enter } = useSession();
  const [account, setAccount] = useState("");
  const [kit, setKit] = useState("");
  const [password, setPassword] = useState("");
  const [ready, setReady] = useState<number>();
  const doing = useDoing();
  const isComplete = kit.trim() !== "" && password.length >= 12;
  return (
    <Form
      validationBehavior="aria"
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void doing.run(async () => {
          const answer = await ask("recover", { account, kit, password });
          setReady(answer.ready);
          if (answer.status !== undefined) enter(answer.status);
        });
      }}
    >
      <Notice tone="care">
        <p>
          <Trans>
            The service waits three days and warns every device of yours, so that nobody takes your
            record with a stolen sheet alone. That wait is the service’s word, not mathematics.
          </Trans>
        </p>
      </Notice>
      <Field
        label={t`Record number`}
        hint={
          <Trans>
            At the foot of the sheet: 22 letters and figures. Needed where you type the 24 words.
          </Trans>
        }
        value={account}
        onChange={setAccount}
        exact={true}
      />
      <KitField kit={kit} setKit={setKit} />
      <SecretField
        label={t`New password`}
        hint={<Trans>At least 12 characters.</Trans>}
        name="password"
        autoComplete="new-password"
        value={password}
        onChange={setPassword}
      />
      <Problem error={doing.error} />
      {ready === undefined ? null : (
        <Notice tone="done">
          <p>
            <Trans>
              Asked. Come back with the same sheet after {untilInWords(ready, i18n.locale)}. The
              password you typed is kept nowhere: you choose it then.
            </Trans>
          </p>
        </Notice>
      )}
      <Button tone="first" type="submit" busy={doing.busy} isDisabled={!isComplete}>
        <Trans>Set a new password</Trans>
      </Button>
    </Form>
  );
}

function KitField({
  kit,
  setKit,
}: {
  readonly kit: string;
  readonly setKit: (text: string) => void;
}) {
  const { t } = useLingui();
  return (
    <Field
      label={t`Your kit: the 24 words, or the same as letters`}
      hint={<Trans>In their order, with spaces between. Accents and capitals do not matter.</Trans>}
      lines={4}
      value={kit}
      onChange={setKit}
      exact={true}
    />
  );
}
