import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { useDoing } from "../answers.ts";
import { useDraft } from "../drafts.ts";
import { ask } from "../vault.ts";
import type { Received } from "../wire-received.ts";
import { dayInWords } from "../words.ts";
import { Button } from "./button.tsx";
import { Notice } from "./notice.tsx";
import { Problem } from "./problem.tsx";
import { TextForm } from "./text-form.tsx";
import { WrittenBack } from "./written-back.tsx";

/** Writes back to whoever shared: they accept it into their record, or refuse it. */
export function WriteBack({
  share: { share, answers },
  asGuest,
  sent,
}: {
  readonly share: Pick<Received, "share" | "answers">;
  readonly asGuest: boolean;
  readonly sent?: () => void;
}) {
  const { t, i18n } = useLingui();
  const [isOpen, setIsOpen] = useDraft(`answer to ${share} is open`, false);
  const [done, setDone] = useState(false);
  const doing = useDoing();
  const day = dayInWords(Date.now(), i18n.locale);
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
        <WrittenBack answers={answers} />
        <div className="row">
          <Button onPress={() => setIsOpen(true)}>
            <Trans>Write back</Trans>
          </Button>
        </div>
      </div>
    );
  }
  const send = async (text: string) => {
    const isGood = await doing.run(async () => {
      await ask("writeBack", { share, title: t`Answer of ${day}`, text, asGuest });
    });
    if (!isGood) return;
    setDone(true);
    setIsOpen(false);
    sent?.();
  };
  return (
    <TextForm
      draft={`answer to ${share}`}
      title={
        <h3>
          <Trans>Write back</Trans>
        </h3>
      }
      label={t`Your answer`}
      hint={<Trans>Sealed on this device. Only the person who shared can read it.</Trans>}
      send={<Trans>Seal and send</Trans>}
      close={() => setIsOpen(false)}
      busy={doing.busy}
      problem={<Problem error={doing.error} />}
      act={send}
    />
  );
}
