import { Trans, useLingui } from "@lingui/react/macro";
import { useEffect, useState } from "react";
import { useDoing } from "../answers.ts";
import { useSession } from "../session.tsx";
import { ask } from "../vault.ts";
import type { JournalTaken } from "../wire-export.ts";
import { sizeInWords } from "../words.ts";
import { Bar } from "./bar.tsx";
import { Button, ButtonLink } from "./button.tsx";
import { Problem } from "./problem.tsx";
import { Verdict } from "./verdict.tsx";

type Of = "record" | "account";

/** Takes the whole journal along (GDPR Art. 15), and checks the copy on this device. */
export function TakeAlong() {
  const { i18n } = useLingui();
  const { status } = useSession();
  const [taken, setTaken] = useState<JournalTaken & { readonly of: Of }>();
  const [fetched, setFetched] = useState(0);
  const doing = useDoing();
  const language = i18n.locale === "fr" ? "fr" : "en";

  const take = (of: Of) =>
    doing.run(async (progress) => {
      setTaken(undefined);
      setFetched(0);
      const place = `ecrin-copy-${status.account}-${of}`;
      const told = (done: number, total: number) => {
        if (total === 0) setFetched(done);
        else progress(done, total);
      };
      const asked = { of, language, ...copyBefore(place) } as const;
      const answer = await ask("takeJournal", asked, told);
      const { verdict } = answer;
      if (verdict.holds) localStorage.setItem(place, `${verdict.size} ${verdict.logKey}`);
      setTaken({ ...answer, of });
    });

  return (
    <section className="part" aria-labelledby="take-along">
      <h2 id="take-along">
        <Trans>Take your journal along</Trans>
      </h2>
      <p>
        <Trans>
          You may have a copy whenever you like, with everything that proves it, and a report to
          read. Anybody can check it without this service. No title and no content is in it. It says
          who did what and when: give it only to people whom that concerns.
        </Trans>
      </p>
      <div className="row">
        <Button onPress={() => take("record")} busy={doing.busy}>
          <Trans>Copy of my record’s journal</Trans>
        </Button>
        <Button onPress={() => take("account")} busy={doing.busy} tone="quiet">
          <Trans>Copy of my account’s journal</Trans>
        </Button>
        <ButtonLink to="/verify" tone="quiet">
          <Trans>Check a copy</Trans>
        </ButtonLink>
      </div>
      {doing.busy ? <Under progress={doing.progress} fetched={fetched} /> : null}
      <Problem error={doing.error} />
      {taken === undefined ? null : (
        <>
          <Save file={taken.file} of={taken.of} />
          <Verdict verdict={taken.verdict} />
        </>
      )}
    </section>
  );
}

function Under(doing: { readonly progress: number | undefined; readonly fetched: number }) {
  const { t, i18n } = useLingui();
  const fetched = sizeInWords(doing.fetched, i18n.locale);
  return doing.progress === undefined ? (
    <Bar label={t`Fetching the copy: ${fetched}`} progress={undefined} />
  ) : (
    <Bar label={t`Checking the copy`} progress={doing.progress} />
  );
}

/** Leaves under the copy that was taken before on this device, 0 for none, and the key of its log. */
function copyBefore(place: string): { readonly since: number; readonly log: string } {
  const [text, log = ""] = (localStorage.getItem(place) ?? "").split(" ");
  const size = Number(text);
  return { since: Number.isSafeInteger(size) && size > 0 ? size : 0, log };
}

function Save({ file, of }: { readonly file: Blob; readonly of: Of }) {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  const day = new Date().toISOString().slice(0, 10);
  return (
    <div className="row">
      <a className="button" data-tone="first" href={address} download={`ecrin-${of}-${day}.zip`}>
        <Trans>Save the copy</Trans>
      </a>
    </div>
  );
}
