import { Trans, useLingui } from "@lingui/react/macro";
import type { Series, SeriesPoint } from "../wire.ts";
import { dateInWords, figureInWords } from "../words.ts";

const WIDTH = 400;
const HEIGHT = 230;
const LEFT = 60;
const RIGHT = 20;
const TOP = 16;
const BOTTOM = 40;

/**
 * Figures over time: drawn as they were given, and the same in a table. No line is fitted, nothing is
 * coloured by what it might mean, and the text says so.
 */
export function Chart({ series }: { readonly series: Series }) {
  const { t, i18n } = useLingui();
  const { label, unit, points } = series;
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return null;
  const hasRange = points.some(({ low, high }) => low !== undefined || high !== undefined);
  const title = unit === "" ? label : `${label} (${unit})`;
  const from = dateInWords(first.date, i18n.locale);
  const to = dateInWords(last.date, i18n.locale);
  return (
    <figure className="chart">
      <figcaption>
        <strong>{title}</strong>
      </figcaption>
      <Drawing
        points={points}
        language={i18n.locale}
        label={t`${title}: ${points.length} values from ${from} to ${to}. The table below has each.`}
      />
      <table className="figures">
        <caption className="unseen">{title}</caption>
        <thead>
          <tr>
            <th scope="col">
              <Trans>Date</Trans>
            </th>
            <th scope="col">
              <Trans>Value</Trans>
            </th>
            {hasRange ? (
              <th scope="col">
                <Trans>Usual range given with it</Trans>
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {points.toReversed().map((point) => (
            <tr key={`${point.item} ${point.date}`}>
              <th scope="row">{dateInWords(point.date, i18n.locale)}</th>
              <td>
                {`${point.comparator} ${figureInWords(point.value, i18n.locale)} ${unit}`.trim()}
              </td>
              {hasRange ? <td>{rangeOf(point, i18n.locale)}</td> : null}
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

function Drawing({
  points,
  language,
  label,
}: {
  readonly points: readonly SeriesPoint[];
  readonly language: string;
  readonly label: string;
}) {
  const { x, y, marks, days } = scalesOf(points);
  const line = points.map((point) => `${x(point)},${y(point.value)}`).join(" ");
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {marks.map((mark) => (
        <g key={mark}>
          <line className="grid" x1={LEFT} x2={WIDTH - RIGHT} y1={y(mark)} y2={y(mark)} />
          <text x={LEFT - 8} y={y(mark)} textAnchor="end" dominantBaseline="middle">
            {figureInWords(mark, language)}
          </text>
        </g>
      ))}
      {points.map((point) => (
        <Range key={`${point.item} ${point.date}`} point={point} x={x(point)} y={y} />
      ))}
      <polyline points={line} />
      {points.map((point) => (
        <circle key={`${point.item} ${point.date}`} cx={x(point)} cy={y(point.value)} r="6" />
      ))}
      {days.map((point, i) => (
        <text key={point.date} x={x(point)} y={HEIGHT - 12} textAnchor={i === 0 ? "start" : "end"}>
          {dateInWords(point.date, language)}
        </text>
      ))}
    </svg>
  );
}

/** The range that came with this very value: a stroke behind its point. */
function Range({
  point: { low, high },
  x,
  y,
}: {
  readonly point: SeriesPoint;
  readonly x: number;
  readonly y: (value: number) => number;
}) {
  if (low === undefined || high === undefined) return null;
  return <line className="range" x1={x} x2={x} y1={y(low)} y2={y(high)} />;
}

/** Where dates and values stand; a range that was given is part of the picture. */
function scalesOf(points: readonly SeriesPoint[]) {
  const times = points.map(timeOf);
  const [begin, end] = [Math.min(...times), Math.max(...times)];
  const values = points.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const step = stepOf(most - least || Math.abs(most) || 1);
  const [bottom, top] = [Math.floor(least / step) * step, Math.ceil(most / step) * step || step];
  const tall = top - bottom || step;
  const x = (point: SeriesPoint) =>
    LEFT + 8 + ((timeOf(point) - begin) / (end - begin || 1)) * (WIDTH - LEFT - RIGHT - 16);
  const y = (value: number) => TOP + (1 - (value - bottom) / tall) * (HEIGHT - TOP - BOTTOM);
  const count = Math.round(tall / step);
  // Multiplied and not added up, so that 0.1 does not grow a tail of digits.
  const marks = Array.from({ length: count + 1 }, (_, i) =>
    Number((bottom + i * step).toPrecision(12)),
  );
  const [first, last] = [points[0], points.at(-1)];
  return { x, y, marks, days: [first, last].filter((point) => point !== undefined) };
}

function timeOf({ date }: SeriesPoint): number {
  return Date.parse(date.length === 4 ? `${date}-01-01` : date);
}

/** A round distance of which some four make the whole. */
function stepOf(whole: number): number {
  const rough = whole / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const round = [1, 2, 5, 10].find((each) => each * power >= rough) ?? 10;
  return round * power;
}

function rangeOf({ low, high }: SeriesPoint, language: string): string {
  if (low !== undefined && high !== undefined) {
    return `${figureInWords(low, language)} – ${figureInWords(high, language)}`;
  }
  if (low !== undefined) return `≥ ${figureInWords(low, language)}`;
  return high === undefined ? "–" : `≤ ${figureInWords(high, language)}`;
}
