import type { Series, SeriesPoint } from "../wire.ts";

// Figures that belong together, out of FHIR R4 Observations: as they were given, none left out for
// being unusual, none converted, none judged.

type Resource = Readonly<Record<string, unknown>>;

/** One figure of an observation, or of one of its components. */
interface Figure {
  readonly key: string;
  readonly label: string;
  readonly unit: string;
  readonly point: SeriesPoint;
}

/**
 * The figures of `item` over time: those of the other observations that carry the same code and unit.
 * What was measured once makes no series.
 */
export function seriesOf(
  item: string,
  all: readonly (readonly [item: string, Resource])[],
): Series[] {
  const figures = all.flatMap(([each, resource]) => figuresOf(each, resource));
  const own = figures.filter(({ point }) => point.item === item);
  return own.flatMap(({ key, label, unit }): Series[] => {
    const points = figures
      .filter((figure) => figure.key === key)
      .map(({ point }) => point)
      .sort((a, b) => (a.date < b.date ? -1 : 1));
    return points.length < 2 ? [] : [{ label, unit, points }];
  });
}

function figuresOf(item: string, resource: Resource): Figure[] {
  const date = dateOf(resource);
  if (date === undefined || resource.status === "entered-in-error") return [];
  const parts = Array.isArray(resource.component) ? resource.component.filter(isRecord) : [];
  return [resource, ...parts].flatMap((part): Figure[] => {
    const { valueQuantity, code } = part;
    if (!isRecord(valueQuantity) || typeof valueQuantity.value !== "number") return [];
    const { label, key } = codeOf(code);
    const unit = textOf(valueQuantity.unit) || textOf(valueQuantity.code);
    const point = {
      item,
      date,
      value: valueQuantity.value,
      comparator: textOf(valueQuantity.comparator),
      ...rangeOf(part),
    };
    return [{ key: `${key} ${unit}`, label, unit, point }];
  });
}

function dateOf({ effectiveDateTime, effectivePeriod, effectiveInstant, issued }: Resource) {
  const start = isRecord(effectivePeriod) ? effectivePeriod.start : undefined;
  return [effectiveDateTime, effectiveInstant, start, issued].find(
    (each) => typeof each === "string",
  );
}

/** What was measured, by its code where it has one: a laboratory may word it anew each year. */
function codeOf(code: unknown): { label: string; key: string } {
  if (!isRecord(code)) return { label: "", key: "" };
  const codings = Array.isArray(code.coding) ? code.coding.filter(isRecord) : [];
  const [first] = codings;
  const label = textOf(code.text) || textOf(first?.display);
  const isCoded = first !== undefined && typeof first.code === "string";
  return { label, key: isCoded ? `${textOf(first.system)}|${textOf(first.code)}` : label };
}

/** The range that came with this value, where it is one range of figures. */
function rangeOf({ referenceRange }: Resource): { low?: number; high?: number } {
  const ranges = Array.isArray(referenceRange) ? referenceRange.filter(isRecord) : [];
  const [range] = ranges;
  if (range === undefined || ranges.length > 1) return {};
  const low = isRecord(range.low) ? range.low.value : undefined;
  const high = isRecord(range.high) ? range.high.value : undefined;
  return {
    ...(typeof low === "number" ? { low } : {}),
    ...(typeof high === "number" ? { high } : {}),
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function isRecord(value: unknown): value is Resource {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
