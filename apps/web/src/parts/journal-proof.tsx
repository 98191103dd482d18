import { Trans, useLingui } from "@lingui/react/macro";
import type { JournalRow } from "../wire.ts";
import type { AnchoringTold, AnchorsTold } from "../wire-export.ts";
import { momentInWords } from "../words.ts";

/** How one line of the journal was checked, in words. */
export function Proof({ row }: { readonly row: JournalRow }) {
  return (
    <dl className="facts">
      <dt>
        <Trans>Signature</Trans>
      </dt>
      <dd>
        <Signature proof={row.proof} />
      </dd>
      <dt>
        <Trans>Place</Trans>
      </dt>
      <dd>
        <PlaceInLog row={row} />
        {". "}
        {row.inLog ? (
          <Trans>Found there, under a signed checkpoint. Checked.</Trans>
        ) : (
          <Trans>So new that no checkpoint covers it yet.</Trans>
        )}
      </dd>
      {row.of === "other" ? null : <TagAndAnchors row={row} />}
    </dl>
  );
}

function PlaceInLog({ row }: { readonly row: JournalRow }) {
  switch (row.of) {
    case "record":
      return (
        <Trans>
          Line {row.n} of your record, {row.index} of the whole log
        </Trans>
      );
    case "account":
      return (
        <Trans>
          Line {row.n} of your account, {row.index} of the whole log
        </Trans>
      );
    case "other":
      return <Trans>Line {row.index} of the whole log</Trans>;
    default:
      return row.of satisfies never;
  }
}

function TagAndAnchors({ row }: { readonly row: JournalRow }) {
  return (
    <>
      <dt>
        <Trans>Operator’s tag</Trans>
      </dt>
      <dd>
        <span className="code">{row.tag.slice(0, 8)}…</span>{" "}
        <span className="small">
          <Tag check={row.tagCheck} />
        </span>
      </dd>
      <dt>
        <Trans>Anchors</Trans>
      </dt>
      <dd>
        <Anchoring told={row.anchoring} />
      </dd>
    </>
  );
}

function Tag({ check }: { readonly check: JournalRow["tagCheck"] }) {
  switch (check) {
    case "checked":
      return <Trans>HMAC checked, with the key that has been published since.</Trans>;
    case "later":
      return (
        <Trans>
          HMAC not checked yet: newer lines came first. Open the journal again, and it is the turn
          of this one.
        </Trans>
      );
    case "undisclosed":
      return (
        <Trans>
          The operator’s own alarm. It proves nothing to you until its key is published.
        </Trans>
      );
    default:
      return check satisfies never;
  }
}

function Anchoring({ told: { state, stamps, blocks } }: { readonly told: AnchoringTold }) {
  const { i18n } = useLingui();
  switch (state) {
    case "none":
      return <Trans>Not anchored.</Trans>;
    case "waiting":
      return <Trans>Not anchored yet: no answer from outside.</Trans>;
    case "pending":
      return <Trans>Not anchored yet: pending at a calendar.</Trans>;
    case "anchored":
      return (
        <ul className="bullets">
          {stamps.map(({ authority, at }) => (
            <li key={authority}>
              <Trans>
                Time-stamped by {authority} on {momentInWords(at, i18n.locale)}.
              </Trans>
            </li>
          ))}
          {blocks.map((height) => (
            <li key={height}>
              <Trans>Confirmed at block {height}.</Trans>
            </li>
          ))}
        </ul>
      );
    default:
      return state satisfies never;
  }
}

/** What is to be said of anchors as a whole, above all lines. */
export function AnchorsNote({ told }: { readonly told: AnchorsTold | undefined }) {
  if (told === undefined) return null;
  if (!told.configured)
    return (
      <p>
        <Trans>
          Not anchored: this service shows its journal to no authority outside, so the times are its
          own word.
        </Trans>
      </p>
    );
  return (
    <p>
      {told.demonstration ? (
        <Trans>
          The anchors here are a demonstration, made on the service’s own machine. They prove
          nothing.
        </Trans>
      ) : (
        <Trans>
          Anchors are shown as the service tells them. The copy you take along carries the proof.
        </Trans>
      )}
    </p>
  );
}

function Signature({ proof }: { readonly proof: JournalRow["proof"] }) {
  switch (proof) {
    case "signed-by-reader":
      return (
        <Trans>Signed by the reader’s device, which belongs to the account named. Checked.</Trans>
      );
    case "signed-by-author":
      return (
        <Trans>
          Signed by the device of whoever wrote it, which belongs to the account named. Checked.
        </Trans>
      );
    case "named":
      return <Trans>The signed statement it names is the one it carries. Checked.</Trans>;
    case "none":
      return <Trans>This line carries no statement of its own; it is the service’s note.</Trans>;
    default:
      return proof satisfies never;
  }
}
