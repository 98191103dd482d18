import { useLingui } from "@lingui/react/macro";
import { Label, ProgressBar } from "react-aria-components";

/** How far long work is; without a figure it only says that something goes on. */
export function Bar({
  label,
  progress,
}: {
  readonly label: string;
  readonly progress: number | undefined;
}) {
  const { t } = useLingui();
  const percent = progress === undefined ? undefined : Math.round(progress * 100);
  return (
    <ProgressBar
      className="bar"
      value={percent ?? 0}
      isIndeterminate={percent === undefined}
      valueLabel={percent === undefined ? t`working` : `${percent} %`}
    >
      {({ valueText }) => (
        <>
          <Label className="hint">
            {label} {percent === undefined ? "…" : valueText}
          </Label>
          {percent === undefined ? null : (
            <span className="bar-track">
              <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
                <rect width={percent} height="1" fill="currentColor" />
              </svg>
            </span>
          )}
        </>
      )}
    </ProgressBar>
  );
}
