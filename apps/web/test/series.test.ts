import assert from "node:assert/strict";
import { test } from "node:test";
import { seriesOf } from "../src/worker/series.ts";

const LOINC = "http://loinc.org";

function observation(date: string, value: number, more: Record<string, unknown> = {}) {
  return {
    resourceType: "Observation",
    status: "final",
    code: { text: "Glycémie", coding: [{ system: LOINC, code: "1558-6" }] },
    effectiveDateTime: date,
    valueQuantity: { value, unit: "g/L" },
    ...more,
  };
}

test("figures of one code and unit, oldest first, each as it was given", () => {
  const range = [{ low: { value: 0.7 }, high: { value: 1.1 } }];
  const series = seriesOf("b", [
    ["b", observation("2026-03-01", 1.2, { referenceRange: range })],
    ["a", observation("2025-03-01", 900)],
    [
      "c",
      observation("2026-04-01", 0.5, {
        valueQuantity: { value: 0.5, unit: "g/L", comparator: "<" },
      }),
    ],
    ["d", observation("2026-05-01", 6, { valueQuantity: { value: 6, unit: "mmol/L" } })],
    [
      "e",
      observation("2026-06-01", 7, {
        code: { text: "Glycémie", coding: [{ system: LOINC, code: "x" }] },
      }),
    ],
    ["f", observation("2026-07-01", 8, { status: "entered-in-error" })],
  ]);
  assert.deepEqual(series, [
    {
      label: "Glycémie",
      unit: "g/L",
      points: [
        { item: "a", date: "2025-03-01", value: 900, comparator: "" },
        { item: "b", date: "2026-03-01", value: 1.2, comparator: "", low: 0.7, high: 1.1 },
        { item: "c", date: "2026-04-01", value: 0.5, comparator: "<" },
      ],
    },
  ]);
});

test("each part of a result is a series of its own", () => {
  const pressure = (date: string, high: number, low: number) => ({
    code: { text: "Pression artérielle" },
    effectiveDateTime: date,
    component: [
      { code: { text: "Systolique" }, valueQuantity: { value: high, unit: "mmHg" } },
      { code: { text: "Diastolique" }, valueQuantity: { value: low, unit: "mmHg" } },
    ],
  });
  const series = seriesOf("a", [
    ["a", pressure("2026-01-01", 132, 81)],
    ["b", pressure("2025-01-01", 140, 88)],
  ]);
  assert.deepEqual(
    series.map(({ label, points }) => [label, points.map(({ value }) => value)]),
    [
      ["Systolique", [140, 132]],
      ["Diastolique", [88, 81]],
    ],
  );
});

test("what was measured once, or carries no figure, makes no series", () => {
  assert.deepEqual(seriesOf("a", [["a", observation("2026-01-01", 1)]]), []);
  const words = { code: { text: "x" }, effectiveDateTime: "2026", valueString: "normal" };
  assert.deepEqual(
    seriesOf("a", [
      ["a", words],
      ["b", words],
    ]),
    [],
  );
});
