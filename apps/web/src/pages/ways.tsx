import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { Form } from "react-aria-components";
import { useAnswer, useDoing } from "../answers.ts";
import { AskFirst } from "../parts/ask-first.tsx";
import { Button } from "../parts/button.tsx";
import { CodeField } from "../parts/code-field.tsx";
import { Field } from "../parts/field.tsx";
import { Figures } from "../parts/figures.tsx";
import { KitAgain } from "../parts/kit-again.tsx";
import { Entry, Ledger } from "../parts/ledger.tsx";
import { Moment } from "../parts/moment.tsx";
import { Notice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { Problem } from "../parts/problem.tsx";
import { QrCode } from "../parts/qr-code.tsx";
import { Awaited } from "../parts/waiting.tsx";
import { createPasskey } from "../passkey.ts";
import { ask } from "../vault.ts";

/** Everything that brings somebody back whose device or browser has forgotten the record. */
export function WaysPage() {
  const { t } = useLingui();
  return (
    <Page
      title={t`Ways back`}
      lead={
        <Trans>
          If this device is lost, or the browser clears its memory, one of these opens your record
          again. Nobody else can.
        </Trans>
      }
      trail={<Link to="/settings">{t`Settings`}</Link>}
    >
      <Memory />
      <section className="part">
        <h2>
          <Trans>Kit</Trans>
        </h2>
        <KitAgain />
      </section>
      <LetIn />
      <Passkeys />
      <Codes />
    </Page>
  );
}

/** Whether the browser may clear what the page has stored here. */
function Memory() {
  const [kept, setKept] = useState<boolean>();
  useEffect(() => {
    void navigator.storage?.persisted?.().then(setKept);
  }, []);
  if (kept !== false) return null;
  return (
    <Notice tone="care">
      <p>
        <Trans>
          This browser may clear its memory by itself, after a week without a visit or when the disk
          is full. Your record is safe with the service; this device would only have to be let in
          again.
        </Trans>
      </p>
      <Button onPress={() => void navigator.storage.persist().then(setKept)}>
        <Trans>Ask the browser to keep it</Trans>
      </Button>
    </Notice>
  );
}

function LetIn() {
  const { t } = useLingui();
  const [number, setNumber] = useState("");
  const [found, setFound] = useState(false);
  const [code, setCode] = useState("");
  const [reply, setReply] = useState<string>();
  const doing = useDoing();
  return (
    <section className="part">
      <h2>
        <Trans>Let a device in</Trans>
      </h2>
      <p>
        <Trans>
          A device you let in can do all that you can. Let in only one that you hold or see, never
          one whose number somebody tells you.
        </Trans>
      </p>
      <Form
        validationBehavior="aria"
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void doing.run(async () => {
            if (found) setReply((await ask("approveConfirm", { code })).code);
            else {
              await ask("approveBegin", { number });
              setFound(true);
            }
          });
        }}
      >
        {found ? (
          <Field
            label={t`Code that the new device shows`}
            hint={<Trans>Six figures.</Trans>}
            inputMode="numeric"
            value={code}
            onChange={setCode}
            exact={true}
          />
        ) : (
          <Field
            label={t`Number that the new device shows`}
            hint={<Trans>Nine figures. They are good for ten minutes.</Trans>}
            inputMode="numeric"
            value={number}
            onChange={setNumber}
            exact={true}
          />
        )}
        <Problem error={doing.error} />
        {reply === undefined ? (
          <Button
            type="submit"
            busy={doing.busy}
            isDisabled={(found ? code : number).trim() === ""}
          >
            <Trans>Continue</Trans>
          </Button>
        ) : (
          <Notice tone="done">
            <p>
              <Trans>The codes are the same. Now type this one on the new device.</Trans>
            </p>
            <Figures label={t`Code of this device`} digits={reply} />
          </Notice>
        )}
      </Form>
    </section>
  );
}

function Passkeys() {
  const { t } = useLingui();
  const factors = useAnswer("factors", undefined);
  const doing = useDoing();
  const add = (asked: boolean) =>
    doing.run(async () => {
      const offer = await ask("passkeyOffer", { asked });
      await ask("passkeyAdd", await createPasskey(offer, !asked));
      factors.again();
    });
  return (
    <section className="part">
      <h2>
        <Trans>Passkeys</Trans>
      </h2>
      <p>
        <Trans>
          A passkey lives in your phone, computer or security key. With your password it opens your
          record on a device that has forgotten it.
        </Trans>
      </p>
      <Awaited of={factors}>
        {({ passkeys }) => (
          <Ledger label={t`Passkeys`}>
            {passkeys.map(({ passkey, at, asked, opens }) => {
              const label = t`Passkey ${passkey.slice(0, 6)}`;
              return (
                <Entry key={passkey} side={<Moment at={at} />}>
                  <h3>{label}</h3>
                  {opens ? (
                    <span className="tag">
                      <Trans>A way back</Trans>
                    </span>
                  ) : null}
                  {asked ? (
                    <span className="tag">
                      <Trans>Asked for at each opening</Trans>
                    </span>
                  ) : null}
                  <AskFirst
                    label={<Trans>Remove</Trans>}
                    unseen={label}
                    title={t`Remove ${label}?`}
                    confirm={t`Remove it`}
                    act={async () => {
                      await ask("passkeyRemove", { passkey });
                      factors.again();
                    }}
                  >
                    <p>
                      <Trans>It opens nothing from then on. Your kit stays as it is.</Trans>
                    </p>
                  </AskFirst>
                </Entry>
              );
            })}
          </Ledger>
        )}
      </Awaited>
      <Problem error={doing.error} />
      <div className="row">
        <Button busy={doing.busy} onPress={() => void add(false)}>
          <Trans>Add a passkey</Trans>
        </Button>
        <Button busy={doing.busy} onPress={() => void add(true)}>
          <Trans>Add one and ask for it at each opening</Trans>
        </Button>
      </div>
      <p className="hint">
        <Trans>
          The service then asks for it beside your password. That stops others, not the service
          itself. If it is lost, your kit alone gets you back after three days.
        </Trans>
      </p>
    </section>
  );
}

function Codes() {
  const { t } = useLingui();
  const factors = useAnswer("factors", undefined);
  const [app, setApp] = useState<{ readonly secret: string; readonly uri: string }>();
  const [code, setCode] = useState("");
  const doing = useDoing();
  return (
    <section className="part">
      <h2>
        <Trans>Codes at each opening</Trans>
      </h2>
      <p>
        <Trans>
          The service can ask for a code of an app beside your password. That stops others, not the
          service itself. If the app is lost, your kit alone gets you back after three days.
        </Trans>
      </p>
      <Awaited of={factors}>
        {({ totp }) =>
          totp ? (
            <div className="row">
              <AskFirst
                label={<Trans>Stop asking for codes</Trans>}
                title={t`Stop asking for codes?`}
                confirm={t`Stop`}
                act={async () => {
                  await ask("totpRemove");
                  setApp(undefined);
                  factors.again();
                }}
              >
                <p>
                  <Trans>Your password and this device are enough again.</Trans>
                </p>
              </AskFirst>
            </div>
          ) : app === undefined ? (
            <div className="row">
              <Button
                busy={doing.busy}
                onPress={() => void doing.run(async () => setApp(await ask("totpBegin")))}
              >
                <Trans>Ask for codes</Trans>
              </Button>
            </div>
          ) : (
            <Form
              validationBehavior="aria"
              className="form"
              onSubmit={(event) => {
                event.preventDefault();
                void doing.run(async () => {
                  await ask("totpConfirm", { code });
                  setCode("");
                  factors.again();
                });
              }}
            >
              <p>
                <Trans>Scan this with the app, or type its key: {app.secret}</Trans>
              </p>
              <QrCode text={app.uri} label={t`Key for the app`} />
              <CodeField code={code} setCode={setCode} />
              <Button type="submit" busy={doing.busy} isDisabled={code.trim() === ""}>
                <Trans>From now on ask for codes</Trans>
              </Button>
            </Form>
          )
        }
      </Awaited>
      <Problem error={doing.error} />
    </section>
  );
}
