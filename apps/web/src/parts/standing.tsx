import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useEffect, useState } from "react";
import { useDoing } from "../answers.ts";
import { useLooking } from "../looking.ts";
import { ask } from "../vault.ts";
import type { StandingRow } from "../wire-visit.ts";
import { hourInWords } from "../words.ts";
import { Button } from "./button.tsx";
import { Problem } from "./problem.tsx";
import { EyeSign } from "./signs.tsx";

const EVERY_MS = 15_000;

/** Told when somebody without an account was let in, so that the sentence stands at once. */
export const guests = new EventTarget();

/** Who can read this now, and until what hour: on every page while it lasts, with the button that ends it. */
export function Standing() {
  const [turn, setTurn] = useState(0);
  const { seen } = useLooking("standing", EVERY_MS, turn);
  useEffect(() => {
    const look = () => setTurn((n) => n + 1);
    guests.addEventListener("changed", look);
    return () => guests.removeEventListener("changed", look);
  }, []);
  if (seen === undefined || seen.length === 0) return null;
  return (
    <section className="standing" aria-live="polite">
      {seen.map((row) => (
        <Reading key={row.account} row={row} ended={() => setTurn((n) => n + 1)} />
      ))}
    </section>
  );
}

function Reading({ row, ended }: { readonly row: StandingRow; readonly ended: () => void }) {
  const { i18n, t } = useLingui();
  const doing = useDoing();
  const { name } = row;
  const hour = hourInWords(row.until, i18n.locale);
  return (
    <div className="notice" data-tone="care">
      <EyeSign />
      <div>
        <p>
          <Plural
            value={row.count}
            one={`${name} can read # of your documents until ${hour}.`}
            other={`${name} can read # of your documents until ${hour}.`}
          />
        </p>
        <Problem error={doing.error} />
        <Button
          tone="alarm"
          busy={doing.busy}
          aria-label={t`End it now: what ${name} can read`}
          onPress={async () => {
            const isGood = await doing.run(async () => {
              await ask("endGuest", { account: row.account });
            });
            if (isGood) ended();
          }}
        >
          <Trans>End it now</Trans>
        </Button>
      </div>
    </div>
  );
}
