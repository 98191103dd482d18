import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useEffect, useState } from "react";
import { Form, Label, RadioGroup } from "react-aria-components";
import { useAnswer, useDoing } from "../answers.ts";
import { useDraft } from "../drafts.ts";
import { tonight } from "../ends.ts";
import { useLooking } from "../looking.ts";
import { AfterSharing } from "../parts/after-sharing.tsx";
import { Button } from "../parts/button.tsx";
import { Pick } from "../parts/choice.tsx";
import { AllGone, EndPast, PartGone } from "../parts/choose-again.tsx";
import { ChooseDocuments } from "../parts/choose-documents.tsx";
import { Digits, TypeDigits } from "../parts/digits.tsx";
import { Notice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { Problem } from "../parts/problem.tsx";
import { QrCode } from "../parts/qr-code.tsx";
import { guests } from "../parts/standing.tsx";
import { Title } from "../parts/title.tsx";
import { Awaited, Waiting } from "../parts/waiting.tsx";
import { ask } from "../vault.ts";
import type { DocumentRow, Person } from "../wire.ts";
import type { ShownCode } from "../wire-visit.ts";
import { hourInWords, untilInWords } from "../words.ts";

type Step = "what" | "until" | "confirm" | "show" | "done";
type Span = "hour" | "tonight" | "day";

const EVERY_MS = 1500;
const HOUR = 3600_000;

/** A code that was being shown is over with the session: what will happen is read once more first. */
function stepAgain(step: Step): Step {
  if (step === "done") return "what";
  return step === "show" ? "confirm" : step;
}

/** Showing a code to somebody in the same room: what, until what hour, the code, six digits. */
export function ShowPage() {
  const { t } = useLingui();
  const [step, setStep] = useDraft<Step>("shown step", "what", stepAgain);
  const [items, setItems] = useDraft<readonly string[]>("shown items", []);
  const [span, setSpan] = useDraft<Span>("shown span", "tonight");
  const [until, setUntil] = useDraft("shown until", 0);
  const [now, setNow] = useState(() => Date.now());
  const [met, setMet] = useState<Person>();
  const [count, setCount] = useState(0);
  const documents = useAnswer("documents", undefined);
  const chosen = (documents.answer ?? []).filter((row) => items.includes(row.item));
  switch (step) {
    case "what":
      return (
        <Page
          title={t`What may they read?`}
          lead={
            <Trans>
              For somebody in the same room. They need no account: they scan the code that you show,
              and read until the hour you choose.
            </Trans>
          }
        >
          <Awaited of={documents}>
            {(rows) => (
              <ChooseDocuments
                draft="shown looked for"
                rows={rows}
                chosen={items}
                choose={setItems}
                next={() => setStep("until")}
              />
            )}
          </Awaited>
        </Page>
      );
    case "until":
      return (
        <Page title={t`Until what hour?`}>
          <ChooseHour
            span={span}
            setSpan={setSpan}
            next={(moment) => {
              setUntil(moment);
              setNow(Date.now());
              setStep("confirm");
            }}
            back={() => setStep("what")}
          />
        </Page>
      );
    case "confirm":
      if (documents.answer !== undefined && chosen.length === 0)
        return <AllGone again={() => setStep("what")} />;
      if (until <= now) return <EndPast again={() => setStep("until")} />;
      return (
        <Page title={t`This is what will happen`}>
          <Awaited of={documents}>
            {() => (
              <Confirm
                {...{ chosen, until }}
                isPart={chosen.length < items.length}
                next={() => {
                  const at = Date.now();
                  if (until <= at) return setNow(at);
                  setStep("show");
                }}
                back={() => setStep("until")}
              />
            )}
          </Awaited>
        </Page>
      );
    case "show":
      return (
        <Page title={t`Show this code`}>
          <ShowCode
            until={until}
            items={chosen.map((row) => row.revision)}
            done={(person) => {
              setMet(person);
              setCount(chosen.length);
              setStep("done");
              setItems([]);
              guests.dispatchEvent(new Event("changed"));
            }}
            stop={() => {
              void ask("dropShown").catch(() => undefined);
              setStep("confirm");
            }}
          />
        </Page>
      );
    case "done":
      return (
        <Page title={t`They can read now`}>
          <Done name={met?.name ?? ""} count={count} until={until} />
        </Page>
      );
    default:
      return step satisfies never;
  }
}

function ChooseHour({
  span,
  setSpan,
  next,
  back,
}: {
  readonly span: Span;
  readonly setSpan: (span: Span) => void;
  readonly next: (until: number) => void;
  readonly back: () => void;
}) {
  const { i18n } = useLingui();
  const [now] = useState(() => Date.now());
  const say = (each: Span) => untilInWords(momentOf(each, now), i18n.locale);
  return (
    <Form
      validationBehavior="aria"
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        next(momentOf(span, Date.now()));
      }}
    >
      <RadioGroup className="part" value={span} onChange={(value) => setSpan(spanOf(value))}>
        <Label className="label">
          <Trans>Their access ends</Trans>
        </Label>
        <div className="choices">
          <Pick value="hour">
            <Trans>In an hour</Trans>
            <small>{say("hour")}</small>
          </Pick>
          <Pick value="tonight">
            <Trans>Tonight</Trans>
            <small>{say("tonight")}</small>
          </Pick>
          <Pick value="day">
            <Trans>Tomorrow at this hour</Trans>
            <small>{say("day")}</small>
          </Pick>
        </div>
      </RadioGroup>
      <div className="row">
        <Button tone="first" type="submit">
          <Trans>Continue</Trans>
        </Button>
        <Button tone="quiet" onPress={back}>
          <Trans>Back</Trans>
        </Button>
      </div>
    </Form>
  );
}

function Confirm({
  chosen,
  isPart,
  until,
  next,
  back,
}: {
  readonly chosen: readonly DocumentRow[];
  /** Whether some of what was chosen is there no more. */
  readonly isPart: boolean;
  readonly until: number;
  readonly next: () => void;
  readonly back: () => void;
}) {
  const { i18n } = useLingui();
  const moment = untilInWords(until, i18n.locale);
  return (
    <>
      {isPart ? <PartGone /> : null}
      <p className="sentence">
        <Plural
          value={chosen.length}
          one={`Whoever scans your code, and whose six digits you type, will be able to open this document until ${moment}; each opening will stand in your journal, and what has been opened cannot be unseen.`}
          other={`Whoever scans your code, and whose six digits you type, will be able to open these # documents until ${moment}; each opening will stand in your journal, and what has been opened cannot be unseen.`}
        />
      </p>
      <ul className="bullets">
        {chosen.map((row) => (
          <li key={row.revision}>
            <Title of={row.title} />
          </li>
        ))}
      </ul>
      <div className="row">
        <Button tone="first" onPress={next}>
          <Trans>Show the code</Trans>
        </Button>
        <Button tone="quiet" onPress={back}>
          <Trans>Back</Trans>
        </Button>
      </div>
    </>
  );
}

interface ShowCodeProps {
  readonly until: number;
  readonly items: readonly string[];
  readonly done: (person: Person) => void;
  readonly stop: () => void;
}

function ShowCode(props: ShowCodeProps) {
  const shown = useAnswer("showCode", { until: props.until });
  return (
    <Awaited of={shown}>{(code) => <Meet {...props} code={code} again={shown.again} />}</Awaited>
  );
}

function Meet({
  code,
  until,
  items,
  done,
  stop,
  again,
}: ShowCodeProps & { readonly code: ShownCode; readonly again: () => void }) {
  const { t } = useLingui();
  const [turn, setTurn] = useState(0);
  const { seen, error } = useLooking("lookShown", EVERY_MS, turn);
  const sharing = useDoing();
  const met = seen?.met;
  const { run } = sharing;
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever was met is shared with once.
  useEffect(() => {
    if (met === undefined) return;
    void run(async () => {
      await ask("share", { items, to: met.account, until, note: "", offline: false });
      done(met);
    });
  }, [met?.account]);
  if (error !== undefined) return <Problem error={error} again={again} />;
  if (seen?.state === "met" || seen?.state === "right") {
    return (
      <>
        <Problem error={sharing.error} />
        <Waiting>{t`The digits are right. One moment: sealing what you chose for them…`}</Waiting>
      </>
    );
  }
  if (seen?.state === "compare") {
    return (
      <div className="part narrow">
        <Notice tone="note">
          <p>
            <Trans>
              Somebody has scanned your code. Make sure it is the person in front of you: their
              screen shows six digits.
            </Trans>
          </p>
        </Notice>
        <TypeDigits
          label={t`Digits on the other screen`}
          type={async (digits) => {
            const isRight = await ask("typeShown", { digits });
            if (isRight) setTurn((n) => n + 1);
            return isRight;
          }}
        />
        <p>
          <Trans>If they typed your code instead of scanning it, they ask for these digits:</Trans>
        </p>
        <Digits digits={seen.digits} />
        <TooLate refused={seen.refused} />
        <Button tone="quiet" onPress={stop}>
          <Trans>It is somebody else: stop</Trans>
        </Button>
      </div>
    );
  }
  const address = `${location.host}/scan`;
  return (
    <div className="part narrow">
      <QrCode text={code.text} label={t`The code to scan`} />
      <p data-scan={code.text}>
        <Trans>Or they open {address} in their browser, and type:</Trans>
      </p>
      <p className="digits" translate="no" data-code={code.code}>
        {code.code.slice(0, 4)}-{code.code.slice(4)}
      </p>
      <p role="status" className="hint">
        <Trans>
          Waiting for them. The code is good for ten minutes, and is no secret by itself.
        </Trans>
      </p>
      <TooLate refused={seen?.refused ?? 0} />
      <div className="row">
        <Button onPress={again}>
          <Trans>Show a new code</Trans>
        </Button>
        <Button tone="quiet" onPress={stop}>
          <Trans>Back</Trans>
        </Button>
      </div>
    </div>
  );
}

function TooLate({ refused }: { readonly refused: number }) {
  if (refused === 0) return null;
  return (
    <Notice tone="care">
      <p>
        <Plural
          value={refused}
          one="Somebody else tried the same code and was refused. Compare the digits with care."
          other="# others tried the same code and were refused. Compare the digits with care."
        />
      </p>
    </Notice>
  );
}

function Done({
  name,
  count,
  until,
}: {
  readonly name: string;
  readonly count: number;
  readonly until: number;
}) {
  const { i18n } = useLingui();
  const hour = hourInWords(until, i18n.locale);
  return (
    <>
      <Notice tone="done">
        <p>
          <Plural
            value={count}
            one={`${name} can read # document until ${hour}. Each opening will stand in your journal.`}
            other={`${name} can read # documents until ${hour}. Each opening will stand in your journal.`}
          />
        </p>
        <p>
          <Trans>You can end it whenever you like. What has been read cannot be unseen.</Trans>
        </p>
      </Notice>
      <AfterSharing />
    </>
  );
}

function spanOf(value: string): Span {
  return value === "hour" || value === "day" ? value : "tonight";
}

/** A guest stays for a day at most, so a day is a few minutes less. */
function momentOf(span: Span, now: number): number {
  if (span === "hour") return now + HOUR;
  return span === "day" ? now + 24 * HOUR - 5 * 60_000 : tonight(now);
}
