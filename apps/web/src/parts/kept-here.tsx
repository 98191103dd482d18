import { Trans } from "@lingui/react/macro";

/** Where a version is, on a device that keeps its record: nothing is said where it is at the service alone. */
export function KeptHere({
  waits = false,
  opens = false,
}: {
  readonly waits?: boolean | undefined;
  readonly opens?: boolean | undefined;
}) {
  if (!waits && !opens) return null;
  return (
    <span className="tag">
      {waits ? <Trans>On this device only</Trans> : <Trans>Opens without network</Trans>}
    </span>
  );
}
