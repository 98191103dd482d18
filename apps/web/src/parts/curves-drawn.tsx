import { useLingui } from "@lingui/react/macro";
import type { Channel, Curves } from "../shown/dicom.ts";
import { figureInWords } from "../words.ts";

const WIDTH = 800;
const HEIGHT = 120;
/** More points than this on one line draw the same line. */
const POINTS = 1_600;

/** Curves over time, one below the other, each on a scale of its own: an ECG's leads, as they were recorded. */
export function CurvesDrawn({ curves: { label, rate, channels } }: { readonly curves: Curves }) {
  const { t, i18n } = useLingui();
  const seconds = (channels[0]?.values.length ?? 0) / rate;
  const length = figureInWords(Number(seconds.toPrecision(3)), i18n.locale);
  return (
    <figure className="chart curves">
      <figcaption>
        <strong>{label === "" ? t`Curves` : label}</strong> · {t`${length} seconds`}
      </figcaption>
      {channels.map((channel, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a file that was opened never changes.
        <Curve key={i} channel={channel} />
      ))}
    </figure>
  );
}

function Curve({ channel: { name, unit, values } }: { readonly channel: Channel }) {
  const { t, i18n } = useLingui();
  const { least, most } = rangeOf(values);
  const [low = "", high = ""] = [least, most].map((each) =>
    figureInWords(Number(each.toPrecision(3)), i18n.locale),
  );
  const title = name === "" ? t`Curve` : name;
  const x = (at: number) => (at / Math.max(1, values.length - 1)) * WIDTH;
  const y = (value: number) => HEIGHT - ((value - least) / (most - least || 1)) * HEIGHT;
  const step = Math.max(1, Math.floor(values.length / POINTS));
  const line: string[] = [];
  for (let i = 0; i < values.length; i += step) {
    line.push(`${x(i).toFixed(1)},${y(peak(values, i, step)).toFixed(1)}`);
  }
  return (
    <>
      <span>
        {title} ({low} … {high} {unit})
      </span>
      <svg
        viewBox={`0 -4 ${WIDTH} ${HEIGHT + 8}`}
        role="img"
        aria-label={t`${title}, from ${low} to ${high} ${unit}`}
      >
        <polyline points={line.join(" ")} />
      </svg>
    </>
  );
}

/** Of several samples that share a point, the one farthest from none: a narrow peak stays. */
function peak(values: Float32Array, from: number, count: number): number {
  let far = values[from] ?? 0;
  for (let i = from + 1; i < Math.min(values.length, from + count); i++) {
    const value = values[i] ?? 0;
    if (Math.abs(value) > Math.abs(far)) far = value;
  }
  return far;
}

function rangeOf(values: Float32Array): { readonly least: number; readonly most: number } {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return Number.isFinite(least) ? { least, most } : { least: 0, most: 0 };
}
