import assert from "node:assert/strict";
import { homedir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { newId } from "@ecrin/protocol";
import { writeContent } from "../src/content.ts";
import { CommandError } from "../src/exit.ts";
import { homeFolder } from "../src/home.ts";
import { mediaTypeOf } from "../src/media-type.ts";
import { fileNameOf } from "../src/open.ts";
import { namesId, oneNamed, shortId, withoutHyphens } from "../src/short-id.ts";
import {
  columns,
  fullMomentIn,
  jsonLine,
  momentIn,
  shown,
  sizeIn,
  titleIn,
  wordIn,
} from "../src/shown.ts";
import { parseSince, parseWhen } from "../src/when.ts";
import { catalogue } from "../src/words.ts";

test("a moment is a span, a day to its end, or an instant", () => {
  const now = new Date(2026, 10, 22, 15, 30).getTime();
  assert.equal(parseWhen("2h", now), now + 7_200_000);
  assert.equal(parseWhen("3 j", now), now + 3 * 86_400_000);
  assert.equal(parseWhen("tomorrow", now), new Date(2026, 10, 23, 23, 59, 59).getTime());
  assert.equal(parseWhen("Demain", now), parseWhen("tomorrow", now));
  assert.equal(parseWhen("2028-02-29", now), new Date(2028, 1, 29, 23, 59, 59).getTime());
  assert.equal(parseWhen("2026-12-01T18:00:00Z", now), Date.UTC(2026, 11, 1, 18));
  for (const text of ["", "soon", "2026-02-29", "2026-13-01", "-2h", "2h3", "2026", "1e9d"]) {
    assert.equal(parseWhen(text, now), undefined, text);
  }
  assert.equal(parseSince("2026-11-22"), new Date(2026, 10, 22).getTime());
  assert.equal(parseSince("2h"), undefined);
});

test("the first of a month is the 1er in French", () => {
  const [first, other] = [1, 11].map((day) => new Date(2026, 11, day, 3, 1).getTime());
  assert.equal(momentIn(catalogue("fr"), first ?? 0), "1er déc. 2026, 03:01");
  assert.equal(fullMomentIn(catalogue("fr"), first ?? 0), "mardi 1er décembre 2026 à 03:01");
  assert.equal(momentIn(catalogue("fr"), other ?? 0), "11 déc. 2026, 03:01");
});

test("a variable that is set to nothing is not set", (t) => {
  const before = process.env.ECRIN_HOME;
  t.after(() => {
    if (before === undefined) delete process.env.ECRIN_HOME;
    else process.env.ECRIN_HOME = before;
  });
  process.env.ECRIN_HOME = "";
  assert.equal(homeFolder(undefined), join(homedir(), ".ecrin-client"));
  process.env.ECRIN_HOME = "/of/alice";
  assert.equal(homeFolder(undefined), "/of/alice");
  assert.equal(homeFolder("/of/bob"), "/of/bob");
});

test("bytes that leave no doubt win over the name", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  assert.equal(mediaTypeOf("scan.txt", bytes("%PDF-1.7\n")), "application/pdf");
  assert.equal(
    mediaTypeOf("letter.docx", bytes("PK\u0003\u0004")).includes("wordprocessing"),
    true,
  );
  assert.equal(mediaTypeOf("noname", bytes("PK\u0003\u0004")), "application/zip");
  assert.equal(mediaTypeOf("noname", bytes("Compte rendu\n")), "text/plain");
  assert.equal(mediaTypeOf("noname", new Uint8Array([0, 1, 2])), "application/octet-stream");
  assert.equal(mediaTypeOf("noname", new Uint8Array()), "application/octet-stream");
  const dicom = new Uint8Array(132);
  dicom.set(bytes("DICM"), 128);
  assert.equal(mediaTypeOf("IM0001", dicom), "application/dicom");
  // Cut in the middle of a character, text is still text.
  assert.equal(mediaTypeOf("noname", bytes("é").subarray(0, 1)), "text/plain");
});

test("an id is named by its beginning, and never taken for an option", () => {
  const id = newId<"item">();
  assert.ok(namesId(shortId(id), id));
  assert.ok(namesId(shortId(id).toUpperCase(), id));
  assert.ok(namesId(id, id));
  assert.ok(!namesId(shortId(id).slice(0, 3), id));
  assert.ok(!namesId("", id));
  // Of what --json says a beginning will do as well.
  assert.ok(namesId(id.slice(0, 4), id));
  assert.ok(!namesId(id.slice(0, 3), id));
  assert.ok(!namesId(id.slice(1, 9), id));
  const hyphens = "-AAAAAAAAAAAAAAAAAAAAA";
  const hex = `f8${"0".repeat(30)}`;
  assert.deepEqual(withoutHyphens(["open", hyphens]), ["open", hex]);
  assert.ok(namesId(hex, hyphens));
  const options = ["--password-file", "-o", "--until", "list", "--", hyphens, "-AAAA"];
  assert.deepEqual(withoutHyphens(options), options);
});

test("one of several is named by a beginning that only it has", () => {
  const [one, two, other] = [
    "AAAAAAAAAAAAAAAAAAAAAA",
    "AAAABBBBAAAAAAAAAAAAAA",
    "BBBBAAAAAAAAAAAAAAAAAA",
  ];
  const named = (text: string) =>
    oneNamed([one, two, other], text, (id) => id ?? "", "share-unknown");
  const refusedAs = (code: string) => (error: unknown) =>
    error instanceof CommandError && error.code === code;
  assert.equal(named("AAAAB"), two);
  assert.equal(named("0000000410"), two);
  assert.equal(named("BBBB"), other);
  assert.equal(named(one ?? ""), one);
  assert.throws(() => named("AAAA"), refusedAs("id-ambiguous"));
  assert.throws(() => named("000000"), refusedAs("id-ambiguous"));
  assert.throws(() => named("CCCC"), refusedAs("share-unknown"));
});

test("a title of any kind is a name that a file can have", () => {
  const long = fileNameOf("読".repeat(150));
  assert.ok(Buffer.byteLength(long) <= 200 && long.startsWith("読読"), long);
  assert.equal(fileNameOf(`${"a".repeat(199)}😀b`), "a".repeat(199));
  // Half a character of UTF-16 is no character of an address.
  assert.equal(encodeURIComponent(fileNameOf("scan \ud83d")), "scan%20_");
  assert.equal(fileNameOf("../../etc/passwd"), "__.._etc_passwd");
  assert.equal(fileNameOf("\u001b]0;x\u0007"), "_]0;x_");
  assert.equal(fileNameOf("  "), "document");
});

test("content that others wrote reaches a terminal as text that cannot drive it", async () => {
  const given = Buffer.from("a\u001b[2J\tb\r\nc\u009b1A é\u202e");
  // In the middle of a character, and of a line's end.
  const pieces = [given.subarray(0, 8), given.subarray(8, 16), given.subarray(16)];
  const said = async (isTTY: boolean) => {
    const out = Object.assign(new PassThrough(), { isTTY });
    await writeContent(out, pieces);
    out.end();
    return Buffer.concat(await out.toArray());
  };
  assert.equal((await said(true)).toString(), "a\ufffd[2J\tb\nc\ufffd1A é\ufffd\n");
  assert.deepEqual(await said(false), given);
});

test("what others wrote cannot drive the terminal", () => {
  assert.equal(shown("a\u001b[2Jb\r\nc"), "a\ufffd[2Jb\ufffd\ufffdc");
  assert.equal(shown("report\u202efdp.exe"), "report\ufffdfdp.exe");
  assert.equal(shown("Hélène « ok »"), "Hélène « ok »");
});

test("a table has what it has, and no member of every object", () => {
  assert.equal(wordIn({ reader: "lecteur" }, "reader"), "lecteur");
  for (const name of ["constructor", "__proto__", "toString"])
    assert.equal(wordIn({ reader: "lecteur" }, name), undefined);
});

test("JSON says every letter, and a terminal shows it as it is", () => {
  const value = { a: "é 読 😀 \u009b2J\u202e\u200b\u{e0041}", b: [1, null] };
  const line = jsonLine(value);
  assert.equal(line, '{"a":"é 読 😀 \\u009b2J\\u202e\\u200b\\udb40\\udc41","b":[1,null]}');
  assert.deepEqual(JSON.parse(line), value);
});

test("a title stands in a row, however long it is", () => {
  assert.equal([...titleIn("読".repeat(500))].length, 120);
  assert.equal(titleIn(`a${" ".repeat(300)}b`), "a b");
  assert.equal(catalogue("en").quoted("a” is checked. “b"), "“a' is checked. 'b”");
});

test("columns line up, sizes are short", () => {
  assert.deepEqual(
    columns([
      ["é", "b", ""],
      ["long", "c", "d"],
    ]),
    ["é     b", "long  c  d"],
  );
  const en = catalogue("en");
  assert.equal(sizeIn(en, 999), "999 B");
  assert.equal(sizeIn(en, 1500), "1.5 kB");
  assert.equal(sizeIn(en, 999_999), "1 MB");
  assert.equal(sizeIn(catalogue("fr"), 1_500_000), "1,5 MB");
});
