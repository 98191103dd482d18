import { Plural, Trans, useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { useAnswer } from "../answers.ts";
import { AskFirst } from "../parts/ask-first.tsx";
import { Blank } from "../parts/blank.tsx";
import { ButtonLink } from "../parts/button.tsx";
import { Entry, Ledger } from "../parts/ledger.tsx";
import { Page } from "../parts/page.tsx";
import { Known, usePersonName } from "../parts/person-name.tsx";
import { Awaited } from "../parts/waiting.tsx";
import { ask } from "../vault.ts";
import type { Access, MemberRow } from "../wire.ts";
import { untilInWords } from "../words.ts";

/** Who can see what, until when, and the button that ends it. */
export function AccessPage() {
  const { t } = useLingui();
  const access = useAnswer("access", undefined);
  return (
    <Page
      title={t`Who can see what`}
      lead={<Trans>Everybody beside you who can open something of your record, on one page.</Trans>}
    >
      <Awaited of={access}>
        {({ shares, members, away }) => {
          const open = shares.filter((share) => !share.ended);
          const ended = shares.filter((share) => share.ended);
          const others = members.filter((member) => member.who.known !== "me");
          return (
            <>
              {open.length === 0 && others.length === 0 ? <Nobody /> : null}
              {open.length > 0 ? (
                <Ledger label={t`Open accesses`}>
                  {open.map((share) => (
                    <OpenShare key={share.share} share={share} away={away} again={access.again} />
                  ))}
                </Ledger>
              ) : null}
              {others.length > 0 ? (
                <Members members={others} away={away} again={access.again} />
              ) : null}
              {ended.length > 0 ? <Ended shares={ended} /> : null}
            </>
          );
        }}
      </Awaited>
    </Page>
  );
}

function Nobody() {
  return (
    <Blank title={<Trans>Only you</Trans>}>
      <p>
        <Trans>Nobody else can open anything of your record.</Trans>
      </p>
      <div className="row">
        <ButtonLink to="/share" tone="first">
          <Trans>Share something</Trans>
        </ButtonLink>
      </div>
    </Blank>
  );
}

/** The button that ends an access, with what that does; or that it was ended here, and has not ended yet. */
function EndAccess({
  of,
  name,
  ends,
  away,
  again,
  children,
}: {
  /** A share, or whose membership. */
  readonly of: { readonly share: string } | { readonly account: string };
  readonly name: string;
  readonly ends: boolean | undefined;
  readonly away: boolean;
  readonly again: () => void;
  /** What an end does, where the service is reached. */
  readonly children: ReactNode;
}) {
  const { t } = useLingui();
  if (ends === true) {
    return (
      <p className="hint">
        <Trans>You have ended it on this device. It ends when the device is connected again.</Trans>
      </p>
    );
  }
  return (
    <AskFirst
      label={<Trans>End this access</Trans>}
      unseen={t`of ${name}`}
      title={t`End the access of ${name} now?`}
      confirm={t`End it now`}
      act={async () => {
        await ("share" in of ? ask("endShare", of) : ask("endMember", of));
        again();
      }}
    >
      <p>
        {away ? (
          <Trans>
            There is no network. The end waits on this device and goes out first of all. Until it
            has reached the service, {name} can still open what you share.
          </Trans>
        ) : (
          children
        )}
      </p>
    </AskFirst>
  );
}

function OpenShare({
  share,
  away,
  again,
}: {
  readonly share: Access;
  readonly away: boolean;
  readonly again: () => void;
}) {
  const { i18n } = useLingui();
  const nameOf = usePersonName();
  const name = nameOf(share.to);
  const until = untilInWords(share.until, i18n.locale);
  return (
    <Entry side={<Plural value={share.count} one="# document" other="# documents" />}>
      <h2 className="entry-title">{name}</h2>
      <Known known={share.to.known} />
      <p>
        {share.offline ? (
          <Trans>May keep and open, without network too, until {until}:</Trans>
        ) : (
          <Trans>May open until {until}:</Trans>
        )}
      </p>
      {share.titles.length === 0 ? (
        <p className="small">
          <Trans>Their titles show again once this device has reached the service.</Trans>
        </p>
      ) : (
        <ul className="bullets">
          {share.titles.map((title, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two documents may have one title.
            <li key={i}>{title}</li>
          ))}
        </ul>
      )}
      <EndAccess
        of={{ share: share.share }}
        name={name}
        ends={share.ends}
        away={away}
        again={again}
      >
        <Trans>
          From this moment the service hands {name} nothing more: that is its word for these
          documents. What you add later {name} cannot open at all. What {name} has already opened
          was seen, and may have been kept: no one can undo that. Your journal shows which documents
          those are.
        </Trans>
        {share.offline ? (
          <>
            {" "}
            <Trans>
              What the device of {name} keeps is erased once it reaches the service; without network
              it stays there until {until}.
            </Trans>
          </>
        ) : null}
      </EndAccess>
    </Entry>
  );
}

function Members({
  members,
  away,
  again,
}: {
  readonly members: readonly MemberRow[];
  readonly away: boolean;
  readonly again: () => void;
}) {
  const { t, i18n } = useLingui();
  const nameOf = usePersonName();
  return (
    <section className="part">
      <h2>
        <Trans>In the whole record</Trans>
      </h2>
      <Ledger label={t`Members of the record`}>
        {members.map(({ who, role, until, ends }) => {
          const name = nameOf(who);
          return (
            <Entry key={who.account} side={<Role role={role} />}>
              <h3>{name}</h3>
              <Known known={who.known} />
              {until === undefined ? null : (
                <p>
                  <Trans>Until {untilInWords(until, i18n.locale)}</Trans>
                </p>
              )}
              <EndAccess
                of={{ account: who.account }}
                name={name}
                ends={ends}
                away={away}
                again={again}
              >
                <Trans>
                  The keys of your record change, and the shares {name} made end. What {name} has
                  already opened was seen, and may have been kept: no one can undo that.
                </Trans>
              </EndAccess>
            </Entry>
          );
        })}
      </Ledger>
    </section>
  );
}

function Role({ role }: { readonly role: MemberRow["role"] }) {
  switch (role) {
    case "owner":
      return <Trans>owns it</Trans>;
    case "manager":
      return <Trans>manages it</Trans>;
    case "writer":
      return <Trans>reads and adds</Trans>;
    case "reader":
      return <Trans>reads</Trans>;
    default:
      return role satisfies never;
  }
}

function Ended({ shares }: { readonly shares: readonly Access[] }) {
  const { t, i18n } = useLingui();
  const nameOf = usePersonName();
  return (
    <details>
      <summary>
        <Plural
          value={shares.length}
          one="One access that has ended"
          other="# accesses that have ended"
        />
      </summary>
      <Ledger label={t`Ended accesses`}>
        {shares.map((share) => (
          <Entry key={share.share} side={<Trans>ended</Trans>}>
            <p>
              <strong>{nameOf(share.to)}</strong> ·{" "}
              <Plural value={share.count} one="# document" other="# documents" />
            </p>
            <p className="small">
              <Trans>Was to last until {untilInWords(share.until, i18n.locale)}</Trans>
            </p>
          </Entry>
        ))}
      </Ledger>
    </details>
  );
}
