import { Trans } from "@lingui/react/macro";
import { useAnswer } from "../answers.ts";
import { Button } from "./button.tsx";
import { Chart } from "./chart.tsx";
import { Awaited } from "./waiting.tsx";

/** The same result on other days, where there are any. */
export function OverTime({ item }: { readonly item: string }) {
  const series = useAnswer("series", { item });
  if (series.answer?.length === 0) return null;
  return (
    <section className="part">
      <h2>
        <Trans>Over time</Trans>
      </h2>
      <Awaited of={series}>
        {(all) => (
          <>
            {all.map((each) => (
              <Chart key={`${each.label} ${each.unit}`} series={each} />
            ))}
            <p className="hint">
              <Trans>
                Drawn as the figures were given. Écrin does not judge them and gives no advice. What
                they mean for you, ask the person who treats you.
              </Trans>
            </p>
            <div className="row unprinted">
              <Button onPress={() => globalThis.print()}>
                <Trans>Print this page</Trans>
              </Button>
            </div>
          </>
        )}
      </Awaited>
    </section>
  );
}
