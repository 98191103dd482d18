import { Trans, useLingui } from "@lingui/react/macro";
import { useEffect, useState } from "react";
import { DropZone, FileTrigger, Text } from "react-aria-components";
import { useDoing } from "../answers.ts";
import { Bar } from "../parts/bar.tsx";
import { Button } from "../parts/button.tsx";
import { MoreChecks, NOTHING_KNOWN } from "../parts/more-checks.tsx";
import { Page } from "../parts/page.tsx";
import { Problem } from "../parts/problem.tsx";
import { Verdict } from "../parts/verdict.tsx";
import { ask } from "../vault.ts";
import type { ExportVerdict } from "../wire-export.ts";

/** Checks a copy of a journal on this device: by anybody, without an account and without network. */
export function VerifyPage() {
  const { t } = useLingui();
  const [known, setKnown] = useState(NOTHING_KNOWN);
  const [copy, setCopy] = useState<File>();
  const [verdict, setVerdict] = useState<ExportVerdict>();
  const doing = useDoing();
  const name = copy?.name ?? "";
  // Fetched now: a network that goes away takes nothing of it along.
  useEffect(() => void ask("verifyReady").catch(() => undefined), []);

  const check = async (file: File | undefined) => {
    if (file === undefined || doing.busy) return;
    setCopy(file);
    setVerdict(undefined);
    const { logKey, demonstration, roots } = known;
    const [earlier, witnesses] = [known.earlier[0], known.witnesses[0]];
    const given = { logKey, demonstration, roots, earlier, witnesses };
    await doing.run(async (progress) => {
      setVerdict(await ask("verifyExport", { file, ...given }, progress));
    });
  };

  return (
    <Page
      title={t`Check a copy of a journal`}
      lead={
        <Trans>
          Somebody gave you a copy of a journal, or you took your own along. Here you see whether it
          is whole and true. No account is needed, and no network.
        </Trans>
      }
    >
      <section className="part" aria-label={t`The copy`}>
        <DropZone
          className="drop"
          onDrop={async ({ items }) => {
            const first = items.find((item) => item.kind === "file");
            await check(first?.kind === "file" ? await first.getFile() : undefined);
          }}
        >
          <FileTrigger
            acceptedFileTypes={[".zip", "application/zip"]}
            onSelect={(list) => void check(list?.[0])}
          >
            <Button tone="first" busy={doing.busy}>
              <Trans>Choose the copy</Trans>
            </Button>
          </FileTrigger>
          <Text slot="label" className="hint">
            <Trans>Or drag it here. It is a file that ends in .zip. It stays on your device.</Trans>
          </Text>
        </DropZone>
        <MoreChecks known={known} setKnown={setKnown} />
        {copy === undefined ? null : (
          <div className="row">
            <Button onPress={() => void check(copy)} busy={doing.busy}>
              <Trans>Check {name} again</Trans>
            </Button>
          </div>
        )}
        {doing.busy ? <Bar label={t`Checking ${name}`} progress={doing.progress} /> : null}
        <Problem error={doing.error} />
      </section>
      {verdict === undefined ? null : (
        <section className="part" aria-labelledby="verdict">
          <h2 id="verdict">{name}</h2>
          <Verdict verdict={verdict} />
        </section>
      )}
    </Page>
  );
}
