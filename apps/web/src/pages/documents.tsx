import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { useDeferredValue, useState } from "react";
import { useAnswer } from "../answers.ts";
import { AddFiles } from "../parts/add-files.tsx";
import { Blank } from "../parts/blank.tsx";
import { Button } from "../parts/button.tsx";
import { Field } from "../parts/field.tsx";
import { Kind } from "../parts/kind.tsx";
import { Entry, Ledger } from "../parts/ledger.tsx";
import { Page } from "../parts/page.tsx";
import { usePersonName } from "../parts/person-name.tsx";
import { Awaited } from "../parts/waiting.tsx";
import type { DocumentRow } from "../wire.ts";
import { dateInWords, folded, sizeInWords } from "../words.ts";

const SHOWN = 50;

/** What the record holds, newest first, and where to add to it. */
export function DocumentsPage() {
  const { t } = useLingui();
  const documents = useAnswer("documents", undefined);
  return (
    <Page
      title={t`My documents`}
      lead={<Trans>Sealed on this device before they leave it, names included.</Trans>}
    >
      <AddFiles added={documents.again} />
      <Awaited of={documents}>{(rows) => <Rows rows={rows} />}</Awaited>
    </Page>
  );
}

function Rows({ rows }: { readonly rows: readonly DocumentRow[] }) {
  const { t } = useLingui();
  const [wanted, setWanted] = useState("");
  const [most, setMost] = useState(SHOWN);
  const looked = folded(useDeferredValue(wanted).trim());
  if (rows.length === 0) {
    return (
      <Blank title={<Trans>Nothing here yet</Trans>}>
        <p>
          <Trans>
            Begin with what you would take to your next appointment: the last result, a letter, the
            list of your medicines.
          </Trans>
        </p>
      </Blank>
    );
  }
  const found = rows.filter((row) => folded(row.title).includes(looked));
  const shown = found.slice(0, most);
  return (
    <section className="part" aria-label={t`Documents`}>
      {rows.length > 8 ? (
        <Field label={t`Find by title`} type="search" value={wanted} onChange={setWanted} />
      ) : null}
      <p className="hint" role="status">
        <Plural value={found.length} one="One document" other="# documents" />
      </p>
      <Ledger label={t`Documents`}>
        {shown.map((row) => (
          <Row key={row.revision} row={row} />
        ))}
      </Ledger>
      {found.length > shown.length ? (
        <div className="row">
          <Button onPress={() => setMost(most + SHOWN)}>
            <Trans>Show more</Trans>
          </Button>
        </div>
      ) : null}
    </section>
  );
}

function Row({ row }: { readonly row: DocumentRow }) {
  const { i18n } = useLingui();
  const nameOf = usePersonName();
  const { title, type, mediaType, size, versions } = row;
  return (
    <Entry side={<time>{dateInWords(row.date, i18n.locale)}</time>}>
      <Link to="/documents/$item" params={{ item: row.item }} className="entry-link">
        {title}
      </Link>
      <p className="small">
        <Kind type={type} mediaType={mediaType} />
        {size > 0 ? ` · ${sizeInWords(size, i18n.locale)}` : null}
        {row.author.known === "me" ? null : (
          <>
            {" · "}
            <Trans>added by {nameOf(row.author)}</Trans>
          </>
        )}
        {versions > 1 ? (
          <>
            {" · "}
            <Plural value={versions} one="# version" other="# versions" />
          </>
        ) : null}
      </p>
      {row.conflict ? (
        <span className="tag" data-tone="care">
          <Trans>Changed in two places: both are kept</Trans>
        </span>
      ) : null}
    </Entry>
  );
}
