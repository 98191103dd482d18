import { Trans } from "@lingui/react/macro";
import { useSession } from "../session.tsx";
import { STOPS } from "../tour.ts";
import { Button } from "./button.tsx";
import { useGoTo } from "./tour-band.tsx";

/** The beginning of the guided tour, for whoever has a record open: its stops are in it. */
export function TourStart() {
  const { status } = useSession();
  const go = useGoTo();
  const count = STOPS.length;
  if (status.state !== "open") {
    return (
      <p>
        <Trans>Once your record is open, a guided tour begins here.</Trans>
      </p>
    );
  }
  return (
    <div className="row">
      <Button onPress={() => go(0)}>
        <Trans>Take the guided tour: {count} stops</Trans>
      </Button>
    </div>
  );
}
