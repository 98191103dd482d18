import { Trans, useLingui } from "@lingui/react/macro";
import { type ReactNode, useRef, useState } from "react";
import { Form } from "react-aria-components";
import { useDraft } from "../drafts.ts";
import type { AskToLeave } from "../leaving.ts";
import { AskLeaving } from "./ask-leaving.tsx";
import { Button } from "./button.tsx";
import { Field } from "./field.tsx";

/** Somewhere to write a text: at least a word, sealed when it is sent, or left for now. */
export function TextForm({
  draft,
  title,
  label,
  hint,
  send,
  close,
  children,
  busy,
  problem,
  act,
}: {
  /** What the text is held as while the door stands in its place (`useDraft`). */
  readonly draft: string;
  /** A heading. */
  readonly title: ReactNode;
  readonly label: string;
  readonly hint: ReactNode;
  /** What the button says. */
  readonly send: ReactNode;
  readonly close: () => void;
  /** What is asked beside the text. */
  readonly children?: ReactNode;
  readonly busy: boolean;
  /** Why it failed, where it has. */
  readonly problem: ReactNode;
  /** Given the text; what is written stays where it fails. */
  readonly act: (text: string) => Promise<void>;
}) {
  const { t } = useLingui();
  const [text, setText] = useDraft(draft, "");
  const [tried, setTried] = useState(false);
  const asks = useRef<AskToLeave>(undefined);
  const fits = text.trim() !== "";
  return (
    <Form
      validationBehavior="aria"
      className="form sheet"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (fits) void act(text);
      }}
    >
      {title}
      {children}
      <Field
        label={label}
        hint={hint}
        wrong={tried && !fits ? t`Write at least a word.` : undefined}
        lines={5}
        value={text}
        onChange={setText}
      />
      {problem}
      {fits ? (
        <AskLeaving own={asks}>
          <Trans>What you have written is not kept yet. If you leave now, it is lost.</Trans>
        </AskLeaving>
      ) : null}
      <div className="row">
        <Button tone="first" type="submit" busy={busy}>
          {send}
        </Button>
        <Button
          tone="quiet"
          onPress={async () => {
            if ((await asks.current?.()) !== false) close();
          }}
          isDisabled={busy}
        >
          <Trans>Not now</Trans>
        </Button>
      </div>
    </Form>
  );
}
