import { Trans, useLingui } from "@lingui/react/macro";
import { useDoing } from "../answers.ts";
import { ask } from "../vault.ts";
import type { Received } from "../wire-received.ts";
import { untilInWords } from "../words.ts";
import { Button, ButtonLink } from "./button.tsx";
import { Problem } from "./problem.tsx";

/** What somebody lets one keep: until when, whether this device does, and the way to it. */
export function ShareKeeping({
  share,
  away,
  again,
}: {
  readonly share: Received;
  readonly away: boolean;
  readonly again: () => void;
}) {
  const { i18n } = useLingui();
  const doing = useDoing();
  const until = untilInWords(share.until, i18n.locale);
  if (share.keeping === undefined || share.ended) return null;
  if (share.keeping === "not-here") {
    return (
      <>
        <p>
          <Trans>
            You may also open it without network. For that, this device must be one that keeps your
            record.
          </Trans>
        </p>
        <div className="row">
          <ButtonLink to="/settings">
            <Trans>Go to Settings</Trans>
          </ButtonLink>
        </div>
      </>
    );
  }
  const keep = async (all: boolean) => {
    await doing.run(async () => {
      await ask("keepShared", { share: share.share, keep: all });
    });
    again();
  };
  return (
    <>
      <p>
        {share.keeping === "all" ? (
          <Trans>
            Kept on this device. It opens without network until {until}, then it is erased.
          </Trans>
        ) : (
          <Trans>
            You may keep it on this device, and open it without network until {until}. Then it is
            erased here.
          </Trans>
        )}
      </p>
      {away ? null : (
        <div className="row">
          {share.keeping === "all" ? (
            <Button tone="quiet" onPress={() => keep(false)} busy={doing.busy}>
              <Trans>Keep it here no more</Trans>
            </Button>
          ) : (
            <Button onPress={() => keep(true)} busy={doing.busy}>
              <Trans>Keep it on this device</Trans>
            </Button>
          )}
        </div>
      )}
      <Problem error={doing.error} />
    </>
  );
}
