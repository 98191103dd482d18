// What is fetched before the door of an enrolled device takes the password: weighed, and looked
// through for what the door does not need. `npm run bench -- --only web.first` measures the same in
// a browser.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { doorFiles } from "../door-plugin.ts";
import { builtPage } from "./built-page.ts";

const WEB = join(import.meta.dirname, "..");
const MOST = 200_000;

interface FirstLoad {
  /** Programs that the page's first script cannot do without. */
  readonly scripts: readonly string[];
  /** What it says, and all that the page says, each by its id. */
  readonly words: string;
  readonly every: string;
  /** Bytes of all of it, each file compressed by itself. */
  readonly weight: number;
}

async function firstLoad(language: "en" | "fr"): Promise<FirstLoad> {
  const folder = await builtPage();
  const assets = readdirSync(join(folder, "assets"));
  const read = (name: string) => readFileSync(join(folder, name));
  const one = (begins: string) => {
    const [name, ...others] = assets.filter((each) => each.startsWith(begins));
    assert.ok(name !== undefined && others.length === 0, `one file begins with ${begins}`);
    return `assets/${name}`;
  };
  const page = read("index.html").toString();
  const named = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(
    ([, name = ""]) => name,
  );
  const styles = named.filter((name) => name.endsWith(".css"));
  const fonts = styles.flatMap((name) =>
    [
      ...read(name)
        .toString()
        .matchAll(/url\(\/(assets\/[^)]+)\)/g),
    ].map(([, font = ""]) => font),
  );
  assert.equal(fonts.length, 2, "two weights of the letters");
  const words = one(`_virtual_door-words-${language}-`);
  const scripts = named.filter((name) => name.endsWith(".js"));
  const files = ["index.html", ...named, ...fonts, words, one("worker-")];
  const sizes = files.map((name) => gzipSync(read(name), { level: 9 }).length);
  return {
    scripts: scripts.map((name) => read(name).toString()),
    words: read(words).toString(),
    every: read(one(`${language}-`)).toString(),
    weight: sizes.reduce((all, each) => all + each, 0),
  };
}

for (const language of ["en", "fr"] as const) {
  test(`the door weighs at most 200 kB, and has every word it says (${language})`, async () => {
    const { scripts, words, every, weight } = await firstLoad(language);
    assert.ok(weight <= MOST, `${weight} bytes`);
    const isIn = (id: string, catalog: string) => catalog.includes(`"${id}":[`);
    const said = scripts
      .flatMap((script) => [...script.matchAll(/\bid:[`"]([\w+/-]{6})[`"]/g)])
      .flatMap(([, id = ""]) => (isIn(id, every) ? [id] : []));
    assert.ok(new Set(said).size > 100, "the door's words are found in its programs");
    assert.deepEqual(
      said.filter((id) => !isIn(id, words)),
      [],
    );
  });
}

test("the page comes in few files, and its door in fewer", async () => {
  const folder = await builtPage();
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  const count = files.filter((each) => each.isFile()).length;
  assert.ok(count <= 40, `${count} files`);
  const { scripts } = await firstLoad("fr");
  assert.ok(scripts.length <= 3, `${scripts.length} programs before the door`);
});

test("what the door does not need is no part of it", () => {
  const files = doorFiles(WEB);
  const pages = [...files].filter((name) => name.startsWith("src/pages/")).sort();
  const atTheDoor = ["fallen", "nowhere", "unlock", "welcome"];
  assert.deepEqual(
    pages,
    atTheDoor.map((name) => `src/pages/${name}.tsx`),
  );
  const heavy = /from "(?:qr|uqr|dicom-parser|@xmldom\/xmldom|@simplewebauthn\/browser)/;
  for (const name of files) {
    const text = readFileSync(join(WEB, name), "utf8");
    assert.doesNotMatch(text, heavy, name);
    assert.doesNotMatch(
      text,
      /\{[^{}]*\b(?:Modal|Dialog|DropZone|ComboBox|ListBox|Select)\b[^{}]*\} from "react-aria/,
      name,
    );
  }
});

test("what comes after the door comes with its words", () => {
  for (const name of doorFiles(WEB)) {
    if (name === "src/language.ts") continue;
    const text = readFileSync(join(WEB, name), "utf8");
    for (const [whole, before = "", part = ""] of text.matchAll(
      /([\s\S]{0,24})\bimport\("([^"]+)"\)/g,
    )) {
      // It only asks the authenticator, and says nothing itself.
      if (part === "./passkey.ts") continue;
      assert.match(before, /later(?:Part)?\(\s*\(\) => $/, `${name}: ${whole}`);
    }
  }
});
