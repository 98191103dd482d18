import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useDoor } from "../closing.ts";
import { useSession } from "../session.tsx";
import { ask, sayArrived, sayChanged } from "../vault.ts";
import type { LossTold } from "../wire-loss.ts";
import { momentInWords } from "../words.ts";
import { NothingWrong } from "./alarm.tsx";
import { AskFirst } from "./ask-first.tsx";
import { Button } from "./button.tsx";
import { Left } from "./left.tsx";

/** Goes on with what is left, at a door where no record is open yet. */
export type AcceptLoss = (log: string) => Promise<void>;

/** Lines of the journal are lost for good: what is lost, what that means, and going on with what is left. */
export function Loss({
  loss,
  accept,
}: {
  readonly loss: LossTold | undefined;
  readonly accept?: AcceptLoss | undefined;
}) {
  const { status, enter } = useSession();
  const { t } = useLingui();
  if (loss === undefined) return <AcceptedElsewhere />;
  const inside: AcceptLoss = async (log) => {
    enter(await ask("acceptLoss", { log }));
    sayChanged();
    sayArrived();
  };
  const go = accept ?? (status.state === "open" ? inside : undefined);
  return (
    <>
      <p>
        <strong>
          <Trans>Warning: lines of the journal are lost.</Trans>
        </strong>{" "}
        <What loss={loss} />
      </p>
      <Seen loss={loss} />
      <p>
        <Trans>What was done in those lines is undone with them:</Trans>
      </p>
      <Undone />
      <NothingWrong />
      <p>
        <Trans>
          Ask whoever runs the service what was lost, and why. It may be an accident. Lines can also
          be hidden on purpose, and this device cannot tell one from the other.
        </Trans>
      </p>
      {go === undefined ? null : (
        <AskFirst
          label={<Trans>Go on with what is left</Trans>}
          title={t`Go on with what is left?`}
          confirm={t`Accept the loss`}
          act={() => go(loss.log)}
        >
          <p>
            <Trans>
              From now on this device takes what the service still has for what is true. That counts
              for all your devices, and cannot be taken back.
            </Trans>
          </p>
          <p>
            <Trans>
              Your proofs of what is lost stay on this device. Afterwards look at who has access: an
              access that you had ended may be open again.
            </Trans>
          </p>
        </AskFirst>
      )}
    </>
  );
}

function What({ loss }: { readonly loss: LossTold }) {
  const { i18n } = useLingui();
  const at = momentInWords(loss.at, i18n.locale);
  return (
    <>
      <Plural
        value={loss.lost}
        one="The service has lost one line for good."
        other="The service has lost # lines for good."
      />{" "}
      <Left signed={loss.signed} left={loss.left} />{" "}
      <Trans>Another journal goes on from there since {at}, as the service says itself.</Trans>
    </>
  );
}

function Seen({ loss: { seen, receipts } }: { readonly loss: LossTold }) {
  return (
    <>
      <p>
        {seen === 0 ? (
          <Trans>This device remembers none of the lost lines.</Trans>
        ) : (
          <Plural
            value={seen}
            one="This device remembers the journal with one of the lost lines."
            other="This device remembers the journal with # of the lost lines."
          />
        )}
      </p>
      {receipts.length === 0 ? null : (
        <>
          <p>
            <Plural
              value={receipts.length}
              one="For one of them it holds a proof that it was there, of what you did:"
              other="For # of them it holds a proof that they were there, of what you did:"
            />
          </p>
          <Times times={receipts} />
        </>
      )}
    </>
  );
}

/** When each thing was done that a proof is left of. */
export function Times({ times }: { readonly times: readonly number[] }) {
  const { i18n } = useLingui();
  return (
    <ul className="bullets">
      {times.map((at, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two things may be done in one moment.
        <li key={i}>{momentInWords(at, i18n.locale)}</li>
      ))}
    </ul>
  );
}

function Undone() {
  return (
    <ul className="bullets">
      <li>
        <Trans>Documents added or changed then are gone. Add them again.</Trans>
      </li>
      <li>
        <Trans>Whoever lost access then may have it again. End it again.</Trans>
      </li>
      <li>
        <Trans>A password, kit or device that was new then no longer counts.</Trans>
      </li>
    </ul>
  );
}

/** Another device of the same person has accepted meanwhile: this one opens anew. */
function AcceptedElsewhere() {
  const door = useDoor();
  return (
    <>
      <p>
        <Trans>
          Lines of the journal are lost, and another device of yours has gone on with what is left.
          Close the record here, then open it again.
        </Trans>
      </p>
      <Button onPress={door.toDoor} busy={door.busy}>
        <Trans>Close the record</Trans>
      </Button>
    </>
  );
}
