import { Trans, useLingui } from "@lingui/react/macro";
import { Navigate, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Form } from "react-aria-components";
import { useDoing } from "../answers.ts";
import { kitWasChecked } from "../kit-date.ts";
import { Bar } from "../parts/bar.tsx";
import { Button } from "../parts/button.tsx";
import { Field, SecretField } from "../parts/field.tsx";
import { KitCheck } from "../parts/kit-check.tsx";
import { KitSheet } from "../parts/kit-sheet.tsx";
import { KitWays } from "../parts/kit-ways.tsx";
import { Page } from "../parts/page.tsx";
import { Problem } from "../parts/problem.tsx";
import { type Prepared, takePrepared } from "../prepared.ts";
import { useSession } from "../session.tsx";
import { ask } from "../vault.ts";
import type { Kit } from "../wire.ts";

/** Long enough that guessing it from a stolen device takes years; no other rule. */
const SHORTEST = 12;

type Step = "who" | "password" | "kit";
const STEPS: readonly Step[] = ["who", "password", "kit"];

/** From nothing to an account in three steps: who, a password, the kit. */
export function SignUpPage() {
  const { t, i18n } = useLingui();
  const { status, enter } = useSession();
  const navigate = useNavigate();
  const [step, setStep] = useState<Step>("who");
  const [address, setAddress] = useState("");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [kit, setKit] = useState<Kit>();
  const doing = useDoing();
  const sheetTitle = t`My sheet for the next appointment`;
  const sheetText = ({ medicines, allergies, changes, questions }: Prepared) =>
    [
      [t`Medicines I take`, medicines],
      [t`What I do not tolerate`, allergies],
      [t`What has changed since last time`, changes],
      [t`What I want to ask`, questions],
    ]
      .filter(([, said = ""]) => said.trim() !== "")
      .map(([label, said]) => `${label}\n${said}\n`)
      .join("\n");
  if (status.state !== "new" && kit === undefined) return <Navigate to="/" replace={true} />;

  const make = () =>
    doing.run(async () => {
      const language = i18n.locale === "fr" ? "fr" : "en";
      setKit(await ask("signUp", { address, name, password, language }));
      setPassword("");
      setStep("kit");
    });
  const finish = async () => {
    kitWasChecked();
    await keepPrepared(sheetTitle, sheetText);
    enter(await ask("status"));
    await navigate({ to: "/documents" });
  };

  const number = STEPS.indexOf(step) + 1;
  const place = t`Step ${number} of ${STEPS.length}`;
  switch (step) {
    case "who":
      return (
        <WhoStep
          {...{ place, address, setAddress, name, setName }}
          next={() => setStep("password")}
        />
      );
    case "password":
      return (
        <PasswordStep
          {...{ place, password, setPassword, doing }}
          next={make}
          back={() => setStep("who")}
        />
      );
    case "kit":
      return kit && <KitStep {...{ place, kit, name }} next={finish} />;
    default:
      return step satisfies never;
  }
}

function Steps({ children }: { readonly children: string }) {
  return <span className="steps">{children}</span>;
}

interface Walk {
  readonly place: string;
  readonly next: () => void;
  readonly back?: () => void;
}

function WhoStep({
  place,
  address,
  setAddress,
  name,
  setName,
  next,
}: Walk & {
  readonly address: string;
  readonly setAddress: (text: string) => void;
  readonly name: string;
  readonly setName: (text: string) => void;
}) {
  const { t } = useLingui();
  const [tried, setTried] = useState(false);
  const isAddress = /^[^\s@]+@[^\s@]+$/.test(address.trim());
  const isName = name.trim() !== "";
  return (
    <Page title={t`Who are you?`} trail={<Steps>{place}</Steps>}>
      <Form
        validationBehavior="aria"
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (isAddress && isName) next();
        }}
      >
        <Field
          label={t`Your name`}
          hint={
            <Trans>
              Those with whom you share see it. The service does not: it is sealed like everything
              else.
            </Trans>
          }
          wrong={tried && !isName ? t`Type the name that people know you by.` : undefined}
          name="name"
          autoComplete="name"
          maxLength={120}
          value={name}
          onChange={setName}
        />
        <Field
          label={t`E-mail address`}
          hint={
            <Trans>
              You are found and warned by it. The service keeps a fingerprint of it and a copy that
              only its mailer can open.
            </Trans>
          }
          wrong={tried && !isAddress ? t`An address looks like name@example.org.` : undefined}
          type="email"
          name="email"
          autoComplete="email"
          value={address}
          onChange={setAddress}
        />
        <Button tone="first" type="submit">
          <Trans>Continue</Trans>
        </Button>
      </Form>
    </Page>
  );
}

function PasswordStep({
  place,
  password,
  setPassword,
  doing,
  next,
  back,
}: Walk & {
  readonly password: string;
  readonly setPassword: (text: string) => void;
  readonly doing: ReturnType<typeof useDoing>;
}) {
  const { t } = useLingui();
  const [tried, setTried] = useState(false);
  const fits = password.length >= SHORTEST;
  return (
    <Page title={t`Choose a password`} trail={<Steps>{place}</Steps>}>
      <Form
        validationBehavior="aria"
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (fits) next();
        }}
      >
        <SecretField
          label={t`Password`}
          hint={
            <Trans>
              At least {SHORTEST} characters. Four or five ordinary words in a row are easy to keep
              in mind and hard to guess. It never leaves this device.
            </Trans>
          }
          wrong={
            tried && !fits ? t`That is too short: ${SHORTEST} characters at least.` : undefined
          }
          name="password"
          autoComplete="new-password"
          value={password}
          onChange={setPassword}
        />
        <Problem error={doing.error} />
        {doing.busy ? (
          <Bar label={t`Your keys are being made on this device`} progress={undefined} />
        ) : null}
        <div className="row">
          <Button tone="first" type="submit" busy={doing.busy}>
            <Trans>Create my record</Trans>
          </Button>
          <Button
            tone="quiet"
            isDisabled={doing.busy}
            {...(back === undefined ? {} : { onPress: back })}
          >
            <Trans>Back</Trans>
          </Button>
        </div>
      </Form>
    </Page>
  );
}

function KitStep({ place, kit, name, next }: Walk & { readonly kit: Kit; readonly name: string }) {
  const { t } = useLingui();
  const [isKept, setIsKept] = useState(false);
  return (
    <Page
      title={isKept ? t`One check, and you are in` : t`Print your kit`}
      trail={<Steps>{place}</Steps>}
      lead={
        <Trans>
          If you lose your devices, this sheet and your password give you your record back.
        </Trans>
      }
    >
      {isKept ? (
        <>
          <KitCheck kit={kit} done={next} />
          <div className="row">
            <Button tone="quiet" onPress={() => setIsKept(false)}>
              <Trans>Show the kit again</Trans>
            </Button>
          </div>
        </>
      ) : (
        <>
          <KitWays kit={kit} name={name}>
            <Button onPress={() => setIsKept(true)}>
              <Trans>I have printed or copied it</Trans>
            </Button>
          </KitWays>
          <KitSheet kit={kit} name={name} />
        </>
      )}
    </Page>
  );
}

/** Takes the sheet that was filled in before into the record, as its first note. */
async function keepPrepared(title: string, text: (sheet: Prepared) => string): Promise<void> {
  const sheet = takePrepared();
  if (sheet === undefined) return;
  const file = new File([text(sheet)], "note.txt", { type: "text/plain" });
  await ask("add", { file, title });
}
