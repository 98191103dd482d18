import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { Form } from "react-aria-components";
import { useDoing } from "../answers.ts";
import { useSession } from "../session.tsx";
import { ask } from "../vault.ts";
import { Button } from "./button.tsx";
import { CodeField, wantsCode } from "./code-field.tsx";
import { Field, SecretField } from "./field.tsx";
import { Figures } from "./figures.tsx";
import { Problem } from "./problem.tsx";

/** In with the help of a device that is signed in: a number, and a code each way. */
export function EnterDevice() {
  const { t } = useLingui();
  const { enter } = useSession();
  const [number, setNumber] = useState<string>();
  const [shown, setShown] = useState<string>();
  const [code, setCode] = useState("");
  const [password, setPassword] = useState("");
  const [factor, setFactor] = useState("");
  const [wantsFactor, setWantsFactor] = useState(false);
  const doing = useDoing();
  if (wantsCode(doing.error?.code) && !wantsFactor) setWantsFactor(true);
  const begin = () =>
    doing.run(async () => {
      setShown(undefined);
      const begun = await ask("joinBegin");
      setNumber(begun.number);
      setShown((await ask("joinMeet")).code);
    });
  return (
    <div className="part narrow">
      {number === undefined ? (
        <p>
          <Trans>
            Take the device on which your record is open, and keep both in front of you.
          </Trans>
        </p>
      ) : (
        <>
          <p>
            <Trans>
              On the other device: Settings, Ways back, Let a device in. Type this number there.
            </Trans>
          </p>
          <Figures label={t`Number of this device`} digits={number} />
        </>
      )}
      {shown === undefined ? (
        <>
          <Problem error={doing.error} />
          <Button tone="first" busy={doing.busy} onPress={() => void begin()}>
            {doing.busy ? t`Waiting for the other device…` : t`Show a number`}
          </Button>
        </>
      ) : (
        <Form
          validationBehavior="aria"
          className="form"
          onSubmit={(event) => {
            event.preventDefault();
            void doing.run(async () => enter(await ask("joinEnter", { code, password, factor })));
          }}
        >
          <p>
            <Trans>It asks for this code. Type it there.</Trans>
          </p>
          <Figures label={t`Code of this device`} digits={shown} />
          <Field
            label={t`Code that the other device shows`}
            hint={<Trans>Six figures. It shows them once yours is right.</Trans>}
            inputMode="numeric"
            value={code}
            onChange={setCode}
            exact={true}
          />
          <SecretField
            label={t`Password`}
            hint={<Trans>The one you chose for this record.</Trans>}
            name="password"
            autoComplete="current-password"
            value={password}
            onChange={setPassword}
          />
          {wantsFactor ? <CodeField code={factor} setCode={setFactor} /> : null}
          <Problem error={doing.error} />
          <Button
            tone="first"
            type="submit"
            busy={doing.busy}
            isDisabled={code.trim() === "" || password === ""}
          >
            {doing.busy ? t`Opening…` : t`Open`}
          </Button>
        </Form>
      )}
    </div>
  );
}
