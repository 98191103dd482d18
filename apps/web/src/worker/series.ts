import { calendarDate } from "../calendar-date.ts";
import { figureOf, isMembers, type Members } from "../shown/members.ts";
import { remarksOf } from "../shown/remarks.ts";
import type { Series, SeriesPoint } from "../wire.ts";

// Figures that belong together, out of FHIR R4 Observations: as they were given, none left out for
// being unusual, none converted, none judged. What is left out of a drawing is counted.

/** What was measured, in an observation or in one of its components; with its figure where it can be drawn. */
interface Part {
  readonly item: string;
  readonly code: string;
  readonly figure?: Figure;
}

interface Figure {
  /** What is drawn together: one code and unit, one person, method, sample and place on the body. */
  readonly key: string;
  readonly label: string;
  readonly unit: string;
  readonly point: SeriesPoint;
}

/**
 * The figures of `item` over time: those of the other observations that measure the same in the same
 * way in the same person. What was measured once makes no series. A result that was taken in twice
 * counts once.
 */
export function seriesOf(
  item: string,
  all: readonly (readonly [item: string, Members])[],
): Series[] {
  const parts = onceEach(item, all).flatMap(([each, resource]) => partsOf(each, resource));
  const own = parts.filter((part) => part.item === item);
  return own.flatMap(({ code, figure }): Series[] => {
    if (figure === undefined) return [];
    const { key, label, unit } = figure;
    const alike = parts.filter((part) => part.code === code);
    const points = alike
      .flatMap((part) => (part.figure?.key === key ? [part.figure.point] : []))
      .sort((a, b) => timeOf(a) - timeOf(b));
    return points.length < 2 ? [] : [{ label, unit, points, left: alike.length - points.length }];
  });
}

/** The same resource under several items stands once: under `item`, where it is one of them. */
function onceEach(item: string, all: readonly (readonly [item: string, Members])[]) {
  const first = new Map<string, readonly [string, Members]>();
  for (const each of all) {
    const json = JSON.stringify(each[1]);
    if (!first.has(json) || each[0] === item) first.set(json, each);
  }
  return [...first.values()];
}

function partsOf(item: string, resource: Members): Part[] {
  const components = Array.isArray(resource.component) ? resource.component.filter(isMembers) : [];
  const date = dateOf(resource);
  const isDrawn = date !== undefined && counts(resource);
  return [resource, ...components].flatMap((part): Part[] => {
    const { label, code } = codeOf(part.code);
    const { valueQuantity } = part;
    // A whole that only has parts measures nothing by itself.
    if (part === resource && components.length > 0 && valueQuantity === undefined) return [];
    const value = isMembers(valueQuantity) ? figureOf(valueQuantity.value) : undefined;
    if (!isDrawn || !isMembers(valueQuantity) || !Number.isFinite(Number(value ?? Number.NaN)))
      return [{ item, code }];
    const unit = textOf(valueQuantity.unit) || textOf(valueQuantity.code);
    const { subject, method, specimen, bodySite } = resource;
    const key = JSON.stringify([code, unit, personOf(subject), method, specimen, bodySite]);
    const point = {
      item,
      date,
      value: value ?? 0,
      comparator: textOf(valueQuantity.comparator),
      ...(["registered", "preliminary", "partial"].includes(textOf(resource.status))
        ? { preliminary: true }
        : {}),
      ...rangeOf(part, unit),
    };
    return [{ item, code, figure: { key, label, unit, point } }];
  });
}

/** Whether it is one to draw: no mistake, not cancelled, and nothing in it that is not understood. */
function counts(resource: Members): boolean {
  return remarksOf(resource).every(
    (remark) =>
      remark.kind === "status" && remark.code !== "cancelled" && remark.code !== "rejected",
  );
}

function dateOf({ effectiveDateTime, effectivePeriod, effectiveInstant, issued }: Members) {
  const start = isMembers(effectivePeriod) ? effectivePeriod.start : undefined;
  return [effectiveDateTime, effectiveInstant, start, issued].find(
    (each): each is string => typeof each === "string" && calendarDate(each) !== undefined,
  );
}

function timeOf({ date }: SeriesPoint): number {
  return calendarDate(date)?.at ?? 0;
}

/** Whom it is about, by name where there is one: two bundles may refer to one person by two addresses. */
function personOf(subject: unknown): string {
  if (!isMembers(subject)) return "";
  return textOf(subject.display) || textOf(subject.reference);
}

/** What was measured, by its code where it has one: a laboratory may word it anew each year. */
function codeOf(given: unknown): { label: string; code: string } {
  if (!isMembers(given)) return { label: "", code: "" };
  const codings = Array.isArray(given.coding) ? given.coding.filter(isMembers) : [];
  const [first] = codings;
  const label = textOf(given.text) || textOf(first?.display);
  const isCoded = first !== undefined && typeof first.code === "string";
  return { label, code: isCoded ? `${textOf(first.system)}|${textOf(first.code)}` : label };
}

/** The range that came with this value, where it is one range of figures in the value's own unit. */
function rangeOf(
  { referenceRange }: Members,
  unit: string,
): Pick<SeriesPoint, "low" | "high" | "ranges"> {
  const ranges = Array.isArray(referenceRange) ? referenceRange.filter(isMembers) : [];
  const [range] = ranges;
  if (range === undefined) return {};
  const [low, high] = [boundOf(range.low, unit), boundOf(range.high, unit)];
  const isWhole =
    (range.low === undefined || low !== undefined) &&
    (range.high === undefined || high !== undefined);
  if (ranges.length > 1 || !isWhole || (low ?? high) === undefined) return { ranges: true };
  return { ...(low === undefined ? {} : { low }), ...(high === undefined ? {} : { high }) };
}

function boundOf(bound: unknown, unit: string): number | string | undefined {
  if (!isMembers(bound)) return undefined;
  const own = textOf(bound.unit) || textOf(bound.code);
  return own === "" || own === unit ? figureOf(bound.value) : undefined;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
