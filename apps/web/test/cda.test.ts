import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type CdaBlock, type CdaSection, parseCda } from "../src/shown/cda.ts";
import { cda, section } from "./clinical.ts";
import { startDrawing } from "./drawn.ts";

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
  assert.deepEqual(read.patients, [{ name: "Camille Moreau", born: "19560412" }]);
  assert.equal(read.replaces, false);
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
      { kind: "paragraph", text: "C" },
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
  assert.equal(broken?.unread, true);
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

test("a document nested deeper than it is read is shown as a file: nothing is left out unsaid", () => {
  const deep = (times: number) =>
    blocks(`${"<list><item>".repeat(times)}x${"</item></list>".repeat(times)}`);
  assert.ok(deep(15) !== undefined);
  assert.equal(deep(3000), undefined);
  const sections = `${"<component><section><title>S</title><text>a</text>".repeat(60)}${"</section></component>".repeat(60)}`;
  assert.equal(parseCda(cda(`<structuredBody>${sections}</structuredBody>`)), undefined);
});

test("what is raised or lowered is not read as part of the figure beside it", () => {
  const said = (text: string) => blocks(text)?.map((each) => "text" in each && each.text);
  assert.deepEqual(said("Plaquettes 210 x 10<sup>9</sup>/L"), ["Plaquettes 210 x 10⁹/L"]);
  assert.deepEqual(said("10<sup>-3</sup> 2<sup>1,5</sup>"), ["10⁻³ 2^(1,5)"]);
  assert.deepEqual(said("5<sup>a</sup> CO<sub>2</sub> 1<sup>er</sup>"), ["5a CO₂ 1er"]);
  const [table] = blocks("<table><tbody><tr><td>10<sup>9</sup></td></tr></tbody></table>") ?? [];
  assert.equal(table?.kind === "table" && table.rows[0]?.[0]?.text, "10⁹");
});

test("footnotes, captions and paragraphs do not run into what stands beside them", () => {
  const said = (text: string) => blocks(text)?.map((each) => "text" in each && each.text);
  assert.deepEqual(said('5 mg<footnote ID="a">le soir</footnote>, 2<footnoteRef IDREF="a"/>'), [
    "5 mg (* le soir), 2 *",
  ]);
  assert.deepEqual(said("<paragraph><caption>Dose</caption>5 mg</paragraph>"), ["Dose\n5 mg"]);
  const cells =
    "<table><tbody><tr><td><paragraph>1</paragraph>2<list><item>3</item></list>4</td></tr></tbody></table>";
  const [table] = blocks(cells) ?? [];
  assert.equal(table?.kind === "table" && table.rows[0]?.[0]?.text, "1\n2\n3\n4");
});

test("what the author has crossed out is told apart, and not as if it were in force", () => {
  const revised =
    'Prendre <content revised="delete">10 mg</content><content revised="insert">5 mg</content>';
  assert.deepEqual(blocks(revised), [
    { kind: "paragraph", text: "Prendre 5 mg" },
    { kind: "removed", text: "10 mg" },
  ]);
  const [table] = blocks(`<table><tbody><tr><td>${revised}</td></tr></tbody></table>`) ?? [];
  assert.deepEqual(table?.kind === "table" && table.rows[0]?.[0], {
    text: "Prendre 5 mg",
    removed: "10 mg",
    isHead: false,
    columns: 1,
    rows: 1,
  });
});

test("a picture in a cell is told of", () => {
  const [, media] =
    blocks(
      '<table><tbody><tr><td>a<renderMultiMedia referencedObject="x"/></td></tr></tbody></table>',
    ) ?? [];
  assert.deepEqual(media, { kind: "media" });
});

test("everybody whom a document is about is named, and that it replaces another", () => {
  const good = cda(`<structuredBody>${section("S", "a")}</structuredBody>`);
  const other =
    "<recordTarget><patientRole><patient><name>Louis Moreau</name></patient></patientRole></recordTarget>";
  const read = parseCda(
    good
      .replace("<author>", `${other}<author>`)
      .replace(
        "<component><structuredBody",
        '<relatedDocument typeCode="RPLC"/><component><structuredBody',
      ),
  );
  assert.deepEqual(
    read?.patients.map(({ name }) => name),
    ["Camille Moreau", "Louis Moreau"],
  );
  assert.equal(read?.replaces, true);
});

test("a whole content that is plain text is one, and one that lies elsewhere or is packed is told of", () => {
  const body = (text: string) => parseCda(cda(`<nonXMLBody>${text}</nonXMLBody>`));
  const plain = body('<text mediaType="text/plain">Rien à signaler</text>');
  assert.equal(plain?.file?.mediaType, "text/plain");
  assert.equal(new TextDecoder().decode(plain?.file?.bytes), "Rien à signaler");
  assert.equal(plain?.unread, false);
  const elsewhere = '<text mediaType="application/pdf"><reference value="a.pdf"/></text>';
  const packed =
    '<text mediaType="application/pdf" representation="B64" compression="DF">QUJD</text>';
  for (const text of [elsewhere, packed]) {
    assert.equal(body(text)?.file, undefined);
    assert.equal(body(text)?.unread, true);
  }
});

test("what is missing, crossed out, of others or elsewhere is said on the page", async (t) => {
  const drawing = await startDrawing();
  t.after(() => drawing.stop());
  const draw = (text: string) => {
    const read = parseCda(text);
    assert.ok(read !== undefined);
    return drawing.draw("parts/clinical-document.tsx", "ClinicalDocument", "fr", { cda: read });
  };
  const whole = await draw(
    cda(`<structuredBody>${section("Allergies", "Pollen")}</structuredBody>`),
  );
  const bare = await draw(cda(`<structuredBody>${section("Allergies", "")}</structuredBody>`));
  assert.doesNotMatch(whole, /Aucun texte/);
  assert.match(bare, /AllergiesAucun texte/);
  const crossed = section("S", '<content revised="delete">10 mg</content>');
  assert.match(
    await draw(cda(`<structuredBody>${crossed}</structuredBody>`)),
    /Barré par l’auteur\u00a0: 10 mg/,
  );
  assert.match(await draw(cda("<nonXMLBody><text/></nonXMLBody>")), /n’est pas montré ici/);
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
    assert.ok(read.patients[0]?.name !== "" && read.authors.length > 0, name);
    assert.ok(titles(read.sections).length >= least, `${name}: ${titles(read.sections)}`);
    const tables = read.sections.flatMap((each) => each.blocks).filter((b) => b.kind === "table");
    assert.ok(tables.length > 5, name);
  }
  const envelope = parseCda(readFileSync(join(GIVEN, "CDA_with_embedded_PDF.xml"), "utf8"));
  assert.equal(Buffer.from(envelope?.file?.bytes.slice(0, 5) ?? []).toString(), "%PDF-");
});
