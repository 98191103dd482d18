import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { useAnswer, useDoing } from "../answers.ts";
import { ask } from "../vault.ts";
import { momentInWords } from "../words.ts";
import { Button } from "./button.tsx";
import { Notice } from "./notice.tsx";
import { Problem } from "./problem.tsx";

/** Warns that somebody holds the kit and waits for the three days to pass. */
export function RecoveryNotice() {
  const { i18n } = useLingui();
  const notices = useAnswer("notices", undefined);
  const doing = useDoing();
  const [stopped, setStopped] = useState(false);
  const asked = notices.answer?.findLast(({ kind }) => kind.startsWith("recovery"));
  if (asked === undefined || asked.kind !== "recovery-asked")
    return stopped ? (
      <Notice tone="done">
        <p>
          <Trans>
            Stopped: that request opens nothing now. Whoever made it has your kit. Make a new one,
            further down on this page.
          </Trans>
        </p>
      </Notice>
    ) : null;
  return (
    <Notice tone="alarm">
      <p>
        <Trans>
          On {momentInWords(asked.at, i18n.locale)} somebody asked to open your record with your kit
          alone. If that was not you, stop it now and make a new kit.
        </Trans>
      </p>
      <Problem error={doing.error} />
      <Button
        tone="alarm"
        busy={doing.busy}
        onPress={async () => {
          const isGood = await doing.run(async () => {
            await ask("cancelRecovery");
          });
          if (!isGood) return;
          setStopped(true);
          notices.again();
        }}
      >
        <Trans>Stop it</Trans>
      </Button>
    </Notice>
  );
}
