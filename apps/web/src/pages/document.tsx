import { Trans, useLingui } from "@lingui/react/macro";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { FileTrigger } from "react-aria-components";
import { type Answered, useAnswer, useDoing } from "../answers.ts";
import { dropDrafts, useDraft } from "../drafts.ts";
import { AskFirst } from "../parts/ask-first.tsx";
import { Bar } from "../parts/bar.tsx";
import { Button } from "../parts/button.tsx";
import { KeptHere } from "../parts/kept-here.tsx";
import { Kind } from "../parts/kind.tsx";
import { Entry, Ledger } from "../parts/ledger.tsx";
import { Moment } from "../parts/moment.tsx";
import { Notice } from "../parts/notice.tsx";
import { Opened } from "../parts/opened.tsx";
import { OverTime } from "../parts/over-time.tsx";
import { Page } from "../parts/page.tsx";
import { usePersonName } from "../parts/person-name.tsx";
import { Problem } from "../parts/problem.tsx";
import { useTitleInWords } from "../parts/title.tsx";
import { TwoVersions } from "../parts/two-versions.tsx";
import { Awaited } from "../parts/waiting.tsx";
import { useArrived } from "../saved.ts";
import { takeInHand } from "../sealing.ts";
import { ask } from "../vault.ts";
import type { VersionRow } from "../wire.ts";
import { dayInWords, sizeInWords, timeInWords } from "../words.ts";

/** One document: what it says, and everything that was ever done to it. */
export function DocumentPage() {
  const { t } = useLingui();
  const inWords = useTitleInWords();
  const { item } = useParams({ from: "/inside/documents/$item" });
  const history = useAnswer("history", { item });
  useArrived(history.again);
  const [chosen, setChosen] = useState<string>();
  const fronts = history.answer?.filter((version) => version.current) ?? [];
  const shown = chosen ?? fronts.at(-1)?.revision;
  const title = history.answer?.find((version) => version.revision === shown)?.title ?? "";
  const isDeleted = fronts.length > 0 && fronts.every((version) => version.what === "delete");
  return (
    <Page
      title={title === "" ? t`Document` : inWords(title)}
      name={t`Document`}
      trail={<Link to="/documents">{t`My documents`}</Link>}
    >
      <TwoVersions
        item={item}
        versions={history.answer ?? []}
        look={setChosen}
        again={history.again}
      />
      {isDeleted ? (
        <Notice tone="note">
          <p>
            <Trans>This document was deleted. Its earlier versions are below.</Trans>
          </p>
        </Notice>
      ) : null}
      {shown === undefined || (isDeleted && chosen === undefined) ? null : (
        <OpenedVersion key={shown} revision={shown} />
      )}
      <Awaited of={history}>
        {(versions) => (
          <>
            {isDeleted ? null : <Actions item={item} history={history} reset={setChosen} />}
            {isDeleted ? null : <OverTime item={item} />}
            <History
              item={item}
              versions={versions}
              shown={shown}
              choose={setChosen}
              again={history.again}
            />
          </>
        )}
      </Awaited>
    </Page>
  );
}

function OpenedVersion({ revision }: { readonly revision: string }) {
  const { i18n } = useLingui();
  const opened = useAnswer("open", { id: revision });
  return (
    <Awaited of={opened}>
      {(document) => (
        <div className="part">
          <p className="hint">
            <Kind type={document.type} mediaType={document.mediaType} />
            {document.size > 0 ? ` · ${sizeInWords(document.size, i18n.locale)}` : null}
          </p>
          <Opened opened={document} />
        </div>
      )}
    </Awaited>
  );
}

/** What is decided about: what stands at the front. What cannot be read is decided with it, and stands behind it then. */
function decidedAbout(versions: readonly VersionRow[]): string[] {
  return versions.flatMap((each) => (each.current || each.lost === true ? [each.revision] : []));
}

function Actions({
  item,
  history,
  reset,
}: {
  readonly item: string;
  readonly history: Answered<readonly VersionRow[]>;
  readonly reset: (revision: undefined) => void;
}) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const doing = useDoing();
  const title = history.answer?.findLast(({ lost }) => lost !== true)?.title ?? "";
  const shown = decidedAbout(history.answer ?? []);
  const [file, setFile] = useDraft<File | undefined>(`correction of ${item}`, undefined);
  const seal = async (by: File) => {
    setFile(by);
    const isGood = await doing.run(async (progress) => {
      await ask("correct", { item, file: by, title, shown }, progress);
    });
    if (!isGood) return;
    setFile(undefined);
    reset(undefined);
    history.again();
  };
  const replace = (by: File) => takeInHand(seal(by));
  return (
    <section className="part" aria-label={t`What you can do`}>
      <div className="row">
        <Link
          to="/share"
          search={{ item }}
          // Another share than one that was set aside.
          onClick={dropDrafts}
          className="button"
          data-tone="plain"
        >
          <Trans>Share it</Trans>
        </Link>
        <FileTrigger
          onSelect={(list) => {
            const chosen = list?.[0];
            if (chosen !== undefined) void replace(chosen);
          }}
        >
          <Button busy={doing.busy}>
            <Trans>Replace with a corrected version</Trans>
          </Button>
        </FileTrigger>
        <AskFirst
          label={<Trans>Delete</Trans>}
          title={t`Delete this document?`}
          confirm={t`Delete it`}
          act={async () => {
            await ask("remove", { item, shown });
            await navigate({ to: "/documents" });
          }}
        >
          <p>
            <Trans>
              It leaves your list, and the journal says so. Its earlier versions stay in its
              history, and whoever has opened it has seen it. Shares of it that are still open are
              not ended by this.
            </Trans>
          </p>
        </AskFirst>
      </div>
      <Pin versions={history.answer ?? []} again={history.again} />
      {doing.busy ? (
        <Bar label={t`Sealing the corrected version`} progress={doing.progress} />
      ) : null}
      <Problem error={doing.error} />
      {file === undefined || doing.busy ? null : (
        <NotSealed file={file} seal={() => replace(file)} leaveOut={() => setFile(undefined)} />
      )}
    </section>
  );
}

/** A corrected version that was chosen, and is not in the record: because it failed, or the session ended. */
function NotSealed({
  file: { name },
  seal,
  leaveOut,
}: {
  readonly file: File;
  readonly seal: () => Promise<void>;
  readonly leaveOut: () => void;
}) {
  return (
    <Notice tone="care">
      <p>
        <Trans>The corrected version that you chose is not sealed yet: {name}</Trans>
      </p>
      <div className="row">
        <Button tone="first" onPress={seal}>
          <Trans>Seal it now</Trans>
        </Button>
        <Button tone="quiet" onPress={leaveOut}>
          <Trans>Leave out {name}</Trans>
        </Button>
      </div>
    </Notice>
  );
}

/** Keeps a document here, to open it without network, or no more; offered where this device keeps the record. */
function Pin({
  versions,
  again,
}: {
  readonly versions: readonly VersionRow[];
  readonly again: () => void;
}) {
  const doing = useDoing();
  const fronts = versions.filter(({ current, what }) => current && what !== "delete");
  const missing = fronts.filter(({ opens }) => opens === false);
  const kept = fronts.filter(({ opens, waits }) => opens === true && waits !== true);
  if (missing.length === 0 && kept.length === 0) return null;
  const each = (call: "pin" | "unpin", rows: readonly VersionRow[]) =>
    doing.run(async () => {
      for (const { revision } of rows) await ask(call, { id: revision });
      again();
    });
  return (
    <>
      <div className="row">
        {missing.length > 0 ? (
          <Button onPress={() => each("pin", missing)} busy={doing.busy}>
            <Trans>Keep on this device</Trans>
          </Button>
        ) : (
          <Button onPress={() => each("unpin", kept)} busy={doing.busy} tone="quiet">
            <Trans>Stop keeping on this device</Trans>
          </Button>
        )}
      </div>
      <Problem error={doing.error} />
    </>
  );
}

function History({
  item,
  versions,
  shown,
  choose,
  again,
}: {
  readonly item: string;
  readonly versions: readonly VersionRow[];
  readonly shown: string | undefined;
  readonly choose: (revision: string | undefined) => void;
  readonly again: () => void;
}) {
  const { t } = useLingui();
  const nameOf = usePersonName();
  return (
    <section className="part">
      <h2>
        <Trans>History</Trans>
      </h2>
      <Ledger label={t`Versions`}>
        {versions.toReversed().map((version) => (
          <Entry key={version.revision} side={<Moment at={version.at} />}>
            <p>
              <What version={version} who={nameOf(version.author)} />
            </p>
            <KeptHere waits={version.waits} opens={version.opens} />
            {version.lost === true ? (
              <>
                <span className="tag">
                  <Trans>Cannot be read</Trans>
                </span>
                <p className="hint">
                  <Trans>
                    It is signed and stays here, but it does not open. Ask whoever made it to send
                    it again. The other versions are as they were.
                  </Trans>
                </p>
              </>
            ) : null}
            {version.current && versions.length > 1 ? (
              <span className="tag">
                <Trans>In force</Trans>
              </span>
            ) : null}
            {version.what === "delete" || version.lost === true ? null : (
              <div className="row">
                {version.revision === shown ? null : (
                  <Button tone="quiet" onPress={() => choose(version.revision)}>
                    <Trans>Open this version</Trans>
                  </Button>
                )}
                {version.current ? null : (
                  <PutBack
                    revision={version.revision}
                    {...{ item, versions }}
                    done={() => {
                      choose(undefined);
                      again();
                    }}
                  />
                )}
              </div>
            )}
          </Entry>
        ))}
      </Ledger>
    </section>
  );
}

/** Puts an earlier version in force again; what was in force stays in the history. */
function PutBack({
  item,
  revision,
  versions,
  done,
}: {
  readonly item: string;
  readonly revision: string;
  readonly versions: readonly VersionRow[];
  readonly done: () => void;
}) {
  const { t, i18n } = useLingui();
  const shown = decidedAbout(versions);
  const at = versions.find((each) => each.revision === revision)?.at ?? 0;
  const when = `${dayInWords(at, i18n.locale)}, ${timeInWords(at, i18n.locale)}`;
  return (
    <AskFirst
      label={<Trans>Take this version back</Trans>}
      unseen={when}
      title={t`Take this version back?`}
      confirm={t`Take it back`}
      tone="quiet"
      act={async () => {
        await ask("settle", { item, keep: revision, shown });
        done();
      }}
    >
      <p>
        <Trans>
          The version of {when} is in force again. What is in force now stays in the history.
        </Trans>
      </p>
    </AskFirst>
  );
}

function What({ version, who }: { readonly version: VersionRow; readonly who: string }) {
  switch (version.what) {
    case "create":
      return <Trans>{who} · added</Trans>;
    case "correct":
      return <Trans>{who} · corrected</Trans>;
    case "delete":
      return <Trans>{who} · deleted</Trans>;
    default:
      return version.what satisfies never;
  }
}
