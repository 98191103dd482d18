import { Trans, useLingui } from "@lingui/react/macro";
import { useNavigate } from "@tanstack/react-router";
import { STOPS, setStop, useStop } from "../tour.ts";
import { Button } from "./button.tsx";

/** What the guided tour says at this stop, above the page it is about. */
export function TourBand() {
  const { t } = useLingui();
  const stop = useStop();
  const go = useGoTo();
  if (stop === undefined) return null;
  const all = STOPS.length;
  const isLast = stop === all - 1;
  return (
    <section className="tour unprinted" aria-label={t`Guided tour`}>
      <div aria-live="polite">
        <p className="tour-place">
          <Trans>
            Guided tour, stop {stop + 1} of {all}
          </Trans>
        </p>
        <p>
          <Said stop={stop} />
        </p>
      </div>
      <div className="row">
        {stop > 0 ? (
          <Button onPress={() => go(stop - 1)}>
            <Trans>Previous stop</Trans>
          </Button>
        ) : null}
        {isLast ? null : (
          <Button tone="first" onPress={() => go(stop + 1)}>
            <Trans>Next stop</Trans>
          </Button>
        )}
        <Button tone={isLast ? "first" : "quiet"} onPress={() => setStop(undefined)}>
          <Trans>End the tour</Trans>
        </Button>
      </div>
    </section>
  );
}

/** Leads to a stop of the tour. */
export function useGoTo(): (stop: number) => void {
  const navigate = useNavigate();
  return (stop) => {
    setStop(stop);
    void navigate({ to: STOPS[stop] ?? STOPS[0] });
  };
}

function Said({ stop }: { readonly stop: number }) {
  switch (stop) {
    case 0:
      return (
        <Trans>
          Here is all you keep: letters, results, pictures. Open a result: what was measured over
          the months stands in one chart. Add a photo or a file with the buttons below.
        </Trans>
      );
    case 1:
      return (
        <Trans>
          Here you let somebody read. Choose documents, a person and a day. At the end one sentence
          says what will happen, before it does.
        </Trans>
      );
    case 2:
      return (
        <Trans>
          For the waiting room: choose what your doctor may read, and until what hour. A code then
          appears, which they scan. Six digits on both screens prove that nobody stands between you.
        </Trans>
      );
    case 3:
      return (
        <Trans>
          Who can read what, and until when, on one page. One button ends an access at once.
        </Trans>
      );
    case 4:
      return (
        <Trans>
          Each time somebody opens a document, a line appears here. Nobody can take it out unseen,
          not even the service. You can take the whole journal with you and have it checked.
        </Trans>
      );
    default:
      return (
        <Trans>
          A lost phone or a forgotten password must not cost you your record. Here you see the ways
          back, and can add one more.
        </Trans>
      );
  }
}
