import assert from "node:assert/strict";
import { test } from "node:test";
import { fromUtf8, newId } from "@ecrin/protocol";
import { resourceDraft } from "../src/draft.ts";
import { isTooDeep } from "../src/fhir-json.ts";
import { Decimal, fhirText, readFhir, resourcesOfBundle } from "../src/index.ts";

test("a number keeps the digits in which it was written", () => {
  for (const digits of [
    "1.10",
    "0.0",
    "-0",
    "1e-7",
    "1E2",
    "5.0e+1",
    "12345678901234567890",
    "100.00",
  ]) {
    const read = readFhir(`{"value":${digits},"other":[2,${digits}]}`);
    assert.equal(fhirText(read), `{"value":${digits},"other":[2,${digits}]}`);
    assert.equal(fhirText(readFhir(digits)), digits);
  }
  assert.deepEqual(readFhir('{"a":1.1,"b":-7,"c":0}'), { a: 1.1, b: -7, c: 0 });
  assert.deepEqual(readFhir('{"a":1.10}'), { a: new Decimal("1.10") });
  assert.equal(JSON.stringify(readFhir('{"a":1.10}')), '{"a":1.1}');
});

test("everything else is as JSON has it, also where it looks like a number", () => {
  for (const text of [
    '"1.10"',
    '{"digits":"1.10","a":1.10}',
    '{"\\u0064igits":"1.10","a":1.10}',
    '{"a":"\\"1.10","b":"\\\\","c":1.10}',
    '{"__proto__":{"a":1.0},"constructor":[1.0]}',
    '[true,false,null,[],{},"é\\n"]',
  ]) {
    const read = readFhir(text);
    assert.deepEqual(JSON.parse(fhirText(read)), JSON.parse(text));
  }
  assert.equal(
    fhirText({ a: undefined, b: [undefined], c: "\ud800" }),
    '{"b":[null],"c":"\\ud800"}',
  );
  for (const none of ["", "{", "1.", "01", "{'a':1.10}", "1.10.1"])
    assert.throws(() => readFhir(none), SyntaxError);
});

test("a long text beside a decimal is read", () => {
  const long = "a\\\\".repeat(1_000_000);
  assert.equal(
    fhirText(readFhir(`{"data":"${long}","value":1.10}`)),
    `{"data":"${long}","value":1.10}`,
  );
});

test("nothing that somebody writes makes it slow, or too deep to be told", () => {
  const underscores = "_".repeat(1_000_000);
  const long = `{"digits${underscores}":1.10}`;
  const start = performance.now();
  assert.equal(fhirText(readFhir(long)), long);
  assert.ok(performance.now() - start < 5000);
  const deep = `${"[".repeat(20_000)}1.10${"]".repeat(20_000)}`;
  assert.ok(isTooDeep(readFhir(deep)));
});

test("a resource of a bundle is sealed digit for digit", () => {
  const resource = '{"resourceType":"Observation","valueQuantity":{"value":1.10,"unit":"g/L"}}';
  const [given] = resourcesOfBundle(
    readFhir(`{"resourceType":"Bundle","entry":[{"resource":${resource}}]}`),
  );
  assert.ok(given !== undefined);
  assert.equal(fromUtf8(resourceDraft(given, newId<"item">()).resource, "resource"), resource);
});

test("a number's digits are no depth of their own", () => {
  const nested = (inner: string) => readFhir(`${"[".repeat(100)}${inner}${"]".repeat(100)}`);
  assert.equal(isTooDeep(nested("1.1")), isTooDeep(nested("1.10")));
});
