import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { type Answered, useAnswer } from "../answers.ts";
import { useDraft } from "../drafts.ts";
import { isKitCheckDue } from "../kit-date.ts";
import { AddFiles } from "../parts/add-files.tsx";
import { Blank } from "../parts/blank.tsx";
import { ButtonLink } from "../parts/button.tsx";
import { ANYTHING, LookFor } from "../parts/look-for.tsx";
import { LossAccepted } from "../parts/loss-accepted.tsx";
import { Notice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { FIRST, type Find, type Sought, Timeline } from "../parts/timeline.tsx";
import { TourStart } from "../parts/tour-start.tsx";
import { Unfinished } from "../parts/unfinished.tsx";
import { Unreadable } from "../parts/unreadable.tsx";
import { Awaited } from "../parts/waiting.tsx";
import { WriteNote } from "../parts/write-note.tsx";
import { useArrived } from "../saved.ts";
import { useFilesInHand } from "../sealing.ts";
import { ask } from "../vault.ts";
import type { Overview, Wanted } from "../wire.ts";

/** From this many on, looking for something is quicker than reading down the list. */
const MANY = 6;

/** Of those that wait to be decided about; the next ones come up as these are done. */
const MOST_APART = 5;

const find: Find = (what) => ask("find", what);

/** What the record holds, newest first, and where to add to it. */
export function DocumentsPage() {
  const { t } = useLingui();
  const overview = useAnswer("refresh", undefined);
  useArrived(overview.again);
  const [isDue] = useState(() => isKitCheckDue(Date.now()));
  return (
    <Page
      title={t`My documents`}
      lead={<Trans>Sealed on this device before they leave it, names included.</Trans>}
    >
      <Unfinished>
        <ButtonLink to="/settings">
          <Trans>Make a new kit</Trans>
        </ButtonLink>
      </Unfinished>
      <LossAccepted />
      {isDue ? (
        <Notice tone="care">
          <p>
            <Trans>
              It has been three months since you last held your kit. Is the sheet still where you
              put it?
            </Trans>
          </p>
          <ButtonLink to="/settings">
            <Trans>Check my kit</Trans>
          </ButtonLink>
        </Notice>
      ) : null}
      <div className="part unprinted">
        <AddFiles added={overview.again} />
        <div className="row">
          <WriteNote added={overview.again} />
        </div>
      </div>
      <Awaited of={overview}>
        {(counted) => (
          <>
            <Rows overview={counted} of={overview} />
            <Unreadable rows={counted.unreadable} />
          </>
        )}
      </Awaited>
    </Page>
  );
}

function Rows({ overview, of }: { readonly overview: Overview; readonly of: Answered<Overview> }) {
  const { t } = useLingui();
  const [wanted, setWanted] = useDraft<Wanted>("looked for", ANYTHING);
  const found = useFound(wanted, of);
  const { total } = found;
  // Nobody is told how to begin while their first file is being sealed.
  const inHand = useFilesInHand();
  if (overview.total === 0 && inHand > 0) return null;
  if (overview.total === 0) {
    return (
      <Blank title={<Trans>Nothing here yet</Trans>}>
        <p>
          <Trans>
            Begin with what you would take to your next appointment: the last result, a letter, the
            list of your medicines.
          </Trans>
        </p>
        <TourStart />
      </Blank>
    );
  }
  return (
    <section className="part" aria-label={t`Documents`}>
      <Apart documents={overview.apart} />
      {overview.total > MANY ? (
        <LookFor overview={overview} wanted={wanted} want={setWanted} />
      ) : null}
      <p className="hint" role="status">
        <Plural value={total} _0="Nothing found" one="One document" other="# documents" />
      </p>
      <Timeline {...found} find={find} label={t`Documents`} />
    </section>
  );
}

/** Documents whose versions stand side by side: each is a link to where one decides. */
function Apart({ documents }: { readonly documents: Overview["apart"] }) {
  if (documents.length === 0) return null;
  return (
    <Notice tone="care">
      <p>
        <Plural
          value={documents.length}
          one="A document was changed in two places at once. Every version is kept. Which one is right?"
          other="# documents were changed in two places at once. Every version is kept. Which ones are right?"
        />
      </p>
      <ul>
        {documents.slice(0, MOST_APART).map(({ item, title }) => (
          <li key={item}>
            <Link to="/documents/$item" params={{ item }} className="entry-link">
              <Trans>Choose the version: {title}</Trans>
            </Link>
          </li>
        ))}
      </ul>
    </Notice>
  );
}

/** What is found, with its first rows, and a number that grows whenever rows may have changed. */
function useFound(wanted: Wanted, { answer }: Answered<Overview>): Sought {
  const total = answer?.total ?? 0;
  const [state, setState] = useState<Sought>({ wanted, total, first: [], turn: 0 });
  useEffect(() => {
    let gone = false;
    if (answer === undefined) return;
    find({ ...wanted, offset: 0, count: FIRST }).then(
      ({ total, rows }) => {
        if (!gone) setState(({ turn }) => ({ wanted, total, first: rows, turn: turn + 1 }));
      },
      // The record was closed meanwhile: the page that asked is about to go.
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [wanted, answer]);
  return state;
}
