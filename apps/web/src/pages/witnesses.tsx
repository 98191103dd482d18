import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { useRef } from "react";
import { Form } from "react-aria-components";
import { type Answered, useAnswer, useDoing } from "../answers.ts";
import { useDraft } from "../drafts.ts";
import { AskFirst } from "../parts/ask-first.tsx";
import { AskLeaving } from "../parts/ask-leaving.tsx";
import { Button } from "../parts/button.tsx";
import { Field } from "../parts/field.tsx";
import { Entry, Ledger } from "../parts/ledger.tsx";
import { Notice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { Problem } from "../parts/problem.tsx";
import { Awaited } from "../parts/waiting.tsx";
import { WitnessState } from "../parts/witness-state.tsx";
import { ask } from "../vault.ts";
import type { WitnessAsked, WitnessesTold, WitnessTold } from "../wire-witnesses.ts";
import { momentInWords } from "../words.ts";

/** Fewer different people are never enough (spec/witness.md, Quorum). */
const LEAST = 3;

/** Whom the record counts on to have seen the same journal. A list is changed whole, or not at all. */
export function WitnessesPage() {
  const { t } = useLingui();
  const pinned = useAnswer("witnesses", undefined);
  const asked = useAnswer("witnessesAsked", undefined);
  return (
    <Page
      title={t`Witnesses of the journal`}
      lead={
        <Trans>
          A witness is somebody outside the service who notes how its journal stands. With enough
          honest ones, this device notices when you are shown another journal than others.
        </Trans>
      }
      trail={<Link to="/settings">{t`Settings`}</Link>}
    >
      <Awaited of={pinned}>
        {(before) => <Chosen before={before} asked={asked} saved={pinned.again} />}
      </Awaited>
      <AskedByService asked={asked} />
    </Page>
  );
}

function Chosen({
  before,
  asked,
  saved,
}: {
  readonly before: WitnessesTold;
  readonly asked: Answered<readonly WitnessAsked[]>;
  readonly saved: () => void;
}) {
  const { t } = useLingui();
  const [draft, setDraft] = useDraft<WitnessesTold | undefined>("witnesses", undefined);
  const doing = useDoing();
  const heading = useRef<HTMLHeadingElement>(null);
  const meant = draft ?? before;
  const remove = (gone: WitnessTold) =>
    doing.run(async () => {
      const witnesses = meant.witnesses.filter(({ key }) => key !== gone.key);
      setDraft(await ask("witnessesMeant", { witnesses }));
      // The button that was pressed has gone with its line.
      heading.current?.focus();
    });
  return (
    <>
      <section className="part">
        <h2 ref={heading} tabIndex={-1}>
          <Trans>Whom you count on</Trans>
        </h2>
        <Enough of={meant} isSaved={draft === undefined} />
        {meant.witnesses.length === 0 ? null : (
          <Ledger label={t`Whom you count on`}>
            {meant.witnesses.map((each) => (
              <Entry key={each.key} side={null}>
                <h3>{each.operator}</h3>
                <p className="code">{each.name}</p>
                <WitnessState of={each} asked={asked.answer} />
                <Button tone="quiet" isDisabled={doing.busy} onPress={() => void remove(each)}>
                  <Trans>Take off the list</Trans>
                  <span className="unseen"> {each.name}</span>
                </Button>
              </Entry>
            ))}
          </Ledger>
        )}
        <Problem error={doing.error} />
        {draft === undefined ? (
          <Seen count={before.witnesses.length} />
        ) : (
          <Unsaved
            draft={draft}
            dropped={() => setDraft(undefined)}
            done={() => {
              setDraft(undefined);
              saved();
            }}
          />
        )}
      </section>
      <AddOne meant={meant} added={setDraft} />
    </>
  );
}

/** How many must agree, and why. */
function Enough({ of, isSaved }: { readonly of: WitnessesTold; readonly isSaved: boolean }) {
  const { operators, needed } = of;
  if (operators === 0)
    return (
      <p>
        <Trans>
          Nobody. If others are shown another journal than you, you may learn it when you meet them,
          or never.
        </Trans>
      </p>
    );
  return (
    <>
      {operators < LEAST ? (
        <p>
          <Plural
            value={operators}
            one="So far that is # person or house. At least three are needed, who have nothing to do with each other."
            other="So far that is # people or houses. At least three are needed, who have nothing to do with each other."
          />
        </p>
      ) : isSaved ? (
        <p>
          <Trans>
            These are {operators} different people or houses. At least {needed} of them must have
            seen the journal you are shown, within the last day. Otherwise this device warns you.
          </Trans>
        </p>
      ) : (
        <p>
          <Trans>
            These would be {operators} different people or houses. At least {needed} of them would
            have to have seen the journal you are shown, within the last day.
          </Trans>
        </p>
      )}
      <p className="hint">
        <Trans>
          Three at least, and more than half: then two different journals can only both pass if one
          of these people lies.
        </Trans>
      </p>
    </>
  );
}

/** What those counted on have seen, looked up now. */
function Seen({ count }: { readonly count: number }) {
  const { i18n } = useLingui();
  const seen = useAnswer("witnessesSeen", undefined);
  if (count === 0) return null;
  return (
    <Awaited of={seen}>
      {(said) => {
        if (said === undefined) return null;
        const at = momentInWords(said.at, i18n.locale);
        return (
          <Notice tone="done">
            <p>
              <Plural
                value={said.operators}
                one={`The journal you are shown is the one that # of them has seen, last on ${at}.`}
                other={`The journal you are shown is the one that # of them have seen, last on ${at}.`}
              />
            </p>
          </Notice>
        );
      }}
    </Awaited>
  );
}

function Unsaved({
  draft,
  dropped,
  done,
}: {
  readonly draft: WitnessesTold;
  readonly dropped: () => void;
  readonly done: () => void;
}) {
  const { t } = useLingui();
  const { witnesses, operators, needed } = draft;
  const isNone = witnesses.length === 0;
  return (
    <Notice tone="care">
      <AskLeaving>
        <Trans>
          The list you changed is not in force yet. If you leave now, the change is lost.
        </Trans>
      </AskLeaving>
      <p role="status">
        <Trans>You have changed this list. It is not in force yet.</Trans>
      </p>
      <div className="row">
        {isNone || operators >= LEAST ? (
          <AskFirst
            label={isNone ? <Trans>Count on nobody</Trans> : <Trans>Count on these</Trans>}
            tone={isNone ? "alarm" : "first"}
            title={isNone ? t`Count on nobody any more?` : t`Count on these witnesses?`}
            confirm={isNone ? t`On nobody` : t`Count on them`}
            act={async () => {
              await ask("witnessesPin", { witnesses });
              done();
            }}
          >
            <p>
              {isNone ? (
                <Trans>
                  Your devices no longer compare the journal with witnesses. You can choose some
                  again whenever you like.
                </Trans>
              ) : (
                <Trans>
                  All your devices do. Where fewer than {needed} of them have seen the journal for
                  more than a day, each device warns you and shows no journal.
                </Trans>
              )}
            </p>
          </AskFirst>
        ) : null}
        <Button tone="quiet" onPress={dropped}>
          <Trans>Leave it as it was</Trans>
        </Button>
      </div>
    </Notice>
  );
}

function AddOne({
  meant,
  added,
}: {
  readonly meant: WitnessesTold;
  readonly added: (draft: WitnessesTold) => void;
}) {
  const { t } = useLingui();
  const [line, setLine] = useDraft("witness line", "");
  const [operator, setOperator] = useDraft("witness operator", "");
  const doing = useDoing();
  const isWhole = line.trim() !== "" && operator.trim() !== "";
  return (
    <section className="part">
      <h2>
        <Trans>Add a witness</Trans>
      </h2>
      <Form
        validationBehavior="aria"
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void doing.run(async () => {
            const { witnesses } = meant;
            added(await ask("witnessesMeant", { witnesses, more: { line, operator } }));
            setLine("");
            setOperator("");
          });
        }}
      >
        <Field
          label={t`The witness’s key line`}
          hint={
            <Trans>
              One line: a name, a plus sign, then letters and figures. Take it from whoever runs the
              witness, not from this service. Copy it whole.
            </Trans>
          }
          value={line}
          onChange={setLine}
          lines={3}
          exact={true}
        />
        <Field
          label={t`Who runs it?`}
          hint={
            <Trans>
              The same name for witnesses of the same people: together they count as one.
            </Trans>
          }
          value={operator}
          onChange={setOperator}
          maxLength={80}
        />
        <Problem error={doing.error} />
        <Button type="submit" busy={doing.busy} isDisabled={!isWhole}>
          <Trans>Put it on the list</Trans>
        </Button>
      </Form>
    </section>
  );
}

function AskedByService({ asked }: { readonly asked: Answered<readonly WitnessAsked[]> }) {
  const { t } = useLingui();
  return (
    <section className="part">
      <h2>
        <Trans>Whom the service asks</Trans>
      </h2>
      <Awaited of={asked}>
        {(rows) =>
          rows.length === 0 ? (
            <p>
              <Trans>
                Nobody, it says. As long as that is so, counting on witnesses brings warnings and
                nothing else.
              </Trans>
            </p>
          ) : (
            <>
              <p>
                <Trans>
                  This is what the service says. A witness that it does not ask cannot have seen its
                  journal.
                </Trans>
              </p>
              <Ledger label={t`Whom the service asks`}>
                {rows.map((each) => (
                  <Entry key={each.key} side={null}>
                    <h3>{each.operator}</h3>
                    <p className="code">{each.name}</p>
                    <WitnessState of={each} asked={rows} />
                  </Entry>
                ))}
              </Ledger>
            </>
          )
        }
      </Awaited>
    </section>
  );
}
