import { Trans, useLingui } from "@lingui/react/macro";
import { Checkbox } from "react-aria-components";
import { ChosenFiles } from "./chosen-files.tsx";
import { Field } from "./field.tsx";
import { DoneSign } from "./signs.tsx";

/** What somebody who checks a copy may know beforehand. */
export interface KnownBefore {
  readonly logKey: string;
  readonly earlier: readonly File[];
  readonly roots: readonly File[];
  readonly witnesses: readonly File[];
  readonly demonstration: boolean;
}

export const NOTHING_KNOWN: KnownBefore = {
  logKey: "",
  earlier: [],
  roots: [],
  witnesses: [],
  demonstration: false,
};

/** Asks for it, folded away: a copy is checked without any of it. */
export function MoreChecks({
  known,
  setKnown,
}: {
  readonly known: KnownBefore;
  readonly setKnown: (known: KnownBefore) => void;
}) {
  const { t } = useLingui();
  const set = (part: Partial<KnownBefore>) => setKnown({ ...known, ...part });
  return (
    <details>
      <summary>
        <Trans>More checks</Trans>
      </summary>
      <div className="part">
        <p>
          <Trans>
            You need none of this. Without it, the copy says itself whom to trust. Each thing that
            you add from elsewhere makes the answer worth more.
          </Trans>
        </p>
        <Field
          label={<Trans>The log’s key</Trans>}
          hint={<Trans>If you have it from the operator, or from an earlier copy.</Trans>}
          value={known.logKey}
          onChange={(logKey) => set({ logKey })}
          exact={true}
        />
        <ChosenFiles
          label={t`An earlier copy`}
          hint={
            <Trans>
              If you kept one. The copy you check must go on from it: then nothing in it was changed
              since.
            </Trans>
          }
          ends={[".zip", "application/zip"]}
          files={known.earlier}
          setFiles={(earlier) => set({ earlier })}
        >
          <Trans>Choose the earlier copy</Trans>
        </ChosenFiles>
        <ChosenFiles
          label={t`Certificates of authorities`}
          hint={
            <Trans>
              Of the time-stamping authorities that you trust, from their own pages: files that end
              in .pem, .crt, .cer or .der. Then only their time stamps count.
            </Trans>
          }
          ends={[".pem", ".crt", ".cer", ".der", "application/x-x509-ca-cert"]}
          several={true}
          files={known.roots}
          setFiles={(roots) => set({ roots })}
        >
          <Trans>Choose certificates</Trans>
        </ChosenFiles>
        <ChosenFiles
          label={t`Your own list of witnesses`}
          hint={
            <Trans>
              A file like log/witnesses.json in the copy, with those that you trust. Then only they
              count.
            </Trans>
          }
          ends={[".json", "application/json"]}
          files={known.witnesses}
          setFiles={(witnesses) => set({ witnesses })}
        >
          <Trans>Choose the list</Trans>
        </ChosenFiles>
        <Checkbox
          className="choice"
          isSelected={known.demonstration}
          onChange={(demonstration) => set({ demonstration })}
        >
          <span className="mark">
            <DoneSign />
          </span>
          <span>
            <Trans>This copy comes from a demonstration: let its easy blocks count.</Trans>
          </span>
        </Checkbox>
      </div>
    </details>
  );
}
