import assert from "node:assert/strict";
import { test } from "node:test";
import { calendarDate, dashed } from "../src/calendar-date.ts";

test("a date is as precise as it was given", () => {
  for (const [text, precision, iso] of [
    ["2026", "year", "2026-01-01T00:00:00.000Z"],
    ["2026-11", "month", "2026-11-01T00:00:00.000Z"],
    ["2024-02-29", "day", "2024-02-29T00:00:00.000Z"],
    ["2026-11-03T10:15:00+01:00", "moment", "2026-11-03T09:15:00.000Z"],
    ["2026-11-03T10", "day", "2026-11-03T00:00:00.000Z"],
  ] as const) {
    const read = calendarDate(text);
    assert.equal(read?.precision, precision, text);
    assert.equal(new Date(read.at).toISOString(), iso, text);
  }
});

test("a date that no calendar has is never told as another", () => {
  for (const text of [
    "",
    "soon",
    "2026-13",
    "2026-00",
    "2026-02-29",
    "2026-04-31",
    "2026-11-00",
    "2026-02-30T10:00:00Z",
    "2026-04-31T00:00:00+02:00",
    "2026-11-03 and more",
    "2026-11-3",
    "0056-04-12",
  ])
    assert.equal(calendarDate(text), undefined, text);
});

test("HL7 and DICOM write the same without dashes", () => {
  for (const [text, date] of [
    ["1956", "1956"],
    ["195604", "1956-04"],
    ["19560412", "1956-04-12"],
    ["19560412+0100", "1956-04-12"],
    ["202611031015", "2026-11-03"],
    ["20261103101500+0100", "2026-11-03"],
    ["20261103101500.123-0500", "2026-11-03"],
  ] as const)
    assert.equal(dashed(text), date);
  // A figure too few or too many, a day or month that is none, anything else: told as it is given.
  for (const text of [
    "",
    "1956041",
    "195604121",
    "19561340",
    "19560230",
    "195600",
    "1 9560412",
    "1956.04.12",
    "+19560412",
    "19560412x",
  ])
    assert.equal(dashed(text), undefined, text);
});
