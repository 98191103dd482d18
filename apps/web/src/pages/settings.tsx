import { Trans, useLingui } from "@lingui/react/macro";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Form } from "react-aria-components";
import { useAnswer, useDoing } from "../answers.ts";
import { AskFirst } from "../parts/ask-first.tsx";
import { Button, ButtonLink } from "../parts/button.tsx";
import { SecretField } from "../parts/field.tsx";
import { KeepingPart } from "../parts/keeping.tsx";
import { KitAgain } from "../parts/kit-again.tsx";
import { KitCheck } from "../parts/kit-check.tsx";
import { KitSheet } from "../parts/kit-sheet.tsx";
import { KitWays } from "../parts/kit-ways.tsx";
import { Entry, Ledger } from "../parts/ledger.tsx";
import { Looks } from "../parts/looks.tsx";
import { Moment } from "../parts/moment.tsx";
import { Notice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { Problem } from "../parts/problem.tsx";
import { RecoveryNotice } from "../parts/recovery-notice.tsx";
import { Unfinished } from "../parts/unfinished.tsx";
import { Awaited } from "../parts/waiting.tsx";
import { useSession } from "../session.tsx";
import { ask } from "../vault.ts";
import type { Kit } from "../wire.ts";

/** Devices, password, kit, and how the page looks. */
export function SettingsPage() {
  const { t } = useLingui();
  const { status } = useSession();
  return (
    <Page title={t`Settings`} lead={<Trans>This is the record of {status.name}.</Trans>}>
      <RecoveryNotice />
      <Unfinished>
        <p>
          <Trans>Further down on this page, under Kit.</Trans>
        </p>
      </Unfinished>
      <nav className="row" aria-label={t`If something is lost`}>
        <ButtonLink to="/ways">
          <Trans>Ways back</Trans>
        </ButtonLink>
        <ButtonLink to="/lost">
          <Trans>A device is lost</Trans>
        </ButtonLink>
        <ButtonLink to="/renew">
          <Trans>Somebody may have my password and kit</Trans>
        </ButtonLink>
      </nav>
      <KeepingPart />
      <Devices />
      <Password />
      <NewKit name={status.name} />
      <Witnesses />
      <Looks />
    </Page>
  );
}

function Devices() {
  const { t } = useLingui();
  const { enter } = useSession();
  const navigate = useNavigate();
  const devices = useAnswer("devices", undefined);
  return (
    <section className="part">
      <h2>
        <Trans>Devices</Trans>
      </h2>
      <Awaited of={devices}>
        {(rows) => (
          <Ledger label={t`Devices`}>
            {rows.map(({ device, here, since }) => {
              const label = here ? t`This device` : t`Device ${device.slice(0, 6)}`;
              return (
                <Entry key={device} side={<Moment at={since} />}>
                  <h3>{label}</h3>
                  <AskFirst
                    label={<Trans>Sign out</Trans>}
                    unseen={label}
                    title={here ? t`Sign out this device?` : t`Sign out ${label}?`}
                    confirm={t`Sign out`}
                    act={async () => {
                      enter(await ask("signOutDevice", { device }));
                      if (here) await navigate({ to: "/" });
                      else devices.again();
                    }}
                  >
                    <p>
                      {here ? (
                        <Trans>
                          This device forgets everything. To come back you need your kit and your
                          password.
                        </Trans>
                      ) : (
                        <Trans>
                          It can no longer fetch or sign anything. What it has already fetched it
                          keeps; the keys of your record change before anything new is sealed.
                        </Trans>
                      )}
                    </p>
                  </AskFirst>
                </Entry>
              );
            })}
          </Ledger>
        )}
      </Awaited>
    </section>
  );
}

function Password() {
  const { t } = useLingui();
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [done, setDone] = useState(false);
  const doing = useDoing();
  return (
    <section className="part">
      <h2>
        <Trans>Password</Trans>
      </h2>
      <Form
        validationBehavior="aria"
        className="form"
        onSubmit={async (event) => {
          event.preventDefault();
          setDone(false);
          const isGood = await doing.run(async () => {
            await ask("changePassword", { old, fresh });
          });
          if (!isGood) return;
          setDone(true);
          setOld("");
          setFresh("");
        }}
      >
        <SecretField
          label={t`Current password`}
          hint={<Trans>The one that opens your record today.</Trans>}
          autoComplete="current-password"
          value={old}
          onChange={setOld}
        />
        <SecretField
          label={t`New password`}
          hint={<Trans>At least 12 characters.</Trans>}
          autoComplete="new-password"
          value={fresh}
          onChange={setFresh}
        />
        <Problem error={doing.error} />
        {done ? (
          <Notice tone="done">
            <p>
              <Trans>Your password is changed.</Trans>
            </p>
            <p>
              <Trans>Your other devices will ask once for the old one too.</Trans>
            </p>
          </Notice>
        ) : null}
        <Button type="submit" busy={doing.busy} isDisabled={old === "" || fresh.length < 12}>
          <Trans>Change my password</Trans>
        </Button>
      </Form>
    </section>
  );
}

function Witnesses() {
  return (
    <section className="part">
      <h2>
        <Trans>Witnesses of the journal</Trans>
      </h2>
      <p>
        <Trans>
          People outside the service can watch that it shows everybody the same journal. You choose
          on whom you count.
        </Trans>
      </p>
      <div className="row">
        <ButtonLink to="/witnesses">
          <Trans>Choose witnesses</Trans>
        </ButtonLink>
      </div>
    </section>
  );
}

function NewKit({ name }: { readonly name: string }) {
  const { t, i18n } = useLingui();
  const [kit, setKit] = useState<Kit>();
  const [checked, setChecked] = useState(false);
  return (
    <section className="part">
      <h2>
        <Trans>Kit</Trans>
      </h2>
      <p>
        <Trans>Make a new one if the sheet is lost, or somebody else may have seen it.</Trans>
      </p>
      {kit === undefined ? <KitAgain /> : null}
      {kit === undefined ? (
        <div className="row">
          <AskFirst
            label={<Trans>Make a new kit</Trans>}
            tone="plain"
            title={t`Make a new kit?`}
            confirm={t`Make it`}
            act={async () => {
              setKit(await ask("newKit", { language: i18n.locale === "fr" ? "fr" : "en" }));
            }}
          >
            <p>
              <Trans>
                The sheet you have opens nothing from then on. Print the new one at once.
              </Trans>
            </p>
          </AskFirst>
        </div>
      ) : null}
      {kit !== undefined && !checked ? (
        <>
          <KitWays kit={kit} name={name} />
          <KitSheet kit={kit} name={name} />
          <KitCheck kit={kit} done={() => setChecked(true)} />
        </>
      ) : null}
      {checked ? (
        <Notice tone="done">
          <p>
            <Trans>Your new kit is in force.</Trans>
          </p>
        </Notice>
      ) : null}
    </section>
  );
}
