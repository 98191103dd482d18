import { Trans, useLingui } from "@lingui/react/macro";
import { Navigate } from "@tanstack/react-router";
import { Suspense, useEffect, useRef, useState } from "react";
import { Form } from "react-aria-components";
import { useDoing } from "../answers.ts";
import { forgetPlace, placeHeld } from "../drafts.ts";
import { laterPart } from "../later-part.ts";
import { Button } from "../parts/button.tsx";
import { CodeField, wantsCode } from "../parts/code-field.tsx";
import { SecretField } from "../parts/field.tsx";
import { HandedWaiting } from "../parts/handed-files.tsx";
import { Notice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { Problem } from "../parts/problem.tsx";
import { usePrefetched } from "../prefetched.ts";
import { useSession } from "../session.tsx";
import { ask, VaultError } from "../vault.ts";

/** Dialogs are fetched by those who need one. */
const Forget = laterPart(() => import("../parts/forget.tsx"), "Forget");

const LossAtTheDoor = laterPart(() => import("../parts/loss-accepted.tsx"), "LossAtTheDoor");

const CHANGED = new VaultError({ code: "device-password-needed" });

/** The door of a record that this device knows. */
export function UnlockPage() {
  const { t } = useLingui();
  const { status, enter } = useSession();
  const [password, setPassword] = useState("");
  const [before, setBefore] = useState("");
  const [forgotten, setForgotten] = useState(false);
  const doing = useDoing();
  const [code, setCode] = useState("");
  const [wants, setWants] = useState(false);
  if (wantsCode(doing.error?.code) && !wants) setWants(true);
  const unlock = async (acceptLog: string) =>
    enter(await ask("unlock", { password, before, code, acceptLog }));
  const tried = useRef("");
  const open = () => {
    tried.current = password;
    return doing.run(() => unlock(""));
  };
  // This device says at once that a password is wrong; whether it is the account's takes asking.
  const isWrong = doing.error?.code === "wrong-password" && before === "";
  const [changed, setChanged] = useState<string>();
  useEffect(() => {
    const asked = tried.current;
    if (!isWrong) return;
    ask("changedElsewhere", { password: asked }).then(
      (isChanged) => {
        if (isChanged) setChanged(asked);
      },
      // Nobody could say: what this device said stands.
      () => undefined,
    );
  }, [isWrong]);
  const error = isWrong && changed === tried.current ? CHANGED : doing.error;
  const wantsBefore = changed !== undefined;
  usePrefetched();
  // What was broken off, or lost, is told on the first page.
  const isTold = status.accepted === true || status.renewing === true;
  useEffect(() => {
    if (isTold) forgetPlace();
  }, [isTold]);
  if (status.state === "open") {
    const place = isTold ? undefined : placeHeld();
    return (
      <Navigate to="/documents" {...(place === undefined ? {} : { href: place })} replace={true} />
    );
  }
  if (status.state === "new") return <Navigate to="/" replace={true} />;
  return (
    <Page
      title={t`Open my record`}
      lead={<Trans>This device already knows it. Your password is all it asks for.</Trans>}
    >
      <HandedWaiting />
      {isTold || placeHeld() === undefined ? null : (
        <Notice tone="note">
          <p>
            <Trans>
              Your record has closed. Once it is open again you are where you were, with what you
              had begun.
            </Trans>
          </p>
        </Notice>
      )}
      {status.accepted === true ? (
        <Suspense>
          <LossAtTheDoor />
        </Suspense>
      ) : null}
      {status.renewing === true ? (
        <Notice tone="care">
          <p>
            <Trans>
              Everything of this record was being made new, and it broke off. Try your new password
              first. If it does not open, take the one before.
            </Trans>
          </p>
        </Notice>
      ) : null}
      <Form
        validationBehavior="aria"
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void open();
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
        {wants ? <CodeField code={code} setCode={setCode} /> : null}
        <Problem error={error} accept={unlock} />
        <Button tone="first" type="submit" busy={doing.busy} isDisabled={password === ""}>
          {doing.busy ? t`Opening…` : t`Open`}
        </Button>
      </Form>
      <details className="narrow" onToggle={() => setForgotten(true)}>
        <summary>
          <Trans>Password forgotten?</Trans>
        </summary>
        <div className="part">
          <p>
            <Trans>
              Nobody can look it up, for nobody has it. Your printed kit sets a new one, after three
              days and a warning to all your devices. Remove the record from this device first, then
              open it with your kit.
            </Trans>
          </p>
          <div className="row">
            <Suspense>{forgotten ? <Forget /> : null}</Suspense>
          </div>
        </div>
      </details>
    </Page>
  );
}
