import { Trans, useLingui } from "@lingui/react/macro";
import { type ReactNode, useState } from "react";
import { Form, Label, RadioGroup } from "react-aria-components";
import { endOfDay, inAMonth, inDays, tonight } from "../ends.ts";
import { untilInWords } from "../words.ts";
import { Button } from "./button.tsx";
import { Pick } from "./choice.tsx";
import { Field } from "./field.tsx";

type Span = "tonight" | "tomorrow" | "week" | "month" | "own";

/** What is chosen here: an end, and the last day where it is none of those offered. */
export interface End {
  readonly span: Span;
  readonly day: string;
}

/** What stands there first. */
export const TOMORROW: End = { span: "tomorrow", day: "" };

/** When a share ends, and a word to go with it. */
export function ChooseUntil({
  end: { span, day },
  setEnd,
  note,
  setNote,
  next,
  back,
  children,
}: {
  readonly end: End;
  readonly setEnd: (end: End) => void;
  readonly note: string;
  readonly setNote: (text: string) => void;
  readonly next: (until: number) => void;
  readonly back: () => void;
  /** What else is decided here. */
  readonly children?: ReactNode;
}) {
  const { t, i18n } = useLingui();
  const [tried, setTried] = useState(false);
  const [now] = useState(() => Date.now());
  const isPast = aheadOf({ span, day }, now) === undefined;
  const say = (each: Exclude<Span, "own">) => untilInWords(momentOf(each, now), i18n.locale);
  return (
    <Form
      validationBehavior="aria"
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        const until = aheadOf({ span, day }, now);
        if (until !== undefined) next(until);
      }}
    >
      <RadioGroup
        className="part"
        value={span}
        onChange={(value) => setEnd({ span: spanOf(value), day })}
      >
        <Label className="label">
          <Trans>The access ends</Trans>
        </Label>
        <div className="choices">
          <Pick value="tonight">
            <Trans>Tonight</Trans>
            <small>{say("tonight")}</small>
          </Pick>
          <Pick value="tomorrow">
            <Trans>Tomorrow at this hour</Trans>
            <small>{say("tomorrow")}</small>
          </Pick>
          <Pick value="week">
            <Trans>In a week</Trans>
            <small>{say("week")}</small>
          </Pick>
          <Pick value="month">
            <Trans>In a month</Trans>
            <small>{say("month")}</small>
          </Pick>
          <Pick value="own">
            <Trans>On another day</Trans>
          </Pick>
        </div>
      </RadioGroup>
      {span === "own" ? (
        <Field
          label={t`Last day`}
          hint={<Trans>The access ends at the end of that day.</Trans>}
          type="date"
          value={day}
          onChange={(value) => setEnd({ span, day: value })}
          wrong={tried && isPast ? t`Choose a day from today on.` : undefined}
        />
      ) : null}
      <Field
        label={t`A word beside it, if you like`}
        hint={<Trans>Sealed too: only the recipient reads it.</Trans>}
        lines={2}
        maxLength={500}
        value={note}
        onChange={setNote}
      />
      {children}
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

function spanOf(value: string): Span {
  return value === "tonight" || value === "tomorrow" || value === "week" || value === "month"
    ? value
    : "own";
}

/**
 * The end that is meant, as it was shown; who stands here until that is past means the next of its
 * kind, and the page after says which. Undefined for a day that is over, or none.
 */
function aheadOf({ span, day }: End, shown: number): number | undefined {
  const now = Date.now();
  const until = span === "own" ? endOfDay(day) : momentOf(span, shown);
  if (until !== undefined && until > now) return until;
  return span === "own" ? undefined : momentOf(span, now);
}

function momentOf(span: Exclude<Span, "own">, now: number): number {
  if (span === "tonight") return tonight(now);
  return span === "month" ? inAMonth(now) : inDays(now, span === "week" ? 7 : 1);
}
