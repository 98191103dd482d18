import { Trans, useLingui } from "@lingui/react/macro";
import { type Answered, useDoing } from "../answers.ts";
import { apart } from "../apart.ts";
import { ask } from "../vault.ts";
import type { Answer } from "../wire.ts";
import type { OfferRow } from "../wire-received.ts";
import { untilInWords } from "../words.ts";
import { Button } from "./button.tsx";
import { Entry, Ledger } from "./ledger.tsx";
import { Notice } from "./notice.tsx";
import { NotThem, usePersonName } from "./person-name.tsx";
import { Problem } from "./problem.tsx";

/** What somebody unverified offers: one tap accepts it, another declines it. */
export function Offers({
  offered,
  accepted,
}: {
  readonly offered: Answered<Answer<"offers">>;
  readonly accepted: () => void;
}) {
  const { t } = useLingui();
  const { offers, more } = offered.answer ?? { offers: [], more: 0 };
  if (offers.length === 0) return null;
  return (
    <section className="part">
      <h2>
        <Trans>Waiting for your consent</Trans>
      </h2>
      <Notice tone="care">
        <Trans>
          These people are not among your contacts. The names are what they call themselves, and
          nobody has verified them. Nothing is opened before you accept.
        </Trans>
      </Notice>
      <Ledger label={t`Waiting for your consent`}>
        {offers.map((offer) => (
          <Entry key={offer.space} side={<UntilWords until={offer.until} />}>
            <Offered
              offer={offer}
              done={(isAccepted) => {
                offered.again();
                if (isAccepted) accepted();
              }}
            />
          </Entry>
        ))}
      </Ledger>
      {more === 0 ? null : (
        <p className="small">
          <Trans>Others wait until you have decided about these.</Trans>
        </p>
      )}
    </section>
  );
}

function UntilWords({ until }: { readonly until: number | undefined }) {
  const { i18n } = useLingui();
  return until === undefined ? null : (
    <span>
      <Trans>Until {untilInWords(until, i18n.locale)}</Trans>
    </span>
  );
}

function Offered({
  offer,
  done,
}: {
  readonly offer: OfferRow;
  readonly done: (isAccepted: boolean) => void;
}) {
  const nameOf = usePersonName();
  const doing = useDoing();
  const { space, from, signedAs, isNot } = offer;
  const name = signedAs === "" ? nameOf(from) : apart(signedAs);
  const decide = async (isAccepted: boolean) => {
    const isGood = await doing.run(async () => {
      await ask("decideOffer", { space, accept: isAccepted });
    });
    if (isGood) done(isAccepted);
  };
  return (
    <>
      <p>
        {offer.kind === "share" ? (
          <Trans>“{name}” (not verified) offers you documents.</Trans>
        ) : (
          <Trans>“{name}” (not verified) made you a member of a record.</Trans>
        )}
      </p>
      {isNot === undefined ? null : <NotThem name={nameOf(isNot)} />}
      <Problem error={doing.error} />
      <div className="row">
        <Button tone="first" busy={doing.busy} onPress={() => void decide(true)}>
          <Trans>Accept</Trans>
        </Button>
        <Button busy={doing.busy} onPress={() => void decide(false)}>
          <Trans>Decline</Trans>
        </Button>
      </div>
    </>
  );
}
