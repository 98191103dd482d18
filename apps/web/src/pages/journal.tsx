import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { useAnswer } from "../answers.ts";
import { Button } from "../parts/button.tsx";
import { AnchorsNote, Proof } from "../parts/journal-proof.tsx";
import { JournalSentence } from "../parts/journal-sentence.tsx";
import { Entry, Ledger } from "../parts/ledger.tsx";
import { Moment } from "../parts/moment.tsx";
import { Notice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { TakeAlong } from "../parts/take-along.tsx";
import { Awaited } from "../parts/waiting.tsx";
import type { JournalRow } from "../wire.ts";
import type { AnchorsTold } from "../wire-export.ts";

const SHOWN = 60;

/** What was done with the record, by whom, when, and how that was checked. */
export function JournalPage() {
  const { t } = useLingui();
  const journal = useAnswer("journal", undefined);
  const anchors = useAnswer("anchors", undefined);
  return (
    <Page
      title={t`Journal`}
      lead={<Trans>What was done with your record, by whom and when, newest first.</Trans>}
    >
      <Awaited of={journal}>{(rows) => <Rows rows={rows} anchors={anchors.answer} />}</Awaited>
      <TakeAlong />
    </Page>
  );
}

interface RowsProps {
  readonly rows: readonly JournalRow[];
  readonly anchors: AnchorsTold | undefined;
}

function Rows({ rows, anchors }: RowsProps) {
  const { t } = useLingui();
  const [most, setMost] = useState(SHOWN);
  return (
    <>
      <Notice tone="done">
        <p>
          <Trans>
            Checked just now on this device: no line is missing or changed since this device first
            saw it, and the last one is signed by the service. Each was looked for in the log that
            all share.
          </Trans>
        </p>
        <AnchorsNote told={anchors} />
      </Notice>
      <Ledger label={t`Journal`}>
        {rows.slice(0, most).map((row) => (
          <Entry key={row.id} side={<Moment at={row.at} />}>
            <p>
              <JournalSentence row={row} />
            </p>
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
      {rows.length > most ? (
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
