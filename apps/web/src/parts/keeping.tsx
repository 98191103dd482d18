import { Trans, useLingui } from "@lingui/react/macro";
import { useEffect, useState } from "react";
import { useAnswer, useDoing } from "../answers.ts";
import { ask, sayChanged } from "../vault.ts";
import type { Saved, WaitingRow } from "../wire.ts";
import { AskFirst } from "./ask-first.tsx";
import { Button } from "./button.tsx";
import { Entry, Ledger } from "./ledger.tsx";
import { Moment } from "./moment.tsx";
import { Notice } from "./notice.tsx";
import { Problem } from "./problem.tsx";
import { Awaited } from "./waiting.tsx";

/** Work without network: asked in words, and taken back at any time. */
export function KeepingPart() {
  const standing = useAnswer("saved", undefined);
  return (
    <section className="part">
      <h2>
        <Trans>Without network</Trans>
      </h2>
      <Awaited of={standing}>
        {(known) => <Known standing={known} again={standing.again} />}
      </Awaited>
    </section>
  );
}

function Known({ standing, again }: { readonly standing: Saved; readonly again: () => void }) {
  const { t } = useLingui();
  const doing = useDoing();
  const keep = async (allow: boolean) => {
    if (allow) await navigator.storage.persist().catch(() => false);
    await ask("keep", { allow });
    sayChanged();
    again();
  };
  return (
    <>
      {standing.kept ? (
        <>
          <p>
            <Trans>
              This device keeps your list, and every document you have opened or chosen here. You
              can read and add without network. What you open that way is noted in your journal
              afterwards.
            </Trans>
          </p>
          <Lasting />
          <Waiting rows={standing.waiting} again={again} />
          <AskFirst
            label={<Trans>Stop keeping</Trans>}
            title={t`Stop keeping your record here?`}
            confirm={t`Stop keeping`}
            act={() => keep(false)}
          >
            <p>
              <Trans>
                What is kept here is erased. Your record stays at the service, and what still waits
                to go out stays here until it has.
              </Trans>
            </p>
          </AskFirst>
        </>
      ) : (
        <>
          <p>
            <Trans>
              Your record can also open without network, in a waiting room for instance. Your list
              and the documents you open then stay on this device, sealed with your password.
            </Trans>
          </p>
          <p>
            <Trans>
              The price: whoever has this device and your password can read what is kept here, and
              the service does not notice. Do it on your own device only.
            </Trans>
          </p>
          <div className="row">
            <Button onPress={() => doing.run(() => keep(true))} busy={doing.busy}>
              <Trans>Keep my record on this device</Trans>
            </Button>
          </div>
          <Problem error={doing.error} />
        </>
      )}
    </>
  );
}

/** A browser may erase what a page keeps; it says whether it has promised not to. */
function Lasting() {
  const [lasts, setLasts] = useState<boolean>();
  useEffect(() => {
    navigator.storage.persisted().then(setLasts, () => setLasts(false));
  }, []);
  if (lasts === undefined || lasts) return null;
  return (
    <Notice tone="care">
      <p>
        <Trans>
          This browser may erase what it keeps when space is short or the page is not used for days.
          Nothing that has reached the service is lost by that. Installed as an app, it is safer.
        </Trans>
      </p>
    </Notice>
  );
}

function Waiting({
  rows,
  again,
}: {
  readonly rows: readonly WaitingRow[];
  readonly again: () => void;
}) {
  const { t } = useLingui();
  if (rows.length === 0) return null;
  const decided = () => {
    sayChanged();
    again();
  };
  const retry = async (id: string) => {
    await ask("retryWaiting", { id });
    decided();
  };
  return (
    <>
      <h3>
        <Trans>On this device only</Trans>
      </h3>
      <Ledger label={t`On this device only`}>
        {rows.map((row) => (
          <Entry key={row.id} side={<Moment at={row.at} />}>
            <p>
              <What row={row} />
            </p>
            {row.apart === undefined ? (
              <p className="hint">
                <Trans>Goes out by itself.</Trans>
              </p>
            ) : (
              <>
                <p className="hint">
                  <Trans>The service refused it. It is kept here until you decide.</Trans>
                </p>
                <div className="row">
                  <Button onPress={() => void retry(row.id)}>
                    <Trans>Try again</Trans>
                  </Button>
                  <AskFirst
                    label={<Trans>Let it go</Trans>}
                    unseen={row.title}
                    title={t`Let this change go?`}
                    confirm={t`Let it go`}
                    act={async () => {
                      await ask("dropWaiting", { id: row.id });
                      decided();
                    }}
                  >
                    <p>
                      <Trans>It exists on this device only. After this it exists nowhere.</Trans>
                    </p>
                  </AskFirst>
                </div>
              </>
            )}
          </Entry>
        ))}
      </Ledger>
    </>
  );
}

function What({ row }: { readonly row: WaitingRow }) {
  const { title } = row;
  switch (row.kind) {
    case "write":
      return <Trans>“{title}”, written</Trans>;
    case "delete":
      return <Trans>“{title}”, deleted</Trans>;
    default:
      return <Trans>An access, ended</Trans>;
  }
}
