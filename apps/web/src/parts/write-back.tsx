import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { Form } from "react-aria-components";
import { useDoing } from "../answers.ts";
import { ask } from "../vault.ts";
import { dayInWords } from "../words.ts";
import { Button } from "./button.tsx";
import { Field } from "./field.tsx";
import { Notice } from "./notice.tsx";
import { Problem } from "./problem.tsx";

/** Writes back to whoever shared: they accept it into their record, or refuse it. */
export function WriteBack({
  share,
  asGuest,
}: {
  readonly share: string;
  readonly asGuest: boolean;
}) {
  const { t, i18n } = useLingui();
  const [text, setText] = useState("");
  const [isOpen, setIsOpen] = useState(false);
  const [tried, setTried] = useState(false);
  const [done, setDone] = useState(false);
  const doing = useDoing();
  const day = dayInWords(Date.now(), i18n.locale);
  const fits = text.trim() !== "";
  if (!isOpen) {
    return (
      <div className="part">
        {done ? (
          <Notice tone="done">
            <p>
              <Trans>
                Your answer is sealed and sent. They decide whether it joins their record.
              </Trans>
            </p>
          </Notice>
        ) : null}
        <div className="row">
          <Button onPress={() => setIsOpen(true)}>
            <Trans>Write back</Trans>
          </Button>
        </div>
      </div>
    );
  }
  const send = async () => {
    const isGood = await doing.run(async () => {
      await ask("writeBack", { share, title: t`Answer of ${day}`, text, asGuest });
    });
    if (!isGood) return;
    setText("");
    setTried(false);
    setDone(true);
    setIsOpen(false);
  };
  return (
    <Form
      validationBehavior="aria"
      className="form sheet"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (fits) void send();
      }}
    >
      <h3>
        <Trans>Write back</Trans>
      </h3>
      <Field
        label={t`Your answer`}
        hint={<Trans>Sealed on this device. Only the person who shared can read it.</Trans>}
        wrong={tried && !fits ? t`Write at least a word.` : undefined}
        lines={5}
        value={text}
        onChange={setText}
      />
      <Problem error={doing.error} />
      <div className="row">
        <Button tone="first" type="submit" busy={doing.busy}>
          <Trans>Seal and send</Trans>
        </Button>
        <Button tone="quiet" onPress={() => setIsOpen(false)} isDisabled={doing.busy}>
          <Trans>Not now</Trans>
        </Button>
      </div>
    </Form>
  );
}
