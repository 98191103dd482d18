import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import type { UnreadableRow } from "../wire.ts";
import { Entry, Ledger } from "./ledger.tsx";
import { Moment } from "./moment.tsx";
import { Known, usePersonName } from "./person-name.tsx";

/** What stands in the record and does not open: who made it, and what one can do. */
export function Unreadable({ rows }: { readonly rows: readonly UnreadableRow[] }) {
  const { t } = useLingui();
  if (rows.length === 0) return null;
  return (
    <section className="part">
      <h2>
        <Trans>What cannot be read</Trans>
      </h2>
      <p>
        <Trans>
          This stands in your record, signed by whoever made it, and opens for nobody. Everything
          else in your record is as it was.
        </Trans>
      </p>
      <Ledger label={t`What cannot be read`}>
        {rows.map((row) => (
          <Row key={row.revision} row={row} />
        ))}
      </Ledger>
      <h3>
        <Trans>What you can do</Trans>
      </h3>
      <ul className="bullets">
        <li>
          <Trans>Ask whoever made it to send it again.</Trans>
        </li>
        {rows.some(({ turnedBy }) => turnedBy !== undefined) ? (
          <li>
            <Trans>
              Add something yourself: that puts the keys right. It does not bring back what is
              listed here.
            </Trans>
          </li>
        ) : null}
        <li>
          <Trans>
            If it happens again, end their access under <Link to="/access">Who can see what</Link>.
          </Trans>
        </li>
      </ul>
    </section>
  );
}

function Row({ row: { item, at, author, turnedBy, title } }: { readonly row: UnreadableRow }) {
  const nameOf = usePersonName();
  const who = nameOf(author);
  const turner = turnedBy === undefined ? "" : nameOf(turnedBy);
  return (
    <Entry side={<Moment at={at} />}>
      <p>
        {title === "" ? (
          <Trans>{who} · a document whose name does not open</Trans>
        ) : (
          <Trans>
            {who} · a version of{" "}
            <Link to="/documents/$item" params={{ item }}>
              {title}
            </Link>
          </Trans>
        )}{" "}
        <Known known={author.known} />
      </p>
      <p className="hint">
        {turner === "" ? (
          <Trans>It was not sealed rightly when it was made.</Trans>
        ) : (
          <Trans>{turner} · changed the keys of the record wrongly before that</Trans>
        )}
      </p>
    </Entry>
  );
}
