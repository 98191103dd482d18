import { Trans, useLingui } from "@lingui/react/macro";
import { useEffect, useRef, useState } from "react";
import { RadioGroup } from "react-aria-components";
import { useAnswer } from "../answers.ts";
import { useLiveJournal } from "../live.ts";
import { Button } from "../parts/button.tsx";
import { Pick } from "../parts/choice.tsx";
import { ALL, JournalFilter, narrow } from "../parts/journal-filter.tsx";
import { AnchorsNote, Proof } from "../parts/journal-proof.tsx";
import { JournalSentence } from "../parts/journal-sentence.tsx";
import { Entry, Ledger } from "../parts/ledger.tsx";
import { LostProofs } from "../parts/loss-accepted.tsx";
import { Moment } from "../parts/moment.tsx";
import { Notice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { usePersonName } from "../parts/person-name.tsx";
import { TakeAlong } from "../parts/take-along.tsx";
import { Awaited } from "../parts/waiting.tsx";
import type { JournalRow } from "../wire.ts";
import type { AnchorsTold } from "../wire-export.ts";

const SHOWN = 60;

/** What was done with the record, by whom, when, and how that was checked; or what one did oneself elsewhere. */
export function JournalPage() {
  const { t } = useLingui();
  const [whose, setWhose] = useState<"mine" | "others">("mine");
  return (
    <Page
      title={t`Journal`}
      lead={
        <Trans>
          Who did what and when, newest first. New lines come by themselves while this page is open.
        </Trans>
      }
    >
      <RadioGroup
        className="part"
        aria-label={t`Which journal`}
        value={whose}
        onChange={(value) => setWhose(value === "others" ? "others" : "mine")}
      >
        <Pick value="mine">
          <Trans>My record</Trans>
        </Pick>
        <Pick value="others">
          <Trans>What I did in other people’s records</Trans>
        </Pick>
      </RadioGroup>
      {whose === "mine" ? <Mine /> : <Others />}
    </Page>
  );
}

function Mine() {
  const journal = useAnswer("journal", undefined);
  const anchors = useAnswer("anchors", undefined);
  useLiveJournal("mine", journal.again);
  return (
    <>
      <Awaited of={journal}>{(rows) => <Rows rows={rows} anchors={anchors.answer} />}</Awaited>
      <LostProofs />
      <TakeAlong />
    </>
  );
}

function Others() {
  const acts = useAnswer("acts", undefined);
  useLiveJournal("others", acts.again);
  return <Awaited of={acts}>{(rows) => <Rows rows={rows} anchors={undefined} />}</Awaited>;
}

interface RowsProps {
  readonly rows: readonly JournalRow[];
  readonly anchors: AnchorsTold | undefined;
}

function Rows({ rows, anchors }: RowsProps) {
  const { t } = useLingui();
  const [most, setMost] = useState(SHOWN);
  const [wanted, want] = useState(ALL);
  const found = narrow(rows, wanted);
  return (
    <>
      <News count={rows.length} />
      <Notice tone="done">
        {rows[0]?.of === "other" || rows.length === 0 ? (
          <p>
            <Trans>
              Each line was looked for in the log that all share, and what you opened is signed by a
              device of yours. Nothing shows that no line is missing, but for those this device has
              a receipt of.
            </Trans>
          </p>
        ) : (
          <>
            <p>
              <Trans>
                Checked just now on this device: no line is missing or changed since this device
                first saw it, and the last one is signed by the service. Each was looked for in the
                log that all share.
              </Trans>
            </p>
            <AnchorsNote told={anchors} />
          </>
        )}
      </Notice>
      <JournalFilter rows={rows} wanted={wanted} want={want} />
      <Ledger label={t`Journal`}>
        {found.slice(0, most).map((row) => (
          <Entry key={row.id} side={<Moment at={row.at} />}>
            <p>
              <JournalSentence row={row} />
            </p>
            <Whose row={row} />
            <Titles row={row} />
            <details className="proof">
              <summary>
                <Trans>How it was checked</Trans>
                <span className="unseen">{t`, line ${row.n}`}</span>
              </summary>
              <Proof row={row} />
            </details>
          </Entry>
        ))}
      </Ledger>
      {found.length > most ? (
        <div className="row">
          <Button onPress={() => setMost(most + SHOWN)}>
            <Trans>Show more</Trans>
          </Button>
        </div>
      ) : null}
      <details>
        <summary>
          <Trans>What this journal proves, and what it does not</Trans>
        </summary>
        <div className="part">
          <p>
            <Trans>
              An opening signed by the reader’s device cannot have been invented by the service. It
              proves that the device asked for the document, not that somebody read it.
            </Trans>
          </p>
          <p>
            <Trans>
              The service and a reader who act together could keep silent about an opening. People
              with lasting rights to your record can open without asking: the page “Who can see
              what” names them.
            </Trans>
          </p>
        </div>
      </details>
    </>
  );
}

/** How many lines have come since the page was opened: said once each time, without interrupting. */
function News({ count }: { readonly count: number }) {
  const { t } = useLingui();
  const before = useRef(count);
  const [fresh, setFresh] = useState(0);
  useEffect(() => {
    if (count > before.current) setFresh(count - before.current);
    before.current = count;
  }, [count]);
  return (
    <p role="status" className={fresh === 0 ? "unseen" : "hint"}>
      {fresh === 0 ? "" : t`New lines just now: ${fresh}`}
    </p>
  );
}

/** In whose record it was, where that is not one's own. */
function Whose({ row }: { readonly row: JournalRow }) {
  const nameOf = usePersonName();
  if (row.of !== "other") return null;
  return (
    <p className="small">
      {row.whose === undefined || row.whose.account === "" ? (
        <Trans>In a record that you no longer see.</Trans>
      ) : (
        <Trans>In the record of {nameOf(row.whose)}.</Trans>
      )}
    </p>
  );
}

function Titles({ row }: { readonly row: JournalRow }) {
  if (row.titles.length < 2) return null;
  return (
    <ul className="bullets">
      {row.titles.slice(0, 12).map((title, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two documents may have one title.
        <li key={i}>{title}</li>
      ))}
    </ul>
  );
}
