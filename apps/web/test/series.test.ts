import assert from "node:assert/strict";
import { test } from "node:test";
import { ClientError, type ListedItem, type Opened } from "@ecrin/client";
import { newId, utf8 } from "@ecrin/protocol";
import type { Series } from "../src/wire.ts";
import { drawn } from "../src/worker/drawn.ts";
import { seriesOf } from "../src/worker/series.ts";
import { startDrawing } from "./drawn.ts";

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
      left: 2,
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

/** A second result beside the plain one: how many points there are, and how many are left out. */
function beside(more: Record<string, unknown>): readonly (number | undefined)[] {
  const [series] = seriesOf("a", [
    ["a", observation("2026-01-01", 1)],
    ["b", observation("2026-02-01", 2)],
    ["c", observation("2026-03-01", 3, more)],
  ]);
  return [series?.points.length, series?.left];
}

test("what was measured in somebody else, or otherwise, or does not count, is not drawn, and counted", () => {
  assert.deepEqual(beside({}), [3, 0]);
  for (const more of [
    { subject: { display: "Louis Moreau" } },
    { subject: { reference: "Patient/2" } },
    { method: { text: "x" } },
    { specimen: { display: "urine" } },
    { bodySite: { text: "left arm" } },
    { status: "cancelled" },
    { status: "entered-in-error" },
    { modifierExtension: [{ url: "urn:x" }] },
    { implicitRules: "urn:x" },
    { effectiveDateTime: "2026-02-30" },
    { effectiveDateTime: undefined },
    { valueQuantity: { value: 3, unit: "mg/L" } },
    { valueQuantity: { unit: "g/L" } },
    { valueQuantity: undefined, valueString: "too high to measure" },
  ])
    assert.deepEqual(beside(more), [2, 1], JSON.stringify(more));
});

test("digits stay, what is not final is told, and a point stands in the order of its moment", () => {
  const [series] = seriesOf("a", [
    ["a", observation("2026-01-01T23:30:00-05:00", 1)],
    ["b", observation("2026-01-02T01:00:00+02:00", 2, { status: "preliminary" })],
    ["c", observation("2025", 3, { valueQuantity: { value: { digits: "1.10" }, unit: "g/L" } })],
  ]);
  assert.deepEqual(
    series?.points.map(({ value, preliminary }) => [value, preliminary]),
    [
      ["1.10", undefined],
      [2, true],
      [1, undefined],
    ],
  );
});

test("a result that was taken in twice counts once, as the one that is looked at", () => {
  const same = observation("2026-01-01", 1);
  const [series] = seriesOf("b", [
    ["a", same],
    ["b", same],
    ["c", observation("2026-02-01", 2)],
  ]);
  assert.deepEqual(
    series?.points.map(({ item }) => item),
    ["b", "c"],
  );
  assert.equal(series?.left, 0);
});

test("a range in another unit, or one of several, is not drawn as the value's own", () => {
  const rangesOf = (referenceRange: unknown) =>
    seriesOf("a", [
      ["a", observation("2026-01-01", 1, { referenceRange })],
      ["b", observation("2026-02-01", 2)],
    ])[0]?.points[0];
  const [low, high] = [{ value: 1, unit: "g/L" }, { value: 2 }];
  assert.deepEqual(rangesOf([{ low, high }])?.low, 1);
  assert.deepEqual(rangesOf([{ low, high }])?.high, 2);
  for (const ranges of [
    [{ low: { value: 1, unit: "mg/L" }, high }],
    [{ high }, { high }],
    [{ text: "normal" }],
  ]) {
    const { low: drawn, high: upper, ranges: told } = rangesOf(ranges) ?? {};
    assert.deepEqual([drawn, upper, told], [undefined, undefined, true]);
  }
});

test("what a drawing does not show by itself is said beside it", async (t) => {
  const drawing = await startDrawing();
  t.after(() => drawing.stop());
  const point = (value: number | string, more: object = {}) => ({
    item: String(value),
    date: `2026-0${String(value).length}-01`,
    value,
    comparator: "",
    ...more,
  });
  const said = (series: Partial<Series>) =>
    drawing.draw("parts/chart.tsx", "Chart", "en", {
      series: { label: "Potassium", unit: "mmol/L", left: 0, points: [], ...series },
    });
  const plain = await said({ points: [point(0), point(10)] });
  assert.doesNotMatch(plain, /does not begin|hollow|not drawn|not final/);
  assert.match(
    await said({ points: [point(141), point("140.0")] }),
    /The scale does not begin at 0/,
  );
  assert.match(await said({ points: [point(141), point("140.0")] }), /140\.0 mmol\/L/);
  const preliminary = await said({ points: [point(0), point(10, { preliminary: true })] });
  assert.match(preliminary, /hollow.*10 mmol\/L \(not final\)/);
  assert.match(await said({ points: [point(0), point(10, { comparator: "<" })] }), /hollow/);
  assert.match(await said({ points: [point(0), point(10, { date: "2026" })] }), /hollow/);
  assert.match(await said({ points: [point(0), point(10)], left: 3 }), /3 more results/);
  assert.match(await said({ points: [point(0, { ranges: true }), point(10)] }), /Open the result/);
});

/** A record of results of one name, of which those without a value do not open. */
function recordOf(values: readonly (number | undefined)[], refusal: ClientError) {
  const items = values.map((value, i) => {
    const date = `2026-0${i + 1}-01`;
    const listed: ListedItem = {
      item: newId<"item">(),
      revision: newId<"revision">(),
      metadata: {
        v: 1,
        kind: "fhir",
        title: "Glycémie",
        type: "Observation",
        mediaType: "application/fhir+json",
        size: 0,
        date,
      },
      at: 0,
      author: newId<"account">(),
      conflict: false,
      revisions: 1,
    };
    return { listed, value, date };
  });
  return {
    items: items.map(({ listed }) => listed),
    list: () => Promise.resolve(items.map(({ listed }) => listed)),
    open(id: string): Promise<Opened> {
      const found = items.find(({ listed }) => listed.revision === id);
      if (found?.value === undefined) return Promise.reject(refusal);
      const resource = observation(found.date, found.value);
      const resourceBytes = utf8(JSON.stringify(resource));
      const { metadata } = found.listed;
      const attachment = new Blob([]).stream();
      return Promise.resolve({ metadata, resource, resourceBytes, size: 0, attachment });
    },
  };
}

test("a result that does not open keeps no other from being drawn, and is counted as left out", async () => {
  const record = recordOf([1.1, undefined, 1.3], new ClientError("cannot-open", "of a test"));
  const item = record.items[0]?.item ?? assert.fail();
  const [series] = await drawn(record, item);
  assert.deepEqual(
    series?.points.map(({ value }) => value),
    [1.1, 1.3],
  );
  assert.equal(series?.left, 1);
});

test("what fails for another reason is no drawing of a part", async () => {
  const offline = new ClientError("offline", "of a test");
  const record = recordOf([1.1, undefined, 1.3], offline);
  await assert.rejects(drawn(record, record.items[0]?.item ?? assert.fail()), offline);
});
