import { Trans, useLingui } from "@lingui/react/macro";
import { type ReactNode, useEffect, useState } from "react";
import type { Kit } from "../wire.ts";
import { Button } from "./button.tsx";
import { KitSent, type Sending, SendKit } from "./send-kit.tsx";

/** The kit on paper, as a file, or on a second device: whoever has no printer takes the file to one. */
export function KitWays({
  kit,
  name,
  children,
}: {
  readonly kit: Kit;
  readonly name: string;
  readonly children?: ReactNode;
}) {
  const { t } = useLingui();
  const [address, setAddress] = useState("");
  const [sending, setSending] = useState<Sending>();
  const text = [
    t`Écrin kit`,
    name,
    "",
    ...kit.words.map((word, i) => `${i + 1}. ${word}`),
    "",
    kit.text,
    kit.account,
    "",
  ].join("\n");
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [text]);
  return (
    <div className="part unprinted">
      <div className="row">
        <Button tone="first" onPress={() => globalThis.print()}>
          <Trans>Print the sheet</Trans>
        </Button>
        <a className="button" href={address} download={t`ecrin-kit.txt`}>
          <Trans>Save it as a file</Trans>
        </a>
        <SendKit text={text} ended={setSending} />
        {children}
      </div>
      <KitSent how={sending} />
      <p className="hint">
        <Trans>
          With this file and your password, your record opens. Keep it on a stick in a drawer, or on
          a second device of your own, and never in your mail.
        </Trans>
      </p>
    </div>
  );
}
