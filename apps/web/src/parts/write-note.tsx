import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { Form } from "react-aria-components";
import { useDoing } from "../answers.ts";
import { ask } from "../vault.ts";
import { dayInWords } from "../words.ts";
import { Button } from "./button.tsx";
import { Field } from "./field.tsx";
import { Problem } from "./problem.tsx";

/** A note of one's own: what one noticed, or wants to ask. */
export function WriteNote({ added }: { readonly added: () => void }) {
  const { t, i18n } = useLingui();
  const [title, setTitle] = useState("");
  const [text, setText] = useState("");
  const [tried, setTried] = useState(false);
  const [isOpen, setIsOpen] = useState(false);
  const doing = useDoing();
  const day = dayInWords(Date.now(), i18n.locale);
  const fits = text.trim() !== "";
  if (!isOpen) {
    return (
      <Button onPress={() => setIsOpen(true)}>
        <Trans>Write a note</Trans>
      </Button>
    );
  }
  const keep = async () => {
    const name = title.trim() === "" ? t`Note of ${day}` : title.trim();
    const file = new File([`${text.trimEnd()}\n`], "note.txt", { type: "text/plain" });
    const isGood = await doing.run(async (progress) => {
      await ask("add", { file, title: name }, progress);
    });
    if (!isGood) return;
    setTitle("");
    setText("");
    setTried(false);
    setIsOpen(false);
    added();
  };
  return (
    <Form
      validationBehavior="aria"
      className="form sheet"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (fits) void keep();
      }}
    >
      <h2>
        <Trans>Write a note</Trans>
      </h2>
      <Field
        label={t`Title, if you like`}
        hint={<Trans>Without one it is called after the day.</Trans>}
        value={title}
        onChange={setTitle}
        autoComplete="off"
        maxLength={120}
      />
      <Field
        label={t`Text`}
        hint={<Trans>What you noticed, or want to ask at your next appointment.</Trans>}
        wrong={tried && !fits ? t`Write at least a word.` : undefined}
        lines={5}
        value={text}
        onChange={setText}
      />
      <Problem error={doing.error} />
      <div className="row">
        <Button tone="first" type="submit" busy={doing.busy}>
          <Trans>Seal and keep</Trans>
        </Button>
        <Button tone="quiet" onPress={() => setIsOpen(false)} isDisabled={doing.busy}>
          <Trans>Not now</Trans>
        </Button>
      </div>
    </Form>
  );
}
