import { Plural, Trans } from "@lingui/react/macro";
import { useAnswer } from "../answers.ts";
import { useSession } from "../session.tsx";
import { Button, ButtonLink } from "./button.tsx";
import { Times } from "./loss.tsx";
import { Notice } from "./notice.tsx";

/** At the door, after the loss of lines was accepted. */
export function LossAtTheDoor() {
  const { status } = useSession();
  if (status.accepted !== true) return null;
  return (
    <Notice tone="done">
      <p>
        <Trans>Accepted, for all your devices. Open your record again with your password.</Trans>
      </p>
    </Notice>
  );
}

/** Inside, after that: what there is to do now, until somebody says that it is done. */
export function LossAccepted() {
  const { status, enter } = useSession();
  if (status.accepted !== true) return null;
  return (
    <Notice tone="care">
      <p>
        <Trans>
          You went on with what is left of the journal. Look now at who has access, and end again
          what you had ended. Then look which documents are missing.
        </Trans>
      </p>
      <div className="row">
        <ButtonLink to="/access">
          <Trans>Who can see what</Trans>
        </ButtonLink>
        <Button tone="quiet" onPress={() => enter({ ...status, accepted: false })}>
          <Trans>That is done</Trans>
        </Button>
      </div>
    </Notice>
  );
}

/** In the journal: proofs of what it does not show any more. */
export function LostProofs() {
  const { answer: times = [] } = useAnswer("lostReceipts", undefined);
  if (times.length === 0) return null;
  return (
    <Notice tone="care">
      <p>
        <Plural
          value={times.length}
          one="One thing you did is in no journal any more: its line is lost. This device keeps the proof."
          other="# things you did are in no journal any more: their lines are lost. This device keeps the proofs."
        />
      </p>
      <Times times={times} />
    </Notice>
  );
}
