import { Trans, useLingui } from "@lingui/react/macro";
import type { JournalRow, Person } from "../wire.ts";
import { Button } from "./button.tsx";
import { Choose } from "./choose.tsx";
import { Days } from "./days.tsx";
import { usePersonName } from "./person-name.tsx";

/** Who, what and when is shown of a journal; what is left empty does not narrow it. */
export interface Narrowed {
  /** An account. */
  readonly who: string;
  readonly what: "" | keyof typeof WHAT;
  /** Days as `2026-11-22`, both included. */
  readonly from: string;
  readonly to: string;
}

/** Everything. */
export const ALL: Narrowed = { who: "", what: "", from: "", to: "" };

const WHAT = {
  reading: ["opening", "export", "listing"],
  writing: ["upload", "correction", "deletion", "deposit"],
  access: ["share", "membership", "revocation", "rotation", "expiry", "refusal"],
  account: ["sign-up", "sign-in", "sign-out", "recovery", "password"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** The rows that are wanted. */
export function narrow(rows: readonly JournalRow[], wanted: Narrowed): readonly JournalRow[] {
  const kinds: readonly string[] | undefined = wanted.what === "" ? undefined : WHAT[wanted.what];
  const from = wanted.from === "" ? Number.NEGATIVE_INFINITY : dayOf(wanted.from);
  const to = wanted.to === "" ? Number.POSITIVE_INFINITY : dayOf(wanted.to, 1);
  return rows.filter(
    ({ who, kind, at }) =>
      (wanted.who === "" || who.account === wanted.who) &&
      (kinds === undefined || kinds.includes(kind)) &&
      at >= from &&
      at < to,
  );
}

/** The beginning of a day where this device is, or of one some days after. */
function dayOf(day: string, after = 0): number {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + after).getTime();
}

/** Who, what and when, behind a line that opens. */
export function JournalFilter({
  rows,
  wanted,
  want,
}: {
  readonly rows: readonly JournalRow[];
  readonly wanted: Narrowed;
  readonly want: (wanted: Narrowed) => void;
}) {
  const { t } = useLingui();
  const nameOf = usePersonName();
  const people = new Map<string, Person>(
    rows.flatMap(({ who }) => (who.account === "" ? [] : [[who.account, who] as const])),
  );
  const isNarrowed = JSON.stringify(wanted) !== JSON.stringify(ALL);
  const found = narrow(rows, wanted).length;
  return (
    <search className="part">
      <details>
        <summary>
          <Trans>Narrow it down: who, what, when</Trans>
        </summary>
        <div className="filters">
          <Choose label={t`Who`} value={wanted.who} choose={(who) => want({ ...wanted, who })}>
            <option value="">{t`Anybody`}</option>
            {[...people].map(([account, person]) => (
              <option key={account} value={account}>
                {nameOf(person)}
              </option>
            ))}
          </Choose>
          <Choose
            label={t`What`}
            value={wanted.what}
            choose={(what) => want({ ...wanted, what: isWhat(what) ? what : "" })}
          >
            <option value="">{t`Anything`}</option>
            <option value="reading">{t`Reading`}</option>
            <option value="writing">{t`Adding and changing`}</option>
            <option value="access">{t`Giving and ending access`}</option>
            <option value="account">{t`Devices, password and kit`}</option>
          </Choose>
          <Days wanted={wanted} want={(days) => want({ ...wanted, ...days })} />
        </div>
      </details>
      {isNarrowed ? (
        <div className="row">
          <p role="status">
            <Trans>
              {found} of {rows.length} lines
            </Trans>
          </p>
          <Button tone="quiet" onPress={() => want(ALL)}>
            <Trans>Show everything again</Trans>
          </Button>
        </div>
      ) : null}
    </search>
  );
}

function isWhat(text: string): text is keyof typeof WHAT {
  return Object.hasOwn(WHAT, text);
}
