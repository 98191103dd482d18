import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useAnswer } from "../answers.ts";
import { AskFirst } from "../parts/ask-first.tsx";
import { ButtonLink } from "../parts/button.tsx";
import { Entry, Ledger } from "../parts/ledger.tsx";
import { Moment } from "../parts/moment.tsx";
import { Notice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { Awaited } from "../parts/waiting.tsx";
import { ask } from "../vault.ts";
import type { LostAnswer } from "../wire-ways.ts";

/** A phone that is lost or stolen: what is done about it, what it may have seen, and what comes next. */
export function LostPage() {
  const { t } = useLingui();
  const devices = useAnswer("devices", undefined);
  const [report, setReport] = useState<LostAnswer>();
  return (
    <Page
      title={t`A device is lost`}
      lead={<Trans>Sign it out here. It can then fetch nothing more and sign nothing more.</Trans>}
      trail={<Link to="/settings">{t`Settings`}</Link>}
    >
      {report === undefined ? null : <Report report={report} />}
      <Awaited of={devices}>
        {(rows) => {
          const others = rows.filter(({ here }) => !here);
          if (others.length === 0)
            return (
              <p>
                <Trans>Your record is open on this device only.</Trans>
              </p>
            );
          return (
            <Ledger label={t`Other devices`}>
              {others.map(({ device, since }) => {
                const label = t`Device ${device.slice(0, 6)}`;
                return (
                  <Entry key={device} side={<Moment at={since} />}>
                    <h2>{label}</h2>
                    <AskFirst
                      label={<Trans>It is lost</Trans>}
                      unseen={label}
                      title={t`Sign out ${label} for good?`}
                      confirm={t`Sign it out`}
                      act={async () => {
                        setReport(await ask("loseDevice", { device }));
                        devices.again();
                      }}
                    >
                      <p>
                        <Trans>
                          The keys of your records change as well. If you find it again, let it in
                          like a new one.
                        </Trans>
                      </p>
                    </AskFirst>
                  </Entry>
                );
              })}
            </Ledger>
          );
        }}
      </Awaited>
      <section className="part">
        <h2>
          <Trans>If somebody may have more than the device</Trans>
        </h2>
        <p>
          <Trans>
            Somebody who has your password and your kit, or who held the device while it was open,
            can have copied your keys. Then make everything new.
          </Trans>
        </p>
        <div className="row">
          <ButtonLink to="/renew">
            <Trans>Make everything new</Trans>
          </ButtonLink>
        </div>
      </section>
    </Page>
  );
}

function Report({ report: { turned, waiting, opened } }: { readonly report: LostAnswer }) {
  return (
    <>
      <Notice tone="done">
        <p>
          <Trans>It is signed out.</Trans>{" "}
          <Plural
            value={turned}
            one="The keys of # record have changed."
            other="The keys of # records have changed."
          />
        </p>
        {waiting === 0 ? null : (
          <p>
            <Plural
              value={waiting}
              one="In # record of somebody else they change when one of its writers next adds something."
              other="In # records of others they change when one of their writers next adds something."
            />
          </p>
        )}
      </Notice>
      <Notice tone="care">
        <p>
          <Plural
            value={opened}
            _0="It had opened no document."
            one="It had opened # document, and may have kept it."
            other="It had opened # documents, and may have kept them."
          />{" "}
          <Trans>It may also know the names of all that was there until now. That stays so.</Trans>
        </p>
        <p>
          <Trans>
            If somebody may know your password, change it now. If the kit was with the device, make
            a new one. Both are under <Link to="/settings">Settings</Link>.
          </Trans>
        </p>
      </Notice>
    </>
  );
}
