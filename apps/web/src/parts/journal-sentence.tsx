import { Plural, Trans, useLingui } from "@lingui/react/macro";
import type { JournalRow } from "../wire.ts";
import { momentInWords } from "../words.ts";
import { AboutDeposit } from "./journal-deposit.tsx";
import { usePersonName } from "./person-name.tsx";

/** A line of the journal as a sentence. */
export function JournalSentence({ row }: { readonly row: JournalRow }) {
  const nameOf = usePersonName();
  const who = nameOf(row.who);
  const isMine = row.who.known === "me";
  const isElsewhere = isMine && row.of === "other";
  const whom = row.whom === undefined ? "" : nameOf(row.whom);
  switch (row.kind) {
    case "opening":
      return <Opening row={row} who={who} isMine={isMine} />;
    case "export":
      if (isElsewhere) return <Trans>You exported from the record.</Trans>;
      return isMine ? (
        <Trans>You exported from your record.</Trans>
      ) : (
        <Trans>{who} exported from your record.</Trans>
      );
    case "upload":
    case "correction":
    case "deletion":
      return <Change row={row} who={who} isMine={isMine} />;
    case "listing":
      if (isElsewhere) return <Trans>You fetched a list of titles.</Trans>;
      return isMine ? (
        <Trans>You fetched the list of your documents.</Trans>
      ) : (
        <Trans>{who} fetched a list of titles.</Trans>
      );
    case "share":
      return <Shared row={row} who={who} isMine={isMine} whom={whom} />;
    case "revocation":
      return isMine ? (
        <Trans>You ended the access of {whom}.</Trans>
      ) : (
        <Trans>
          {who} ended the access of {whom}.
        </Trans>
      );
    case "membership":
      return <LetIn row={row} who={who} isMine={isMine} whom={whom} />;
    case "rotation":
      if (isElsewhere) return <Trans>You changed the keys of the record.</Trans>;
      return isMine ? (
        <Trans>You changed the keys of your record.</Trans>
      ) : (
        <Trans>{who} changed the keys of the record.</Trans>
      );
    case "expiry":
      return <Trans>An access has come to its end: {whom}.</Trans>;
    case "deposit":
    case "settlement":
    case "inbox":
      return <AboutDeposit row={row} who={who} />;
    case "refusal":
      return <Refusal who={who} isMine={isMine} />;
    default:
      return <OfAccount row={row} />;
  }
}

/** Whoever is let in by nobody else began the record, once, or came back to it with new keys. */
function LetIn({ row, who, isMine, whom }: Said & { readonly whom: string }) {
  if (row.whom?.account === row.who.account) {
    if (row.of === "record" && isMine)
      return row.n === 0 ? (
        <Trans>You began your record.</Trans>
      ) : (
        <Trans>You renewed your own access to your record.</Trans>
      );
    return isMine ? (
      <Trans>You renewed your own access to the record.</Trans>
    ) : (
      <Trans>{who} renewed their own access to the record.</Trans>
    );
  }
  if (isMine && row.of === "other") return <Trans>You let {whom} into the record.</Trans>;
  return isMine ? (
    <Trans>You let {whom} into your record.</Trans>
  ) : (
    <Trans>
      {who} let {whom} into the record.
    </Trans>
  );
}

interface Said {
  readonly row: JournalRow;
  readonly who: string;
  readonly isMine: boolean;
}

/** One title is said in the sentence; several stand in a list below it. */
function useTitle(row: JournalRow): string {
  const { t } = useLingui();
  return row.titles[0] ?? t`a document`;
}

function Opening(said: Said) {
  return (
    <>
      <OpeningSaid {...said} />
      {said.row.declared === true ? (
        <>
          {" "}
          <Trans>Without network; told afterwards.</Trans>
        </>
      ) : null}
    </>
  );
}

function OpeningSaid({ row, who, isMine }: Said) {
  const title = useTitle(row);
  if (row.count > 1) {
    return isMine ? (
      <Plural value={row.count} one="You opened # document." other="You opened # documents." />
    ) : (
      <Plural
        value={row.count}
        one={`${who} opened # document.`}
        other={`${who} opened # documents.`}
      />
    );
  }
  return isMine ? (
    <Trans>
      You opened <strong>{title}</strong>.
    </Trans>
  ) : (
    <Trans>
      {who} opened <strong>{title}</strong>.
    </Trans>
  );
}

function Change({ row, who, isMine }: Said) {
  const title = useTitle(row);
  if (row.kind === "upload") {
    return isMine ? (
      <Trans>
        You added <strong>{title}</strong>.
      </Trans>
    ) : (
      <Trans>
        {who} added <strong>{title}</strong>.
      </Trans>
    );
  }
  if (row.kind === "correction") {
    return isMine ? (
      <Trans>
        You corrected <strong>{title}</strong>.
      </Trans>
    ) : (
      <Trans>
        {who} corrected <strong>{title}</strong>.
      </Trans>
    );
  }
  return isMine ? (
    <Trans>
      You deleted <strong>{title}</strong>.
    </Trans>
  ) : (
    <Trans>
      {who} deleted <strong>{title}</strong>.
    </Trans>
  );
}

function Shared(said: Said & { readonly whom: string }) {
  return (
    <>
      <SharedSaid {...said} />
      {said.row.offline === true ? (
        <>
          {" "}
          <Trans>Also without network; such an opening is told afterwards.</Trans>
        </>
      ) : null}
    </>
  );
}

function SharedSaid({ row, who, isMine, whom }: Said & { readonly whom: string }) {
  const { i18n } = useLingui();
  const until = row.until === undefined ? "…" : momentInWords(row.until, i18n.locale);
  if (whom === "") {
    return isMine ? <Trans>You shared documents.</Trans> : <Trans>{who} shared documents.</Trans>;
  }
  return isMine ? (
    <Trans>
      You shared documents with {whom} until {until}.
    </Trans>
  ) : (
    <Trans>
      {who} shared documents with {whom} until {until}.
    </Trans>
  );
}

function Refusal({ who, isMine }: Pick<Said, "who" | "isMine">) {
  return isMine ? (
    <Trans>You were refused.</Trans>
  ) : (
    <Trans>{who} wanted to open something and was refused.</Trans>
  );
}

function OfAccount({ row }: { readonly row: JournalRow }) {
  switch (row.kind) {
    case "sign-up":
      return <Trans>You created your account.</Trans>;
    case "sign-in":
      return <Trans>You opened your record on a device.</Trans>;
    case "sign-out":
      return <Trans>A device of yours was signed out.</Trans>;
    case "recovery":
      return <Trans>Somebody asked for recovery with your kit.</Trans>;
    case "password":
      return <Trans>Your password was changed.</Trans>;
    default:
      return <Trans>Something this page does not know yet: {row.kind}.</Trans>;
  }
}
