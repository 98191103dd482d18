import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type CdaBlock, type CdaSection, parseCda } from "../src/shown/cda.ts";
import { cda, section } from "./clinical.ts";

const GIVEN = join(import.meta.dirname, "..", "..", "..", "..", "shared", "data", "cda");

function blocks(text: string): readonly CdaBlock[] | undefined {
  return parseCda(cda(`<structuredBody>${section("S", text)}</structuredBody>`))?.sections[0]
    ?.blocks;
}

test("who, when, and the sections in their order, with those inside them", () => {
  const inner = section("Inside", "<paragraph>b</paragraph>");
  const read = parseCda(
    cda(`<structuredBody>${section("First", "a", inner)}${section("Second", "")}</structuredBody>`),
  );
  assert.ok(read !== undefined);
  assert.equal(read.title, "Compte rendu");
  assert.equal(read.date, "20261103101500+0100");
  assert.deepEqual(read.patient, { name: "Camille Moreau", born: "19560412" });
  assert.deepEqual(read.authors, ["Dr Hélène Roche"]);
  assert.equal(read.custodian, "Centre des Deux-Rives");
  assert.deepEqual(
    read.sections.map(({ title }) => title),
    ["First", "Second"],
  );
  assert.deepEqual(read.sections[0]?.sections[0]?.blocks, [{ kind: "paragraph", text: "b" }]);
  assert.deepEqual(read.sections[1]?.blocks, []);
});

test("text, lists and tables keep their order; nothing that is said is left out", () => {
  assert.deepEqual(
    blocks(
      'Take <content styleCode="Bold">one</content> a day<br/>with water<list listType="ordered"><caption>C</caption><item>x<list><item>y</item></list></item></list>after<new>unknown</new>',
    ),
    [
      { kind: "paragraph", text: "Take one a day\nwith water" },
      {
        kind: "list",
        ordered: true,
        items: [
          [
            { kind: "paragraph", text: "x" },
            { kind: "list", ordered: false, items: [[{ kind: "paragraph", text: "y" }]] },
          ],
        ],
      },
      { kind: "paragraph", text: "after" },
      { kind: "paragraph", text: "unknown" },
    ],
  );
  const [table] =
    blocks(
      '<table><caption>T</caption><thead><tr><th colspan="2">h</th></tr></thead><tbody><tr><th>a</th><td rowspan="999">1<br/>2</td></tr></tbody></table>',
    ) ?? [];
  const cell = { isHead: false, columns: 1, rows: 1 };
  assert.deepEqual(table, {
    kind: "table",
    caption: "T",
    head: [[{ ...cell, text: "h", isHead: true, columns: 2 }]],
    rows: [
      [
        { ...cell, text: "a", isHead: true },
        { ...cell, text: "1\n2" },
      ],
    ],
  });
  assert.deepEqual(blocks('<renderMultiMedia referencedObject="a"/>'), [{ kind: "media" }]);
});

test("a document that is an envelope gives the file inside it", () => {
  const base64 = Buffer.from("%PDF-1.4").toString("base64");
  const read = parseCda(
    cda(
      `<nonXMLBody><text mediaType="application/pdf" representation="B64">\n ${base64}\n</text></nonXMLBody>`,
    ),
  );
  assert.equal(read?.file?.mediaType, "application/pdf");
  assert.equal(Buffer.from(read?.file?.bytes ?? []).toString(), "%PDF-1.4");
  const broken = parseCda(
    cda('<nonXMLBody><text mediaType="application/pdf" representation="B64">*</text></nonXMLBody>'),
  );
  assert.equal(broken?.file, undefined);
});

test("what is no CDA document, not whole, or brings entities of its own, is not one", () => {
  const good = cda(`<structuredBody>${section("S", "a")}</structuredBody>`);
  assert.ok(parseCda(good) !== undefined);
  for (const text of [
    "",
    "no xml",
    "<html/>",
    good.replace("urn:hl7-org:v3", "urn:other"),
    good.slice(0, -4),
    good.replace("<title>S", "<title><b>S"),
    good.replace("?>", '?><!DOCTYPE x [<!ENTITY a "aaaa">]>'),
    // No characters of XML, written or referred to.
    good.replace("19560412", "1\u00019560412"),
    good.replace("19560412", "1&#1;9560412"),
    good.replace("Camille", "Cam\ud800ille"),
    good.replace("Camille", "Cam&#xD800;ille"),
    good.replace("Camille", "Cam&#x110000;ille"),
    good.replace("Camille", "Cam\ufffeille"),
  ])
    assert.equal(parseCda(text), undefined, text.slice(0, 60));
});

test("references are characters, but where a text stands as it is", () => {
  const body = (text: string) => cda(`<structuredBody>${section("S", text)}</structuredBody>`);
  const blocksOf = (text: string) => parseCda(body(text))?.sections[0]?.blocks;
  assert.deepEqual(blocksOf("&#233;&#x1F600;<!-- &#1; --> <![CDATA[&#1;]]>"), [
    { kind: "paragraph", text: "é😀 &#1;" },
  ]);
});

test("what is nested without end is shown as a file, and fails nothing", () => {
  const deep = (tag: string) => `<${tag}>`.repeat(30_000) + `</${tag}>`.repeat(30_000);
  const text = section("S", deep("content"));
  assert.equal(parseCda(cda(`<structuredBody>${text}</structuredBody>`)), undefined);
});

test("what mark-up means elsewhere is text here", () => {
  const [first] =
    blocks("<paragraph>&lt;img src=x onerror=alert(1)&gt; <script>alert(1)</script></paragraph>") ??
    [];
  assert.deepEqual(first, { kind: "paragraph", text: "<img src=x onerror=alert(1)>" });
});

test("a document nested without end is read to a depth and no further", () => {
  const deep = `${"<list><item>".repeat(3000)}x${"</item></list>".repeat(3000)}`;
  assert.ok(blocks(deep) !== undefined);
});

test("documents of other programs", {
  skip: existsSync(GIVEN) ? false : "there are none beside this checkout",
}, () => {
  const titles = (sections: readonly CdaSection[]): readonly string[] =>
    sections.flatMap((each) => [each.title, ...titles(each.sections)]);
  for (const [name, least] of [
    ["CCD.xml", 10],
    ["Referral_Note.xml", 10],
  ] as const) {
    const read = parseCda(readFileSync(join(GIVEN, name), "utf8"));
    assert.ok(read !== undefined, name);
    assert.ok(read.patient.name !== "" && read.authors.length > 0, name);
    assert.ok(titles(read.sections).length >= least, `${name}: ${titles(read.sections)}`);
    const tables = read.sections.flatMap((each) => each.blocks).filter((b) => b.kind === "table");
    assert.ok(tables.length > 5, name);
  }
  const envelope = parseCda(readFileSync(join(GIVEN, "CDA_with_embedded_PDF.xml"), "utf8"));
  assert.equal(Buffer.from(envelope?.file?.bytes.slice(0, 5) ?? []).toString(), "%PDF-");
});
