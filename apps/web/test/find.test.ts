import assert from "node:assert/strict";
import { test } from "node:test";
import type { DocumentRow, Wanted } from "../src/wire.ts";
import { find, indexOf, overview, prepare } from "../src/worker/find.ts";

const ANYTHING: Wanted = { words: "", kind: "", from: "", to: "", author: "" };
const ME = { account: "a", name: "Camille", known: "me" } as const;
const DOCTOR = { account: "b", name: "Dr Hélène Roche", known: "face-to-face" } as const;

function row(title: string, date: string, more: Partial<DocumentRow> = {}): DocumentRow {
  return {
    item: title,
    revision: `${title} ${date}`,
    title,
    type: "DocumentReference",
    mediaType: "application/pdf",
    size: 1,
    date,
    at: 0,
    author: ME,
    conflict: false,
    versions: 1,
    waits: false,
    opens: false,
    ...more,
  };
}

const index = indexOf(
  [
    row("Glycémie à jeun", "2025-11-12", {
      type: "Observation",
      mediaType: "application/fhir+json",
    }),
    row("Ordonnance", "2026-11-09"),
    row("Œil gauche, photographie", "2026-02-01", { mediaType: "image/jpeg" }),
    row("Courrier de sortie", "2026-02", { author: DOCTOR }),
    row("HÉMOGRAMME", "2024"),
  ],
  ({ author }) => author.name,
);

function titles(wanted: Partial<Wanted>): string[] {
  return find(index, { ...ANYTHING, ...wanted }, 0, 50).rows.map(({ title }) => title);
}

test("newest first, and each year is opened once", () => {
  const { total, rows } = find(index, ANYTHING, 0, 50);
  assert.equal(total, 5);
  assert.deepEqual(
    rows.map(({ title, begins }) => `${title} ${begins ?? ""}`.trim()),
    [
      "Ordonnance 2026",
      "Œil gauche, photographie",
      "Courrier de sortie",
      "Glycémie à jeun 2025",
      "HÉMOGRAMME 2024",
    ],
  );
  const later = find(index, ANYTHING, 1, 1).rows;
  assert.deepEqual(
    later.map(({ title, begins }) => [title, begins]),
    [["Œil gauche, photographie", undefined]],
  );
});

test("words are found by their beginning, without accents or capitals", () => {
  assert.deepEqual(titles({ words: "glycemie" }), ["Glycémie à jeun"]);
  assert.deepEqual(titles({ words: "JEUN gly" }), ["Glycémie à jeun"]);
  assert.deepEqual(titles({ words: "hémo" }), ["HÉMOGRAMME"]);
  assert.deepEqual(titles({ words: "helene" }), ["Courrier de sortie"]);
  assert.deepEqual(titles({ words: "photo" }), ["Œil gauche, photographie"]);
  assert.deepEqual(titles({ words: "oeil" }), ["Œil gauche, photographie"]);
  assert.deepEqual(titles({ words: "cemie" }), []);
});

test("narrowed by kind, days and author", () => {
  assert.deepEqual(titles({ kind: "Observation" }), ["Glycémie à jeun"]);
  assert.deepEqual(titles({ kind: "image" }), ["Œil gauche, photographie"]);
  assert.deepEqual(titles({ author: "b" }), ["Courrier de sortie"]);
  assert.deepEqual(titles({ from: "2026-03-01" }), ["Ordonnance"]);
  // A month alone may lie within: it is not hidden.
  assert.deepEqual(titles({ from: "2026-02-10", to: "2026-10-31" }), ["Courrier de sortie"]);
  assert.deepEqual(titles({ to: "2024-12-31" }), ["HÉMOGRAMME"]);
});

test("what there is, counted", () => {
  const { total, kinds, authors } = overview(index);
  assert.equal(total, 5);
  assert.deepEqual(kinds[0]?.kind, "application/pdf");
  assert.deepEqual(
    kinds.map(({ count }) => count),
    [3, 1, 1],
  );
  assert.deepEqual(authors.map(({ account }) => account).sort(), ["a", "b"]);
});

test("letter by letter the same is found as at once, and what cannot be meant is not looked through", () => {
  const many = Array.from({ length: 400 }, (_, i) =>
    row(`${["Bilan", "Bain", "Été", "Note"][i % 4]} ${i}`, `20${10 + (i % 16)}-01-01`),
  );
  const whole = indexOf(many, ({ author }) => author.name);
  let read = 0;
  const texts = new Proxy(whole.texts, {
    get(target, name) {
      if (typeof name === "string" && /^\d+$/.test(name)) read += 1;
      return Reflect.get(target, name);
    },
  });
  const counted = { ...whole, texts };
  const typed: readonly (readonly [words: string, read: number, more?: Partial<Wanted>])[] = [
    // One letter, or two: nothing is read.
    ["b", 0],
    ["bi", 0],
    // Of those, 32, 36 and 300 to 396 by four.
    ["bilan 3", 27],
    ["b", 0],
    ["b ca", 0],
    ["ba", 0],
    ["bâ", 0],
    ["ba", 0, { from: "2020" }],
    ["bai", 25, { from: "2020" }],
    ["été", 100, { from: "2020" }],
    ["3", 0],
    ["39", 0],
    // Of 39, and 390 to 399.
    ["390", 11],
    ["", 0],
  ];
  const found = typed.map(([words, expected, more]) => {
    read = 0;
    const { rows } = find(counted, { ...ANYTHING, words, ...more }, 0, 400);
    assert.equal(read, expected, words);
    return rows;
  });
  // An index of its own remembers nothing.
  const atOnce = typed.map(
    ([words, , more]) => find({ ...whole }, { ...ANYTHING, words, ...more }, 0, 400).rows,
  );
  assert.deepEqual(found, atOnce);
  assert.deepEqual(
    found.map(({ length }) => length > 0),
    typed.map(() => true),
  );
});

test("words of any letters are found by any beginning of theirs, and by no other", () => {
  const words = [
    "a",
    "ab",
    "abc",
    "b2",
    "2b",
    "22",
    "ж",
    "жа",
    "жаб",
    "аб",
    "ñandu",
    "日",
    "日本",
    "ǆ",
    "aж",
    "жa",
  ];
  const pairs = words.flatMap((one) => words.map((two) => row(`${one}, ${two}`, "2026-01-01")));
  const all = indexOf(pairs, () => "");
  const plain = (text: string) => text.normalize("NFKD").replace(/\p{M}/gu, "");
  for (const asked of [...words, "an", "n", "z", "1", "日本語", "жаба", "dz"]) {
    const meant = plain(asked);
    const expected = all.rows.filter(({ title }) =>
      plain(title)
        .split(", ")
        .some((word) => word.startsWith(meant)),
    );
    const { rows } = find(all, { ...ANYTHING, words: asked }, 0, pairs.length);
    assert.deepEqual(
      rows.map(({ title }) => title),
      expected.map(({ title }) => title),
      asked,
    );
  }
});

test("a list makes no texts; they are made when somebody looks for words, or before, step by step", () => {
  const rows = Array.from({ length: 4500 }, (_, i) => row(`Bilan ${i}`, "2026-01-01"));
  const fresh = () => indexOf(rows, ({ author }) => author.name);
  const made = ({ texts }: ReturnType<typeof fresh>) => texts.filter((text) => text !== "").length;
  const index = fresh();
  assert.equal(find(index, { ...ANYTHING, kind: "application/pdf" }, 0, 20).total, 4500);
  assert.equal(made(index), 0);
  const steps = prepare(index);
  assert.equal(steps.next().done, false);
  assert.equal(made(index), 0);
  assert.equal(steps.next().done, false);
  assert.equal(made(index), 2000);
  const looked = fresh();
  assert.equal(find(looked, { ...ANYTHING, words: "bilan" }, 0, 20).total, 4500);
  while (steps.next().done !== true);
  assert.equal(made(index), 4500);
  assert.deepEqual(index.texts, looked.texts);
});
