import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { calendarDate } from "../calendar-date.ts";
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
  const { label, unit, points, left } = series;
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return null;
  const hasRange = points.some(
    ({ low, high, ranges }) => low !== undefined || high !== undefined || ranges === true,
  );
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
      <p className="hint">
        {beginsAtNone(points) ? null : (
          <>
            <Trans>The scale does not begin at 0.</Trans>{" "}
          </>
        )}
        {points.every(isExact) ? null : (
          <Trans>
            A hollow point is less or more than where it stands, not final, or without its day.
          </Trans>
        )}
      </p>
      {left === 0 ? null : (
        <p>
          <Plural
            value={left}
            one="One more result of this name is not drawn."
            other="# more results of this name are not drawn."
          />{" "}
          <Trans>
            Left out are older ones, those with another unit, method, sample or person, without a
            figure or a date, and those that do not count.
          </Trans>
        </p>
      )}
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
                {point.preliminary === true ? (
                  <>
                    {" "}
                    <Trans>(not final)</Trans>
                  </>
                ) : null}
              </td>
              {hasRange ? (
                <td>
                  {point.ranges === true ? (
                    <Trans>Open the result to see it.</Trans>
                  ) : (
                    rangeOf(point, i18n.locale)
                  )}
                </td>
              ) : null}
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
      {exactRuns(points).map((run) => (
        <polyline
          key={`${run[0]?.item} ${run[0]?.date}`}
          points={run.map((point) => `${x(point)},${y(Number(point.value))}`).join(" ")}
        />
      ))}
      {points.map((point) => (
        <circle
          key={`${point.item} ${point.date}`}
          className={isExact(point) ? undefined : "hollow"}
          cx={x(point)}
          cy={y(Number(point.value))}
          r="6"
        />
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
  return <line className="range" x1={x} x2={x} y1={y(Number(low))} y2={y(Number(high))} />;
}

/** Whether it stands where it was measured: on its day, at its figure, for good. */
function isExact({ comparator, preliminary, date }: SeriesPoint): boolean {
  const precision = calendarDate(date)?.precision;
  const hasDay = precision === "day" || precision === "moment";
  return comparator === "" && preliminary !== true && hasDay;
}

/** A line joins only what was measured exactly, one after the other. */
function exactRuns(points: readonly SeriesPoint[]): readonly (readonly SeriesPoint[])[] {
  const runs: SeriesPoint[][] = [[]];
  for (const point of points) {
    if (isExact(point)) runs.at(-1)?.push(point);
    else runs.push([]);
  }
  return runs.filter((run) => run.length > 1);
}

/** Whether the scale has its 0. */
function beginsAtNone(points: readonly SeriesPoint[]): boolean {
  const { marks } = scalesOf(points);
  return Math.min(...marks) <= 0 && Math.max(...marks) >= 0;
}

/** Where dates and values stand; a range that was given is part of the picture. */
function scalesOf(points: readonly SeriesPoint[]) {
  const times = points.map(timeOf);
  const [begin, end] = [Math.min(...times), Math.max(...times)];
  const values = points
    .flatMap(({ value, low, high }) => [value, low ?? value, high ?? value])
    .map(Number);
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
  return calendarDate(date)?.at ?? 0;
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
