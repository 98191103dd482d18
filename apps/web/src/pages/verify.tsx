import { Trans, useLingui } from "@lingui/react/macro";
import { useEffect, useState } from "react";
import { Checkbox, DropZone, FileTrigger, Text } from "react-aria-components";
import { useDoing } from "../answers.ts";
import { Bar } from "../parts/bar.tsx";
import { Button } from "../parts/button.tsx";
import { Field } from "../parts/field.tsx";
import { Page } from "../parts/page.tsx";
import { Problem } from "../parts/problem.tsx";
import { DoneSign } from "../parts/signs.tsx";
import { Verdict } from "../parts/verdict.tsx";
import { ask } from "../vault.ts";
import type { ExportVerdict } from "../wire-export.ts";

/** Checks a copy of a journal on this device: by anybody, without an account and without network. */
export function VerifyPage() {
  const { t } = useLingui();
  const [logKey, setLogKey] = useState("");
  const [demonstration, setDemonstration] = useState(false);
  const [name, setName] = useState("");
  const [verdict, setVerdict] = useState<ExportVerdict>();
  const doing = useDoing();
  // Fetched now: a network that goes away takes nothing of it along.
  useEffect(() => void ask("verifyReady").catch(() => undefined), []);

  const check = async (file: File | undefined) => {
    if (file === undefined || doing.busy) return;
    setName(file.name);
    setVerdict(undefined);
    await doing.run(async (progress) => {
      setVerdict(await ask("verifyExport", { file, logKey, demonstration }, progress));
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
        <details>
          <summary>
            <Trans>What you know already</Trans>
          </summary>
          <div className="part">
            <Field
              label={<Trans>The log’s key</Trans>}
              hint={<Trans>If you have it from the operator, or from an earlier copy.</Trans>}
              value={logKey}
              onChange={setLogKey}
              exact={true}
            />
            <Checkbox className="choice" isSelected={demonstration} onChange={setDemonstration}>
              <span className="mark">
                <DoneSign />
              </span>
              <span>
                <Trans>This copy comes from a demonstration: let its easy blocks count.</Trans>
              </span>
            </Checkbox>
          </div>
        </details>
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
