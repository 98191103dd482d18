import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { useDoing } from "../answers.ts";
import { ask } from "../vault.ts";
import type { VersionRow } from "../wire.ts";
import { dayInWords, timeInWords } from "../words.ts";
import { AskFirst } from "./ask-first.tsx";
import { Button } from "./button.tsx";
import { Entry, Ledger } from "./ledger.tsx";
import { Moment } from "./moment.tsx";
import { Notice } from "./notice.tsx";
import { usePersonName } from "./person-name.tsx";
import { Problem } from "./problem.tsx";

/** What was decided, and what takes it back. */
interface Decided {
  readonly kept: "one" | "both" | "deletion";
  /** Versions that are not in force now. */
  readonly others: readonly string[];
  /** Documents that were made of them. */
  readonly copies: readonly string[];
}

/** A document that was changed in two places at once: says who made what when, and asks. */
export function TwoVersions({
  item,
  versions,
  look,
  again,
}: {
  readonly item: string;
  readonly versions: readonly VersionRow[];
  /** Shows a version; undefined for what is in force. */
  readonly look: (revision: string | undefined) => void;
  readonly again: () => void;
}) {
  const { t } = useLingui();
  const [decided, setDecided] = useState<Decided>();
  const fronts = versions.filter(({ current }) => current);
  if (fronts.length < 2) {
    if (decided === undefined) return null;
    return <Done {...{ item, fronts, decided, again }} forget={() => setDecided(undefined)} />;
  }
  const shown = fronts.map(({ revision }) => revision);
  const readable = fronts.filter(({ what }) => what !== "delete");
  const decide = async (keep: string, kept: Decided["kept"]) => {
    const copies = await ask("settle", { item, keep, shown });
    const others = shown.filter((each) => each !== keep);
    setDecided({ kept, others, copies });
    look(undefined);
    again();
  };
  return (
    <section className="sheet part" aria-labelledby="two-versions">
      <h2 id="two-versions">
        <Trans>Which version is right?</Trans>
      </h2>
      <p>
        <Trans>
          This document was changed in two places at once. Nothing is lost: every version is here.
          Look at them, then decide. You can change your mind afterwards.
        </Trans>
      </p>
      <Ledger label={t`Versions to choose from`}>
        {fronts.map((version) => (
          <Version key={version.revision} version={version} decide={decide} look={look} />
        ))}
      </Ledger>
      {readable.length < 2 ? null : (
        <div className="row">
          <AskFirst
            label={<Plural value={readable.length} _2="Keep both" other="Keep all #" />}
            title={t`Make a document of each version?`}
            confirm={t`Make a document of each`}
            tone="plain"
            act={() => decide("", "both")}
          >
            <p>
              <Trans>
                The newest stays here. Every other one becomes a document of its own in your list.
              </Trans>
            </p>
          </AskFirst>
        </div>
      )}
    </section>
  );
}

function Version({
  version,
  decide,
  look,
}: {
  readonly version: VersionRow;
  readonly decide: (keep: string, kept: Decided["kept"]) => Promise<void>;
  readonly look: (revision: string) => void;
}) {
  const { t, i18n } = useLingui();
  const nameOf = usePersonName();
  const { revision, what } = version;
  const who = nameOf(version.author);
  const day = dayInWords(version.at, i18n.locale);
  const time = timeInWords(version.at, i18n.locale);
  const isDeletion = what === "delete";
  const unseen = `${who}, ${day}, ${time}`;
  return (
    <Entry side={<Moment at={version.at} />}>
      <p>{isDeletion ? <Trans>{who} · deleted</Trans> : <Trans>{who} · written</Trans>}</p>
      <p className="hint">
        {version.here ? <Trans>On this device</Trans> : <Trans>On another device</Trans>}
      </p>
      <div className="row">
        {isDeletion ? null : (
          <Button onPress={() => look(revision)}>
            <Trans>Look at it</Trans>
            <span className="unseen"> {unseen}</span>
          </Button>
        )}
        <AskFirst
          label={isDeletion ? <Trans>Leave it deleted</Trans> : <Trans>Keep this one</Trans>}
          unseen={unseen}
          title={isDeletion ? t`Leave it deleted?` : t`Keep this version?`}
          confirm={isDeletion ? t`Leave it deleted` : t`Keep it`}
          tone="plain"
          act={() => decide(revision, isDeletion ? "deletion" : "one")}
        >
          <p>
            {isDeletion ? (
              <Trans>
                The document leaves your list. Its versions stay in its history, and you can take
                them back from there.
              </Trans>
            ) : (
              <Trans>
                It is in force from then on. The other stays in the history, and you can take it
                back from there.
              </Trans>
            )}
          </p>
        </AskFirst>
      </div>
    </Entry>
  );
}

/** What was decided, and one button that takes it back. */
function Done({
  item,
  fronts,
  decided: { kept, others, copies },
  again,
  forget,
}: {
  readonly item: string;
  readonly fronts: readonly VersionRow[];
  readonly decided: Decided;
  readonly again: () => void;
  readonly forget: () => void;
}) {
  const { t } = useLingui();
  const doing = useDoing();
  const [other] = others;
  const takeOther = async () => {
    const shown = fronts.map(({ revision }) => revision);
    const isGood = await doing.run(async () => {
      await ask("settle", { item, keep: other ?? "", shown });
    });
    if (!isGood) return;
    forget();
    again();
  };
  return (
    <Notice tone="done">
      <p>
        {kept === "both" ? (
          <Trans>Both are kept: the other is a document of its own in your list.</Trans>
        ) : kept === "one" ? (
          <Trans>This version is in force. The other stays in the history below.</Trans>
        ) : (
          <Trans>The document stays deleted. Its versions are in the history below.</Trans>
        )}
      </p>
      <div className="row">
        {kept === "both" ? (
          <AskFirst
            label={<Trans>Undo: make it one document again</Trans>}
            title={t`Make it one document again?`}
            confirm={t`Make it one again`}
            tone="plain"
            act={async () => {
              for (const copy of copies) await ask("remove", { item: copy });
              forget();
              again();
            }}
          >
            <p>
              <Trans>
                The document that was made of the other version leaves your list. That version is
                still in the history below, and you can take it back from there.
              </Trans>
            </p>
          </AskFirst>
        ) : (
          <Button onPress={takeOther} busy={doing.busy}>
            <Trans>Undo: take the other version</Trans>
          </Button>
        )}
      </div>
      <Problem error={doing.error} />
    </Notice>
  );
}
