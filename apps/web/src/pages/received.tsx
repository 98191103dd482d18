import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { useAnswer } from "../answers.ts";
import { apart } from "../apart.ts";
import { Blank } from "../parts/blank.tsx";
import { ButtonLink } from "../parts/button.tsx";
import { Inbox } from "../parts/inbox.tsx";
import { KeptHere } from "../parts/kept-here.tsx";
import { Kind } from "../parts/kind.tsx";
import { Entry, Ledger } from "../parts/ledger.tsx";
import { Notice } from "../parts/notice.tsx";
import { Offers } from "../parts/offers.tsx";
import { Page } from "../parts/page.tsx";
import { Known, NotThem, usePersonName } from "../parts/person-name.tsx";
import { Problem } from "../parts/problem.tsx";
import { ShareKeeping } from "../parts/share-keeping.tsx";
import { Title } from "../parts/title.tsx";
import { Awaited } from "../parts/waiting.tsx";
import { WriteBack } from "../parts/write-back.tsx";
import type { Received, RefusedShare } from "../wire-received.ts";
import { dateInWords, sizeInWords, untilInWords } from "../words.ts";

/** What others let this account open, and until when. */
export function ReceivedPage() {
  const { t } = useLingui();
  const received = useAnswer("received", undefined);
  const offered = useAnswer("offers", undefined);
  const waiting = useAnswer("waiting", undefined);
  // What keeps one from coming keeps all: it is told once, and all are asked for again.
  const beside = received.error === undefined ? (offered.error ?? waiting.error) : undefined;
  const again = () => {
    for (const each of [received, offered, waiting]) if (each.error !== undefined) each.again();
  };
  return (
    <Page
      title={t`Shared with me`}
      lead={
        <Trans>
          What you open here is written in the journal of the person who shared it, with your
          device’s signature.
        </Trans>
      }
    >
      {received.answer?.away === true ? null : (
        <>
          <Problem error={beside} again={again} />
          <Inbox waiting={waiting} />
          <Offers offered={offered} accepted={received.again} />
        </>
      )}
      <Awaited of={{ ...received, again }}>
        {({ shares, refused, away }) => (
          <>
            {refused.map((each) => (
              <Refused key={each.share} refused={each} />
            ))}
            {shares.length > 0 ? (
              shares.map((share) => (
                <ReceivedShare key={share.share} share={share} away={away} again={received.again} />
              ))
            ) : away ? (
              <NothingKept />
            ) : received.waiting ? null : (
              <Nothing offered={offered.answer?.offers.length} isElse={refused.length > 0} />
            )}
          </>
        )}
      </Awaited>
    </Page>
  );
}

function NothingKept() {
  return (
    <Blank title={<Trans>Nothing of it is kept here</Trans>}>
      <p>
        <Trans>What others share shows again once this device has reached the service.</Trans>
      </p>
    </Blank>
  );
}

/**
 * Nothing is shared, as far as that is true: an offer may wait for a tap, or something not open.
 * @param offered how many wait, where that is known
 */
function Nothing({
  offered,
  isElse,
}: {
  readonly offered: number | undefined;
  readonly isElse: boolean;
}) {
  if (offered === undefined) return null;
  if (offered > 0)
    return (
      <Blank title={<Trans>Nothing is open to you yet</Trans>}>
        <p>
          <Trans>What waits above opens only if you accept it.</Trans>
        </p>
      </Blank>
    );
  return (
    <Blank
      title={
        isElse ? (
          <Trans>Nothing else is shared with you</Trans>
        ) : (
          <Trans>Nothing is shared with you</Trans>
        )
      }
    >
      <p>
        <Trans>
          To receive something, show the other person your code. It is on the page Contacts.
        </Trans>
      </p>
      <div className="row">
        <ButtonLink to="/contacts" tone="first">
          <Trans>Show my code</Trans>
        </ButtonLink>
      </div>
    </Blank>
  );
}

/** Nothing in it could be believed, so there is nothing else to say of it. */
function Refused({ refused }: { readonly refused: RefusedShare }) {
  const name = usePersonName()(refused.from);
  return (
    <Notice tone="care">
      <p>
        <Trans>
          Something from {name} does not open. Nothing of it is shown. Ask them to share it again.
        </Trans>
      </p>
      <p>
        <Trans>That it comes from them is what the service says.</Trans>
      </p>
    </Notice>
  );
}

function ReceivedShare({
  share,
  away,
  again,
}: {
  readonly share: Received;
  readonly away: boolean;
  readonly again: () => void;
}) {
  const { t, i18n } = useLingui();
  const nameOf = usePersonName();
  const isStranger = share.from.name === "" && share.signedAs !== "";
  const name = isStranger ? apart(share.signedAs) : nameOf(share.from);
  return (
    <section className="part">
      <div className="row">
        <h2>
          <Trans>From {name}</Trans>
        </h2>
        <Known known={share.from.known} />
      </div>
      {share.isNot === undefined ? null : <NotThem name={nameOf(share.isNot)} />}
      <p>
        {share.ended ? (
          <Trans>This access has ended. Nothing more can be opened.</Trans>
        ) : (
          <Trans>You may open this until {untilInWords(share.until, i18n.locale)}.</Trans>
        )}
      </p>
      <ShareKeeping {...{ share, away, again }} />
      {share.note === "" ? null : <blockquote className="sentence">{share.note}</blockquote>}
      {share.ended ? null : (
        <Ledger label={t`Documents from ${name}`}>
          {share.items.map((item) => (
            <Entry key={item.revision} side={dateInWords(item.date, i18n.locale)}>
              <Link
                to="/received/$share/$revision"
                params={{ share: share.share, revision: item.revision }}
                className="entry-link"
              >
                <Title of={item.title} />
              </Link>
              <p className="small">
                <Kind type={item.type} mediaType={item.mediaType} />
                {item.size > 0 ? ` · ${sizeInWords(item.size, i18n.locale)}` : null}
              </p>
              <KeptHere opens={item.opens} />
            </Entry>
          ))}
        </Ledger>
      )}
      {share.ended || away ? null : <WriteBack share={share} asGuest={false} sent={again} />}
    </section>
  );
}
