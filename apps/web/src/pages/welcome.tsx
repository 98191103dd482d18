import { Trans, useLingui } from "@lingui/react/macro";
import { Navigate } from "@tanstack/react-router";
import { ButtonLink } from "../parts/button.tsx";
import { Entry, Ledger } from "../parts/ledger.tsx";
import { Notice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { EyeSign, LockSign, WordSign } from "../parts/signs.tsx";
import { useSession } from "../session.tsx";

/** What this is and what it promises, in three sentences, each with the word that says how firmly. */
export function WelcomePage() {
  const { t } = useLingui();
  const { status } = useSession();
  if (status.state === "open") return <Navigate to="/documents" replace={true} />;
  if (status.state === "locked") return <Navigate to="/unlock" replace={true} />;
  return (
    <Page
      title={t`Your health record, in a case whose key stays with you`}
      lead={
        <Trans>
          Keep your results and letters, show them to the people who care for you, and take that
          back whenever you like.
        </Trans>
      }
      name={t`Welcome`}
    >
      <div className="ways">
        <section className="way" data-tone="first">
          <h2>
            <Trans>Start right away</Trans>
          </h2>
          <p>
            <Trans>
              A sheet for your next appointment: fill it in, print it. No account needed.
            </Trans>
          </p>
          <ButtonLink to="/prepare" tone="first">
            <Trans>Prepare my next appointment</Trans>
          </ButtonLink>
        </section>
        <section className="way">
          <h2>
            <Trans>Keep everything in one place</Trans>
          </h2>
          <p>
            <Trans>Three short steps: who you are, a password, a sheet to print.</Trans>
          </p>
          <ButtonLink to="/sign-up">
            <Trans>Create my record</Trans>
          </ButtonLink>
          <ButtonLink to="/enter" tone="quiet">
            <Trans>I have one: open it here with my kit</Trans>
          </ButtonLink>
        </section>
        <section className="way">
          <h2>
            <Trans>Somebody shows you a code</Trans>
          </h2>
          <p>
            <Trans>
              For doctors and nurses: read what a patient shows you, without an account, until
              tonight at most.
            </Trans>
          </p>
          <ButtonLink to="/scan">
            <Trans>Scan or type the code</Trans>
          </ButtonLink>
        </section>
      </div>
      <section className="part">
        <h2>
          <Trans>What you can count on, and how firmly</Trans>
        </h2>
        <div className="promise-words">
          <Ledger label={t`Three promises`}>
            <Entry
              side={
                <span className="word">
                  <LockSign />
                  <Trans>Prevented</Trans>
                </span>
              }
            >
              <p>
                <Trans>
                  Your documents and their names are sealed on this device before they leave it, so
                  that the service which keeps them cannot read them.
                </Trans>
              </p>
            </Entry>
            <Entry
              side={
                <span className="word">
                  <EyeSign />
                  <Trans>Detected</Trans>
                </span>
              }
            >
              <p>
                <Trans>
                  Whoever opens one signs for it, and you read it in a journal. If the service
                  changes what it has already shown you, your device raises the alarm.
                </Trans>
              </p>
            </Entry>
            <Entry
              side={
                <span className="word">
                  <WordSign />
                  <Trans>Honest server only</Trans>
                </span>
              }
            >
              <p>
                <Trans>
                  That an access ends on its day is the service’s word for what you shared until
                  then; what you add later stays shut even if it breaks that word.
                </Trans>
              </p>
            </Entry>
          </Ledger>
        </div>
        <Notice tone="care">
          <p>
            <Trans>
              This page itself comes from the service. On your first visit you trust it to deliver
              the true program; nothing on your device can check that yet.
            </Trans>
          </p>
        </Notice>
      </section>
    </Page>
  );
}
