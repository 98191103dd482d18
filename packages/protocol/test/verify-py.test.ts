// The verifier in Python, which shares no code with ours, must say of every export what ours says.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { bytesSource, parseSigningKey, verifyExport } from "../src/index.ts";
import { exportOf, someWitnesses, type Wanted } from "./export-made.ts";
import { person } from "./people.ts";
import { keyPair, pattern, payloadOf, statement } from "./reference.ts";

const script = fileURLToPath(new URL("../verifier/verify.py", import.meta.url));
const python = spawnSync("python3", ["--version"]).status === 0;
const skip = python ? false : "python3 is not installed";

let folder = "";
before(() => {
  folder = mkdtempSync(join(tmpdir(), "ecrin-py-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

function verified(bytes: Uint8Array, ...args: string[]): string {
  const path = join(folder, "export.zip");
  writeFileSync(path, bytes);
  return spawnSync("python3", [script, path, ...args], { encoding: "utf8" }).stdout;
}

test("Python verifies what we verify", { skip }, async () => {
  const bytes = await exportOf({ entries: 30, anchored: [20, 77], since: 50, erased: [7, 8] });
  const { logKey } = await verifyExport(bytesSource(bytes));
  const said = verified(bytes, "--log-key", logKey);
  assert.match(said, /VERIFIED\n$/);
  assert.match(said, /^28 entries/m);
  assert.match(said, /^not anchored$/m);
  assert.match(said, /^quorum none/m);
  assert.match(said, /2 entries were erased/);
  assert.match(verified(bytes, "--log-key", "A".repeat(43)), /^REFUSED\. log\/keys\.json/m);
});

test("Python says that nothing was checked where there is no such file", { skip }, () => {
  for (const given of [join(folder, "elsewhere.zip"), folder]) {
    const { status, stdout } = spawnSync("python3", [script, given], { encoding: "utf8" });
    assert.equal(status, 2);
    assert.match(stdout, /^NOT CHECKED\. /);
  }
});

test("Python says what of the files beside the export it cannot read", { skip }, async () => {
  const bytes = await exportOf({ entries: 3 });
  const file = join(folder, "beside");
  const said = (option: string, content: string) => {
    writeFileSync(file, content);
    return verified(bytes, option, file);
  };
  const body = Buffer.from([0x30, 3, 1, 2]).toString("base64");
  const cut = `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
  for (const [option, content] of [
    ["--root", "no certificate"],
    ["--root", cut],
    ["--root", cut.replace(body, "*")],
    ["--witnesses", "{"],
    ["--witnesses", '{"witnesses":[{}]}'],
  ] as const)
    assert.match(said(option, content), /^NOT CHECKED\. .*beside/, content);
  assert.match(
    said("--earlier", "no archive"),
    /^REFUSED\. .*beside: not in the form of an export/,
  );
  for (const option of ["--root", "--witnesses", "--earlier"])
    assert.match(
      verified(bytes, option, `${file}-gone`),
      /^NOT CHECKED\. .*beside-gone is no file/,
    );
});

test("Python refuses what we refuse", { skip }, async () => {
  const zero = "A".repeat(43) as never;
  for (const [wanted, place] of [
    [{ entries: 9, saysErased: false, erased: [4] }, /no erasure/],
    [
      { entries: 9, line: (line: { n: number }) => (line.n === 2 ? { ...line, tag: zero } : line) },
      /^REFUSED/m,
    ],
    [
      { entries: 9, line: (line: { n: number }) => (line.n === 5 ? { ...line, index: 99 } : line) },
      /line 7/,
    ],
  ] as const) {
    const bytes = await exportOf(wanted as Parameters<typeof exportOf>[0]);
    await assert.rejects(verifyExport(bytesSource(bytes)));
    assert.match(verified(bytes), place);
  }
});

test("a name in an archive cannot rub out what Python says of it", { skip }, async () => {
  const bytes = Buffer.from(await exportOf({ entries: 3 }));
  // Up a line and wipe it, in the place of a name in the directory.
  bytes.write("\u001b[1A\u001b[2KV", bytes.lastIndexOf("VERIFY.md"), "latin1");
  const said = verified(bytes);
  assert.match(said, /^REFUSED\. \?\[1A\?\[2KV: begins in another form\n$/);
});

test("nor can whoever an export says it is of, or a reader", { skip }, async () => {
  // The right key under a line that is wiped, in the place of the wrong one below it.
  const name = `x\nVERIFIED\u001b[8m`;
  const of = await exportOf({ entries: 4, uploadsEvery: 1, subject: name });
  await assert.rejects(verifyExport(bytesSource(of)), /subject/);
  assert.match(verified(of), /^REFUSED\. manifest\.json: [^\n]*\n$/);

  const mallory = person("mallory");
  const begin = { ...payloadOf(mallory.chain[0] ?? ""), account: name };
  const chain = [statement("account", begin, mallory.pair)];
  const theirs = await exportOf({ entries: 4, readers: { [name]: chain } });
  await assert.rejects(verifyExport(bytesSource(theirs)), /accounts/);
  assert.match(verified(theirs), /^REFUSED\. accounts\.json: [^\n]*\n$/m);
});

test("Python counts witnesses as we do, those that are given before those that are named", {
  skip,
}, async () => {
  const file = join(folder, "witnesses.json");
  for (const [known, cosigned, needed] of [
    [3, 3, 3],
    [3, 2, 3],
    [6, 3, 4],
    [6, 4, 4],
  ] as const) {
    const { witnesses, cosign } = someWitnesses(known, cosigned);
    const bytes = await exportOf({ entries: 4, witnesses, cosign });
    const { quorum } = await verifyExport(bytesSource(bytes));
    const said = verified(bytes);
    const word = `quorum ${quorum.quorum} (${cosigned} operators cosigned, ${needed} are needed)`;
    assert.ok(said.startsWith(word), said);
    assert.match(said, /--witnesses FILE counts yours/);
    writeFileSync(file, JSON.stringify({ witnesses: witnesses.slice(0, 3) }, undefined, 2));
    const given = verified(bytes, "--witnesses", file);
    assert.match(given, cosigned >= 3 ? /^quorum reached \(3/ : /^quorum none/);
    assert.doesNotMatch(given, /counts yours/);
  }
  const { witnesses, cosign } = someWitnesses(3, 3);
  const [one, ...others] = witnesses;
  assert.ok(one);
  const twice = { entries: 4, cosign, witnesses: [...others, one, { ...one, name: "again" }] };
  assert.match(verified(await exportOf(twice)), /^REFUSED\. log\/witnesses\.json: .* twice/m);
  const wrong = { entries: 4, witnesses, cosign: (text: string) => cosign(`${text}x`) };
  assert.match(verified(await exportOf(wrong)), /^REFUSED\. log\/checkpoint: a cosignature/m);
});

const LOST = { entries: 12, ended: { size: 40, kept: 17 }, anchored: [10, 30], since: 15 };

test("both follow a log that ended, and say what is lost", { skip }, async () => {
  const bytes = await exportOf(LOST);
  const said = await verifyExport(bytesSource(bytes));
  const [lost] = said.ended;
  assert.deepEqual([said.ended.length, lost?.from, lost?.size], [1, 17, 40]);
  const python = verified(bytes);
  assert.match(python, /VERIFIED\n$/);
  assert.match(python, /^LOST: .* ended at 40 entries, and those from place 17 on are lost, 23/m);
  // Whoever knew the ended log follows from there.
  const known = keyPair(pattern("ended log key", 32)).key;
  assert.match(verified(bytes, "--log-key", known), /VERIFIED\n$/);
  const ours = await verifyExport(bytesSource(bytes), { logKey: parseSigningKey(known, "key") });
  assert.equal(ours.logKeyKnown, true);
});

test("both refuse a succession that does not hold", { skip }, async () => {
  const other = keyPair(pattern("another key", 32));
  for (const [name, over] of [
    ["no entry", { told: ({ entry: _, place: __, ...told }) => told }],
    ["an entry without a place", { told: ({ place: _, ...told }) => told }],
    [
      "another place",
      { told: ({ place = [], ...told }) => ({ ...told, place: place.toReversed() }) },
    ],
    // What stands in the tree all the same.
    ["somebody named", { ended: { ...LOST.ended, entry: { actor: { account: "A".repeat(22) } } } }],
    ["a moment that is none", { ended: { ...LOST.ended, entry: { at: "now" } } }],
    ["another key", { told: (told) => ({ ...told, first: parseSigningKey(other.key, "key") }) }],
    [
      "an older checkpoint that was lost",
      { anchored: [10, 17, 30], ended: { size: 40, kept: 16 } },
    ],
  ] as const satisfies readonly (readonly [string, Partial<Wanted>])[]) {
    const bytes = await exportOf({ ...LOST, ...over });
    const refused = verifyExport(bytesSource(bytes)).then(
      () => false,
      () => true,
    );
    const isRight = name === "an older checkpoint that was lost";
    assert.equal(await refused, !isRight, name);
    assert.match(verified(bytes), isRight ? /VERIFIED/ : /^REFUSED\. log\/ended\.json/m, name);
  }
});
