import { Trans, useLingui } from "@lingui/react/macro";
import { useDoing } from "../answers.ts";
import { useDraft } from "../drafts.ts";
import { ask } from "../vault.ts";
import { dayInWords } from "../words.ts";
import { Button } from "./button.tsx";
import { Field } from "./field.tsx";
import { Problem } from "./problem.tsx";
import { TextForm } from "./text-form.tsx";

/** A note of one's own: what one noticed, or wants to ask. */
export function WriteNote({ added }: { readonly added: () => void }) {
  const { t, i18n } = useLingui();
  const [title, setTitle] = useDraft("note title", "");
  const [isOpen, setIsOpen] = useDraft("note is open", false);
  const doing = useDoing();
  const day = dayInWords(Date.now(), i18n.locale);
  if (!isOpen) {
    return (
      <Button onPress={() => setIsOpen(true)}>
        <Trans>Write a note</Trans>
      </Button>
    );
  }
  const keep = async (text: string) => {
    const name = title.trim() === "" ? t`Note of ${day}` : title.trim();
    const file = new File([`${text.trimEnd()}\n`], "note.txt", { type: "text/plain" });
    const isGood = await doing.run(async (progress) => {
      await ask("add", { file, title: name }, progress);
    });
    if (!isGood) return;
    setTitle("");
    setIsOpen(false);
    added();
  };
  return (
    <TextForm
      draft="note"
      title={
        <h2>
          <Trans>Write a note</Trans>
        </h2>
      }
      label={t`Text`}
      hint={<Trans>What you noticed, or want to ask at your next appointment.</Trans>}
      send={<Trans>Seal and keep</Trans>}
      close={() => setIsOpen(false)}
      busy={doing.busy}
      problem={<Problem error={doing.error} />}
      act={keep}
    >
      <Field
        label={t`Title, if you like`}
        hint={<Trans>Without one it is called after the day.</Trans>}
        value={title}
        onChange={setTitle}
        autoComplete="off"
        maxLength={120}
      />
    </TextForm>
  );
}
