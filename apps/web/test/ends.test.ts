import assert from "node:assert/strict";
import { test } from "node:test";
import { endOfDay, inAMonth, inDays, tonight } from "../src/ends.ts";

const at = (text: string) => new Date(text).getTime();

test("tonight is the last minute of the day, and never over at once", () => {
  assert.equal(tonight(at("2026-11-29T08:30:10")), at("2026-11-29T23:59:00"));
  for (const late of ["2026-11-29T23:45:00", "2026-11-29T23:59:00", "2026-11-29T23:59:59"])
    assert.equal(tonight(at(late)), at(late) + 30 * 60_000);
});

test("so many days on is the same minute of another day, over the end of a month and of a year", () => {
  assert.equal(inDays(at("2026-11-29T08:30:10"), 1), at("2026-11-30T08:30:00"));
  assert.equal(inDays(at("2026-12-28T23:59:59"), 7), at("2027-01-04T23:59:00"));
});

test("a month on is a day of the next month, also where that is shorter", () => {
  assert.equal(inAMonth(at("2026-11-29T08:30:10")), at("2026-12-29T08:30:00"));
  assert.equal(inAMonth(at("2027-01-31T08:30:00")), at("2027-02-28T08:30:00"));
  assert.equal(inAMonth(at("2028-01-31T08:30:00")), at("2028-02-29T08:30:00"));
  assert.equal(inAMonth(at("2026-12-31T08:30:00")), at("2027-01-31T08:30:00"));
});

test("a day ends with its last minute, and what is no day does not", () => {
  assert.equal(endOfDay("2026-12-24"), at("2026-12-24T23:59:00"));
  for (const none of ["", "2026-13-01", "tomorrow"]) assert.equal(endOfDay(none), undefined);
});
