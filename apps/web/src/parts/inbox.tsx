import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { type Answered, useDoing } from "../answers.ts";
import { ask } from "../vault.ts";
import type { Answer, OpenedDocument } from "../wire.ts";
import type { WaitingRow } from "../wire-visit.ts";
import { momentInWords } from "../words.ts";
import { AskFirst } from "./ask-first.tsx";
import { Button } from "./button.tsx";
import { Entry, Ledger } from "./ledger.tsx";
import { Opened } from "./opened.tsx";
import { Known, usePersonName } from "./person-name.tsx";
import { Problem } from "./problem.tsx";

/** What others wrote to this account: looked at, then taken into the record or refused. */
export function Inbox({ waiting }: { readonly waiting: Answered<Answer<"waiting">> }) {
  const { t } = useLingui();
  if (waiting.answer === undefined || waiting.answer.length === 0) return null;
  return (
    <section className="part">
      <h2>
        <Trans>Written to you</Trans>
      </h2>
      <p>
        <Trans>Each is signed by its sender. It joins your record only if you take it.</Trans>
      </p>
      <Ledger label={t`Written to you`}>
        {waiting.answer.map((row) => (
          <Letter key={row.deposit} row={row} done={waiting.again} />
        ))}
      </Ledger>
    </section>
  );
}

function Letter({ row, done }: { readonly row: WaitingRow; readonly done: () => void }) {
  const { t, i18n } = useLingui();
  const name = usePersonName()(row.who);
  const doing = useDoing();
  const [opened, setOpened] = useState<OpenedDocument>();
  const take = async () => {
    const isGood = await doing.run(async () => {
      await ask("takeWaiting", { deposit: row.deposit });
    });
    if (isGood) done();
  };
  return (
    <Entry side={momentInWords(row.at, i18n.locale)}>
      <h3 className="entry-title">{row.title}</h3>
      <p>
        <Trans>Written by {name}</Trans> <Known known={row.who.known} />
      </p>
      {opened === undefined ? null : <Opened opened={opened} />}
      <Problem error={doing.error} />
      <div className="row">
        {opened === undefined ? (
          <Button
            busy={doing.busy}
            onPress={() =>
              doing.run(async () => setOpened(await ask("openWaiting", { deposit: row.deposit })))
            }
          >
            <Trans>Read</Trans>
            <span className="unseen"> {t`what ${name} wrote`}</span>
          </Button>
        ) : null}
        <Button tone="first" busy={doing.busy} onPress={take}>
          <Trans>Take it into my record</Trans>
          <span className="unseen"> {t`what ${name} wrote`}</span>
        </Button>
        <AskFirst
          label={<Trans>Refuse</Trans>}
          unseen={t`what ${name} wrote`}
          title={t`Refuse what ${name} wrote?`}
          confirm={t`Refuse and delete it`}
          act={async () => {
            await ask("refuseWaiting", { deposit: row.deposit });
            done();
          }}
        >
          <p>
            <Trans>
              It is deleted for good. The sender is not told: to them it looks like one that still
              waits.
            </Trans>
          </p>
        </AskFirst>
      </div>
    </Entry>
  );
}
