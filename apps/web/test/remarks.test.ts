import assert from "node:assert/strict";
import { test } from "node:test";
import { remarksOf } from "../src/shown/remarks.ts";

const kinds = (resource: Record<string, unknown>) =>
  remarksOf(resource).map((remark) => (remark.kind === "status" ? remark.code : remark.kind));
const coded = (code: string) => ({ coding: [{ system: "http://terminology.hl7.org/x", code }] });

test("what stands as its author wants it read has no remark", () => {
  for (const status of ["final", "active", "completed", "finished", "current", "unknown", 7, null])
    assert.deepEqual(kinds({ status }), []);
  const known = { clinicalStatus: coded("active"), verificationStatus: coded("confirmed") };
  assert.deepEqual(kinds({ ...known, doNotPerform: false }), []);
  assert.deepEqual(kinds({ status: "constructor", clinicalStatus: { text: "active" } }), []);
});

test("mistakes, and what was ruled out, not done or is not to be done, are told", () => {
  assert.deepEqual(kinds({ status: "entered-in-error" }), ["mistake"]);
  assert.deepEqual(kinds({ verificationStatus: coded("entered-in-error") }), ["mistake"]);
  assert.deepEqual(kinds({ verificationStatus: coded("refuted") }), ["ruled-out"]);
  assert.deepEqual(kinds({ status: "not-done" }), ["not-done"]);
  assert.deepEqual(kinds({ status: "not-taken" }), ["not-done"]);
  assert.deepEqual(kinds({ status: "active", doNotPerform: true }), ["not-to-do"]);
});

test("a status under which something is not final, or not in force, is told", () => {
  const codes = [
    "preliminary",
    "registered",
    "amended",
    "cancelled",
    "stopped",
    "on-hold",
    "draft",
  ];
  for (const status of codes) assert.deepEqual(kinds({ status }), [status]);
  const allergy = { clinicalStatus: coded("resolved"), verificationStatus: coded("unconfirmed") };
  assert.deepEqual(kinds(allergy), ["resolved", "unconfirmed"]);
  assert.deepEqual(kinds({ status: "current", docStatus: "preliminary" }), ["preliminary"]);
});

test("what is not understood and may turn the meaning is told, wherever it stands", () => {
  const modifier = { modifierExtension: [{ url: "http://example.org/not" }] };
  for (const resource of [
    modifier,
    { implicitRules: "http://example.org/rules" },
    { dosageInstruction: [{ text: "1", ...modifier }] },
    { contained: [{ resourceType: "Medication", ...modifier }] },
  ])
    assert.deepEqual(kinds(resource), ["unread"]);
});
