import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { useAnswer, useDoing } from "../answers.ts";
import { mayLeave } from "../leaving.ts";
import { useLooking } from "../looking.ts";
import { ask } from "../vault.ts";
import type { Received, SharedItem } from "../wire-received.ts";
import { dateInWords, hourInWords } from "../words.ts";
import { Button } from "./button.tsx";
import { Kind } from "./kind.tsx";
import { Entry, Ledger } from "./ledger.tsx";
import { Notice } from "./notice.tsx";
import { Opened } from "./opened.tsx";
import { Page } from "./page.tsx";
import { Problem } from "./problem.tsx";
import { Awaited, Waiting } from "./waiting.tsx";
import { WriteBack } from "./write-back.tsx";

const EVERY_MS = 3000;
/** What ends a visit, whoever ended it. */
const OVER: ReadonlySet<string> = new Set(["not-signed-in", "locked", "closed", "not-allowed"]);

/** What a guest reads: one page of what matters, the documents, an answer, and the end. */
export function Visited({
  name,
  until,
  gone,
}: {
  readonly name: string;
  readonly until: number;
  readonly gone: () => void;
}) {
  const { t, i18n } = useLingui();
  const [reading, setReading] = useState<{ readonly share: string; readonly item: SharedItem }>();
  const { seen, error } = useLooking("visited", EVERY_MS);
  const leaving = useDoing();
  const hour = hourInWords(until, i18n.locale);
  const leave = () =>
    leaving.run(async () => {
      if (!(await mayLeave())) return;
      await ask("leaveVisit");
      gone();
    });
  if (error !== undefined && OVER.has(error.code)) {
    return (
      <Page title={t`It is over`}>
        <Notice tone="care">
          <p>
            <Trans>The access has ended. Nothing more can be read here.</Trans>
          </p>
        </Notice>
        <div className="row">
          <Button tone="first" onPress={leave} busy={leaving.busy}>
            <Trans>Forget everything here</Trans>
          </Button>
        </div>
      </Page>
    );
  }
  const isReading = reading !== undefined;
  const summary = (
    <Page
      title={t`Summary of ${name}`}
      name={isReading ? t`Document` : t`Summary`}
      lead={
        <Trans>
          You can read this until {hour}. Each document you open is signed in your name and stands
          in the patient’s journal.
        </Trans>
      }
    >
      <Problem error={error} />
      {seen === undefined || seen.length === 0 ? (
        <Waiting>{t`One moment: the patient’s device is sealing the documents for you…`}</Waiting>
      ) : (
        seen.map((share) => (
          <Shared
            key={share.share}
            share={share}
            read={(item) => setReading({ share: share.share, item })}
          />
        ))
      )}
      <Problem error={leaving.error} />
      <div className="row">
        <Button tone="alarm" onPress={leave} busy={leaving.busy}>
          <Trans>I have finished: forget everything here</Trans>
        </Button>
      </div>
    </Page>
  );
  // An answer that is being written stays while somebody looks at a document again.
  return (
    <>
      {isReading ? <ReadOne {...reading} back={() => setReading(undefined)} /> : null}
      <div hidden={isReading}>{summary}</div>
    </>
  );
}

/** What a practitioner looks for first, by what the record itself says it is. */
const FIRST = ["AllergyIntolerance", "Condition", "MedicationStatement", "MedicationRequest"];

function Shared({
  share,
  read,
}: {
  readonly share: Received;
  readonly read: (item: SharedItem) => void;
}) {
  const { t } = useLingui();
  const groups = [
    { title: t`Allergies`, types: ["AllergyIntolerance"] },
    { title: t`Problems`, types: ["Condition"] },
    { title: t`Medicines`, types: ["MedicationStatement", "MedicationRequest"] },
  ];
  const rest = share.items.filter(({ type }) => !FIRST.includes(type));
  return (
    <>
      {share.note === "" ? null : <blockquote className="sentence">{share.note}</blockquote>}
      {groups.map(({ title, types }) => {
        const items = share.items.filter(({ type }) => types.includes(type));
        return items.length === 0 ? null : (
          <Group key={title} title={title} items={items} read={read} />
        );
      })}
      <Group title={t`Documents`} items={rest} read={read} />
      <p className="hint">
        <Plural
          value={share.items.length}
          one="The patient chose this one entry. There may be more in their record."
          other="The patient chose these # entries. There may be more in their record."
        />
      </p>
      <WriteBack share={share} asGuest={true} />
    </>
  );
}

function Group({
  title,
  items,
  read,
}: {
  readonly title: string;
  readonly items: readonly SharedItem[];
  readonly read: (item: SharedItem) => void;
}) {
  const { i18n } = useLingui();
  if (items.length === 0) return null;
  return (
    <section className="part">
      <h2>{title}</h2>
      <Ledger label={title}>
        {items.map((item) => (
          <Entry key={item.revision} side={dateInWords(item.date, i18n.locale)}>
            <Button tone="quiet" onPress={() => read(item)}>
              {item.title}
            </Button>
            <p className="small">
              <Kind type={item.type} mediaType={item.mediaType} />
            </p>
          </Entry>
        ))}
      </Ledger>
    </section>
  );
}

function ReadOne({
  share,
  item,
  back,
}: {
  readonly share: string;
  readonly item: SharedItem;
  readonly back: () => void;
}) {
  const { t } = useLingui();
  const opened = useAnswer("openVisited", { share, revision: item.revision });
  return (
    <Page title={item.title} name={t`Document`}>
      <div className="row">
        <Button onPress={back}>
          <Trans>Back to the summary</Trans>
        </Button>
      </div>
      <Awaited of={opened}>{(document) => <Opened opened={document} />}</Awaited>
    </Page>
  );
}
