import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useAnswer } from "../answers.ts";
import { kitWasChecked } from "../kit-date.ts";
import { AskFirst } from "../parts/ask-first.tsx";
import { CodeField } from "../parts/code-field.tsx";
import { DroppedWords } from "../parts/dropped.tsx";
import { SecretField } from "../parts/field.tsx";
import { KitCheck } from "../parts/kit-check.tsx";
import { KitSheet } from "../parts/kit-sheet.tsx";
import { KitWays } from "../parts/kit-ways.tsx";
import { Notice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { useSession } from "../session.tsx";
import { ask } from "../vault.ts";
import type { RenewedAnswer } from "../wire-ways.ts";

/** For whoever fears that somebody else has their password and kit, or had a device of theirs. */
export function RenewPage() {
  const { t } = useLingui();
  const [renewed, setRenewed] = useState<RenewedAnswer>();
  return (
    <Page
      title={t`Make everything new`}
      lead={
        <Trans>
          Do this if somebody may know your password and have your kit, or has held a device of
          yours while it was open.
        </Trans>
      }
      trail={<Link to="/settings">{t`Settings`}</Link>}
    >
      {renewed === undefined ? <Before renewed={setRenewed} /> : <After renewed={renewed} />}
    </Page>
  );
}

function Before({ renewed }: { readonly renewed: (answer: RenewedAnswer) => void }) {
  return (
    <>
      <section className="part">
        <h2>
          <Trans>What happens</Trans>
        </h2>
        <ul className="bullets">
          <li>
            <Trans>
              You get a new password and a new kit. The old ones no longer open anything.
            </Trans>
          </li>
          <li>
            <Trans>
              Every other device is signed out. You let each one in again, like a new one.
            </Trans>
          </li>
          <li>
            <Trans>Your account, this device and your records get new keys.</Trans>
          </li>
          <li>
            <Trans>
              Passkeys and codes of an app are removed, since somebody else may have set them. You
              set them up again afterwards.
            </Trans>
          </li>
          <li>
            <Trans>
              Your contacts stay. They see that your keys are new; show them your code again when
              you meet.
            </Trans>
          </li>
        </ul>
      </section>
      <section className="part">
        <h2>
          <Trans>What it cannot undo</Trans>
        </h2>
        <ul className="bullets">
          <li>
            <Trans>What somebody has read or copied, they keep.</Trans>
          </li>
          <li>
            <Trans>
              In the records of others the old keys hold until somebody adds something there. In
              shares made before they hold until these end.
            </Trans>
          </li>
          <li>
            <Trans>
              If somebody did this before you, the record is theirs: it then opens for you no more.
            </Trans>
          </li>
        </ul>
      </section>
      <Make renewed={renewed} />
    </>
  );
}

function Make({ renewed }: { readonly renewed: (answer: RenewedAnswer) => void }) {
  const { t, i18n } = useLingui();
  const factors = useAnswer("factors", undefined);
  const [password, setPassword] = useState("");
  const [fresh, setFresh] = useState("");
  const [code, setCode] = useState("");
  const [step, setStep] = useState<number>();
  const wantsCode = factors.answer?.totp === true;
  const language = i18n.locale === "fr" ? "fr" : "en";
  const isComplete = password !== "" && fresh.length >= 12 && (!wantsCode || code.trim() !== "");
  return (
    <section className="part">
      <h2>
        <Trans>Make it new</Trans>
      </h2>
      <p>
        <Trans>
          It takes about a minute. Have a printer ready, or a stick: the new kit is shown at the
          end.
        </Trans>
      </p>
      <div className="form">
        <SecretField
          label={t`Current password`}
          hint={<Trans>The one that opens your record today.</Trans>}
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
        />
        <SecretField
          label={t`New password`}
          hint={<Trans>At least 12 characters, and never used anywhere before.</Trans>}
          autoComplete="new-password"
          value={fresh}
          onChange={setFresh}
        />
        {wantsCode ? <CodeField code={code} setCode={setCode} /> : null}
        <div className="row">
          <AskFirst
            label={<Trans>Make everything new</Trans>}
            title={t`Make everything new now?`}
            confirm={t`Make it all new`}
            isDisabled={!isComplete}
            act={async () => {
              setStep(0);
              try {
                renewed(await ask("renew", { password, fresh, code, language }, setStep));
              } finally {
                setStep(undefined);
                setCode("");
              }
            }}
          >
            <p>
              <Trans>
                Your other devices, your old password and your old kit then no longer open anything.
                This cannot be taken back.
              </Trans>
            </p>
            <p>
              <Trans>
                If the network breaks in the middle, nothing is lost: open the record with the new
                password. If it does not open yet, take the current one.
              </Trans>
            </p>
            <p role="status">{step === undefined ? null : <StepWords step={step} />}</p>
          </AskFirst>
        </div>
      </div>
    </section>
  );
}

/** Where it is, in the order of the steps of the SDK. */
function StepWords({ step }: { readonly step: number }) {
  switch (step) {
    case 0:
      return <Trans>Step 1 of 5: checking your password…</Trans>;
    case 1:
      return <Trans>Step 2 of 5: sending what waits on this device…</Trans>;
    case 2:
      return <Trans>Step 3 of 5: making all keys…</Trans>;
    case 3:
      return <Trans>Step 4 of 5: opening with what is new…</Trans>;
    default:
      return <Trans>Step 5 of 5: changing the keys of your records…</Trans>;
  }
}

function After({ renewed }: { readonly renewed: RenewedAnswer }) {
  const { status } = useSession();
  const { kit, dropped, turned, unsent } = renewed;
  const [kept, setKept] = useState(false);
  return (
    <>
      <Notice tone="done">
        <p>
          {kept ? (
            <Trans>Everything is new, and your kit is in force.</Trans>
          ) : (
            <Trans>Everything is new. Print the new kit now: it is shown this once.</Trans>
          )}
        </p>
      </Notice>
      {kept ? null : (
        <>
          <KitWays kit={kit} name={status.name} />
          <KitSheet kit={kit} name={status.name} />
          <KitCheck
            kit={kit}
            done={() => {
              kitWasChecked();
              setKept(true);
              void ask("kitKept");
            }}
          />
        </>
      )}
      <section className="part unprinted">
        <h2>
          <Trans>What is left to do</Trans>
        </h2>
        <ul className="bullets">
          <DroppedWords dropped={dropped} />
          <li>
            <Trans>
              Let your other devices in again, one by one, under <Link to="/ways">Ways back</Link>.
            </Trans>
          </li>
          <li>
            <Trans>
              Show <Link to="/contacts">your code</Link> to your contacts when you next meet.
            </Trans>
          </li>
          {turned ? null : (
            <li>
              <Trans>
                The keys of a record could not change now. They change when somebody next adds
                something there.
              </Trans>
            </li>
          )}
          {unsent === 0 ? null : (
            <li>
              <Plural
                value={unsent}
                one="# change made without network can be sent no more. It stays on this device."
                other="# changes made without network can be sent no more. They stay on this device."
              />
            </li>
          )}
        </ul>
      </section>
    </>
  );
}
