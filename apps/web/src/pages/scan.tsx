import { Trans, useLingui } from "@lingui/react/macro";
import { useEffect, useState } from "react";
import { Form } from "react-aria-components";
import { useDoing } from "../answers.ts";
import { useLooking } from "../looking.ts";
import { Button, ButtonLink } from "../parts/button.tsx";
import { CameraCode } from "../parts/camera.tsx";
import { Digits, TypeDigits } from "../parts/digits.tsx";
import { Field } from "../parts/field.tsx";
import { Notice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { Problem } from "../parts/problem.tsx";
import { Visited } from "../parts/visited.tsx";
import { Waiting } from "../parts/waiting.tsx";
import { useSession } from "../session.tsx";
import { ask } from "../vault.ts";

const EVERY_MS = 1500;

type Step =
  | { readonly at: "code" }
  | { readonly at: "meet"; readonly isGuest: boolean; readonly until: number }
  | { readonly at: "read"; readonly name: string; readonly until: number }
  | { readonly at: "known"; readonly name: string }
  | { readonly at: "gone" };

/** Scanning the code that somebody in the same room shows: without an account, or with one. */
export function ScanPage() {
  const { t } = useLingui();
  const { status } = useSession();
  const [step, setStep] = useState<Step>({ at: "code" });
  const again = () => setStep({ at: "code" });
  switch (step.at) {
    case "code":
      return (
        <Page
          title={t`Scan or type the code`}
          lead={
            status.state === "open" ? (
              <Trans>The other person becomes a contact whose code you have checked.</Trans>
            ) : (
              <Trans>
                You need no account. You read what the patient shows you until the hour they chose;
                then it is over, and nothing stays in this browser.
              </Trans>
            )
          }
        >
          <EnterCode
            isOpen={status.state === "open"}
            entered={(scan) => setStep({ at: "meet", ...scan })}
          />
        </Page>
      );
    case "meet":
      return (
        <Page title={t`Compare with the other screen`}>
          <Meet
            met={(name) =>
              setStep(
                step.isGuest ? { at: "read", name, until: step.until } : { at: "known", name },
              )
            }
            again={again}
          />
        </Page>
      );
    case "read":
      return <Visited name={step.name} until={step.until} gone={() => setStep({ at: "gone" })} />;
    case "known":
      return (
        <Page title={t`Checked`}>
          <Notice tone="done">
            <p>
              <Trans>{step.name} is now a contact whose code you have checked.</Trans>
            </p>
          </Notice>
          <div className="row">
            <ButtonLink to="/received" tone="first">
              <Trans>Shared with me</Trans>
            </ButtonLink>
            <ButtonLink to="/contacts">
              <Trans>Contacts</Trans>
            </ButtonLink>
          </div>
        </Page>
      );
    case "gone":
      return (
        <Page title={t`It is over`}>
          <Notice tone="done">
            <p>
              <Trans>
                Nothing more can be read here, and the keys are forgotten. What you saved yourself
                is still where you put it.
              </Trans>
            </p>
          </Notice>
          <div className="row">
            <Button tone="first" onPress={again}>
              <Trans>Scan another code</Trans>
            </Button>
          </div>
        </Page>
      );
    default:
      return step satisfies never;
  }
}

function EnterCode({
  isOpen,
  entered,
}: {
  readonly isOpen: boolean;
  readonly entered: (scan: { readonly isGuest: boolean; readonly until: number }) => void;
}) {
  const { t } = useLingui();
  const [name, setName] = useState("");
  const [code, setCode] = useState("");
  const [tried, setTried] = useState(false);
  const doing = useDoing();
  const lacksName = !isOpen && name.trim() === "";
  const lacksCode = code.trim() === "";
  const enter = async (text: string) => {
    setTried(true);
    if (lacksName) return setCode(text);
    await doing.run(async () => entered(await ask("scan", { code: text, name })));
  };
  return (
    <Form
      validationBehavior="aria"
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!lacksCode) void enter(code);
      }}
    >
      {isOpen ? null : (
        <Field
          label={t`Your name, as the patient shall see it`}
          hint={<Trans>For example: Dr Roche, Saint-Martin practice.</Trans>}
          value={name}
          onChange={setName}
          autoComplete="name"
          maxLength={120}
          wrong={tried && lacksName ? t`Say who is reading.` : undefined}
        />
      )}
      <CameraCode found={(text) => void enter(text)} />
      <Field
        label={t`Or the eight characters below the code`}
        hint={<Trans>Letters and figures, with or without the hyphen.</Trans>}
        value={code}
        onChange={setCode}
        exact={true}
        maxLength={200}
        wrong={tried && lacksCode ? t`Type the eight characters, or scan the code.` : undefined}
      />
      {doing.error?.code === "malformed" ? (
        <Notice tone="alarm">
          <p>
            <Trans>This is no code of a patient’s. Look at their screen again.</Trans>
          </p>
        </Notice>
      ) : doing.error?.code === "not-found" || doing.error?.code === "conflict" ? (
        <Notice tone="alarm">
          <p>
            <Trans>
              This code is over, or somebody else was faster. Ask for a new one: it takes a moment.
            </Trans>
          </p>
        </Notice>
      ) : (
        <Problem error={doing.error} />
      )}
      <Button type="submit" tone="first" busy={doing.busy}>
        <Trans>Continue</Trans>
      </Button>
    </Form>
  );
}

function Meet({
  met,
  again,
}: {
  readonly met: (name: string) => void;
  readonly again: () => void;
}) {
  const { t } = useLingui();
  const [turn, setTurn] = useState(0);
  const { seen, error } = useLooking("lookScanned", EVERY_MS, turn);
  const name = seen?.state === "met" ? seen.name : undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: who was met is told once.
  useEffect(() => {
    if (name !== undefined) met(name);
  }, [name]);
  if (error !== undefined) return <Problem error={error} again={again} />;
  if (seen?.state !== "compare") {
    return <Waiting>{t`One moment: the other device is answering…`}</Waiting>;
  }
  return (
    <div className="part narrow">
      <p>
        <Trans>Show these six digits to the person in front of you. They type them:</Trans>
      </p>
      <Digits digits={seen.digits} />
      {seen.asks ? (
        <TypeDigits
          label={t`Digits on the other screen`}
          type={async (digits) => {
            const isRight = await ask("typeScanned", { digits });
            if (isRight) setTurn((n) => n + 1);
            return isRight;
          }}
        />
      ) : null}
      <p role="status" className="hint">
        <Trans>Waiting until they have typed them.</Trans>
      </p>
      <Button tone="quiet" onPress={again}>
        <Trans>Stop</Trans>
      </Button>
    </div>
  );
}
