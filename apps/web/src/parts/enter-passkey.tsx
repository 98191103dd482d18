import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { Form } from "react-aria-components";
import { useDoing } from "../answers.ts";
import { signWithPasskey } from "../passkey.ts";
import { useSession } from "../session.tsx";
import { ask } from "../vault.ts";
import { Button } from "./button.tsx";
import { Field, SecretField } from "./field.tsx";
import { Problem } from "./problem.tsx";

/** Back in with a passkey and the password. */
export function EnterPasskey() {
  const { t } = useLingui();
  const { enter } = useSession();
  const [address, setAddress] = useState("");
  const [password, setPassword] = useState("");
  const doing = useDoing();
  return (
    <Form
      validationBehavior="aria"
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void doing.run(async () => {
          const question = await ask("passkeyBegin", { address, password });
          enter(await ask("passkeyEnter", await signWithPasskey(question)));
        });
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
      <SecretField
        label={t`Password`}
        hint={<Trans>The one you chose for this record.</Trans>}
        name="password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
      />
      <Problem error={doing.error} />
      <Button
        tone="first"
        type="submit"
        busy={doing.busy}
        isDisabled={address.trim() === "" || password === ""}
      >
        <Trans>Open with my passkey</Trans>
      </Button>
    </Form>
  );
}
