import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useAnswer, useDoing } from "../answers.ts";
import { placeAside, takeUp, useDraft } from "../drafts.ts";
import { AfterSharing } from "../parts/after-sharing.tsx";
import { DoFirst } from "../parts/aside.tsx";
import { AskLeaving } from "../parts/ask-leaving.tsx";
import { Button } from "../parts/button.tsx";
import { Allow } from "../parts/choice.tsx";
import { AllGone, EndPast, PartGone } from "../parts/choose-again.tsx";
import { ChooseContact } from "../parts/choose-contact.tsx";
import { ChooseDocuments } from "../parts/choose-documents.tsx";
import { ChooseUntil, TOMORROW } from "../parts/choose-until.tsx";
import { Notice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { Problem } from "../parts/problem.tsx";
import { Title } from "../parts/title.tsx";
import { Awaited } from "../parts/waiting.tsx";
import { ask } from "../vault.ts";
import type { DocumentRow, Person } from "../wire.ts";
import { untilInWords } from "../words.ts";

type Step = "what" | "who" | "until" | "confirm";
const STEPS: readonly Step[] = ["what", "who", "until", "confirm"];

/** Sharing: what, with whom, until when, and one sentence of what will happen. */
export function SharePage() {
  const [note, setNote] = useDraft("share note", "");
  const [isDone, setDone] = useState(false);
  useEffect(takeUp, []);
  if (isDone) return <Done />;
  return (
    <>
      <Steps note={note} setNote={setNote} done={() => setDone(true)} />
      {note.trim() === "" ? null : (
        <AskLeaving waits={() => placeAside() === "/share"}>
          <Trans>Nothing is shared yet. If you leave now, the words beside it are lost.</Trans>
        </AskLeaving>
      )}
    </>
  );
}

function Steps({
  note,
  setNote,
  done,
}: {
  readonly note: string;
  readonly setNote: (note: string) => void;
  readonly done: () => void;
}) {
  const { t } = useLingui();
  const { item } = useSearch({ from: "/inside/share" });
  const [step, setStep] = useDraft<Step>("share step", "what");
  const [items, setItems] = useDraft<readonly string[]>(
    "share items",
    item === undefined ? [] : [item],
  );
  const [contact, setContact] = useDraft<Person | undefined>("share contact", undefined);
  const [end, setEnd] = useDraft("share end", TOMORROW);
  const [until, setUntil] = useDraft<number | undefined>("share until", undefined);
  const [offline, setOffline] = useDraft("share offline", false);
  const [now, setNow] = useState(() => Date.now());
  const documents = useAnswer("documents", undefined);
  const contacts = useAnswer("contacts", undefined);
  const number = STEPS.indexOf(step) + 1;
  const trail = <span className="steps">{t`Step ${number} of ${STEPS.length}`}</span>;
  switch (step) {
    case "what":
      return (
        <Page title={t`What do you want to share?`} trail={trail}>
          <Awaited of={documents}>
            {(rows) => (
              <ChooseDocuments
                draft="share looked for"
                rows={rows}
                chosen={items}
                choose={setItems}
                next={() => setStep("who")}
              />
            )}
          </Awaited>
        </Page>
      );
    case "who":
      return (
        <Page title={t`With whom?`} trail={trail}>
          <ChooseContact
            contacts={contacts}
            chosen={contact}
            choose={setContact}
            next={() => setStep("until")}
            back={() => setStep("what")}
          />
        </Page>
      );
    case "until":
      return (
        <Page title={t`Until when?`} trail={trail}>
          <ChooseUntil
            end={end}
            setEnd={setEnd}
            note={note}
            setNote={setNote}
            next={(moment) => {
              setUntil(moment);
              setNow(Date.now());
              setStep("confirm");
            }}
            back={() => setStep("who")}
          >
            <MayKeep allowed={offline} allow={setOffline} />
          </ChooseUntil>
        </Page>
      );
    case "confirm": {
      if (contact === undefined || until === undefined) return null;
      const rows = documents.answer;
      const chosen = rows?.filter((row) => items.includes(row.item)) ?? [];
      if (rows !== undefined && chosen.length === 0)
        return <AllGone trail={trail} again={() => setStep("what")} />;
      if (until <= now) return <EndPast trail={trail} again={() => setStep("until")} />;
      return (
        <Page title={t`This is what will happen`} trail={trail}>
          <Awaited of={documents}>
            {() => (
              <Awaited of={contacts}>
                {(people) => (
                  <Confirm
                    {...{ chosen, until, note, offline }}
                    // As they are known by now: their code may have been checked since.
                    contact={people.find(({ account }) => account === contact.account) ?? contact}
                    isPart={chosen.length < items.length}
                    past={setNow}
                    done={done}
                    back={() => setStep("until")}
                  />
                )}
              </Awaited>
            )}
          </Awaited>
        </Page>
      );
    }
    default:
      return step satisfies never;
  }
}

function Done() {
  const { t } = useLingui();
  return (
    <Page title={t`Shared`}>
      <Notice tone="done">
        <p>
          <Trans>It is done, and stands in your journal. You can end it whenever you like.</Trans>
        </p>
      </Notice>
      <AfterSharing />
    </Page>
  );
}

/** The right to keep and to open without network: a switch, with its price. */
function MayKeep({
  allowed,
  allow,
}: {
  readonly allowed: boolean;
  readonly allow: (allowed: boolean) => void;
}) {
  return (
    <Allow allowed={allowed} allow={allow}>
      <Trans>They may keep it on their device, and open it without network</Trans>
      <small>
        <Trans>
          You then hear of an opening only once their device is connected again. And what lies on
          their device cannot be called back before the access ends by its date.
        </Trans>
      </small>
    </Allow>
  );
}

/** What the right means for taking the access back. */
function KeptByThem({ name, moment }: { readonly name: string; readonly moment: string }) {
  return (
    <Notice tone="care">
      <p>
        <Trans>
          {name} may also keep all this on a device, and open it there without network. Such an
          opening stands in your journal only once that device is connected again, and tells of it.
        </Trans>
      </p>
      <p>
        <Trans>
          If you end the access earlier, their device erases what it keeps as soon as it reaches the
          service. Without network it keeps it until {moment}, and nobody can call that back.
        </Trans>
      </p>
    </Notice>
  );
}

function Confirm({
  chosen,
  isPart,
  contact,
  until,
  note,
  offline,
  past,
  done,
  back,
}: {
  readonly chosen: readonly DocumentRow[];
  /** Whether some of what was chosen is there no more. */
  readonly isPart: boolean;
  readonly contact: Person;
  readonly until: number;
  readonly note: string;
  readonly offline: boolean;
  /** Told by when the end is over. */
  readonly past: (now: number) => void;
  readonly done: () => void;
  readonly back: () => void;
}) {
  const { i18n } = useLingui();
  const doing = useDoing();
  const moment = untilInWords(until, i18n.locale);
  return (
    <>
      {isPart ? <PartGone /> : null}
      <p className="sentence">
        {offline ? (
          <Plural
            value={chosen.length}
            one={`${contact.name} will be able to open this document until ${moment}; each opening will stand in your journal, one without network only afterwards, and what has been opened cannot be unseen.`}
            other={`${contact.name} will be able to open these # documents until ${moment}; each opening will stand in your journal, one without network only afterwards, and what has been opened cannot be unseen.`}
          />
        ) : (
          <Plural
            value={chosen.length}
            one={`${contact.name} will be able to open this document until ${moment}; each opening will stand in your journal, and what has been opened cannot be unseen.`}
            other={`${contact.name} will be able to open these # documents until ${moment}; each opening will stand in your journal, and what has been opened cannot be unseen.`}
          />
        )}
      </p>
      <ul className="bullets">
        {chosen.map((row) => (
          <li key={row.revision}>
            <Title of={row.title} />
          </li>
        ))}
      </ul>
      {offline ? <KeptByThem name={contact.name} moment={moment} /> : null}
      {note === "" ? null : (
        <p>
          <Trans>Your words beside it: “{note}”</Trans>
        </p>
      )}
      {contact.known === "face-to-face" ? null : (
        <Notice tone="care">
          <p>
            <Trans>
              You have not checked this person’s code face to face. A dishonest service could have
              put somebody else in their place; checking the code prevents that.
            </Trans>
          </p>
          <DoFirst to="/contacts" from="/share">
            <Trans>Check the code first</Trans>
          </DoFirst>
        </Notice>
      )}
      <Problem error={doing.error} />
      <div className="row">
        <Button
          tone="first"
          busy={doing.busy}
          onPress={async () => {
            const now = Date.now();
            if (until <= now) return past(now);
            const items = chosen.map((row) => row.revision);
            const isGood = await doing.run(async () => {
              await ask("share", { items, to: contact.account, until, note, offline });
            });
            if (isGood) done();
          }}
        >
          <Trans>Share now</Trans>
        </Button>
        <Button tone="quiet" onPress={back} isDisabled={doing.busy}>
          <Trans>Back</Trans>
        </Button>
      </div>
    </>
  );
}
