import assert from "node:assert/strict";
import { test } from "node:test";
import { startDigest as inNode } from "../src/digest.node.ts";
import { startDigest as inBrowsers } from "../src/digest.web.ts";
import {
  bytesSource,
  cosignatureLine,
  cosignedText,
  type ExportedEntry,
  encodeOtsProof,
  fromUtf8,
  hashOf,
  ProtocolError,
  reasonOf,
  type SigningKey,
  sha256,
  utf8,
  type VerifyOptions,
  verifyExport,
  type Witness,
} from "../src/index.ts";
import { easyHeader, exportOf, type Wanted } from "./export-made.ts";
import { keyPair, pattern } from "./reference.ts";

async function verify(wanted: Wanted, options: VerifyOptions = {}) {
  return await verifyExport(bytesSource(await exportOf(wanted)), options);
}

function refused(field: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof ProtocolError, String(error));
    assert.match(error.field ?? "", field);
    return true;
  };
}

test("an export holds, and says what was checked", async () => {
  const said = await verify({ entries: 40, anchored: [20, 77], since: 50 });
  assert.equal(said.entries, 40);
  assert.equal(said.signedReads, 32);
  assert.equal(said.namedStatements, 8);
  assert.equal(said.tagsChecked + said.tagsUndisclosed, 40);
  assert.ok(said.tagsChecked > 10 && said.tagsUndisclosed > 10);
  assert.equal(said.checkpoint.size, 163);
  assert.equal(said.since, 50);
  assert.equal(said.quorum.quorum, "none");
  assert.equal(said.anchoredSize, 0);
  assert.equal(said.logKeyKnown, false);
  assert.equal(said.readers.length, 1);
});

test("exports of every small size hold, next to foreign leaves and without any", async () => {
  for (const between of [0, 1, 4])
    for (const entries of [0, 1, 2, 3, 7, 8, 9])
      assert.equal((await verify({ entries, between })).entries, entries);
});

test("a log that is known is not exchanged, nor an earlier checkpoint", async () => {
  const wanted = { entries: 6, since: 10 };
  const { logKey, checkpoint } = await verify(wanted);
  assert.equal((await verify(wanted, { logKey })).logKeyKnown, true);
  const other = keyPair(pattern("other", 32)).key as SigningKey;
  await assert.rejects(verify(wanted, { logKey: other }), refused(/^log\/keys.json: first$/));
  const { root } = checkpoint;
  await verify(wanted, { earlier: { size: checkpoint.size, root } });
  await assert.rejects(verify(wanted, { earlier: { size: 10, root } }), refused(/^log\/since$/));
  await assert.rejects(verify(wanted, { earlier: { size: 11, root } }), refused(/^log\/since$/));
});

const changed = (n: number, change: (line: ExportedEntry) => ExportedEntry): Wanted => ({
  entries: 20,
  line: (line) => (line.n === n ? change(line) : line),
});
const zero = hashOf(new Uint8Array(32));

for (const [name, field, wanted] of [
  ["another salt", /^journal.json: line 9: tag$/, changed(7, (line) => ({ ...line, salt: zero }))],
  ["another place", /line 9: path/, changed(7, (line) => ({ ...line, index: line.index + 1 }))],
  ["a place before the last", /line 9: index/, changed(7, (line) => ({ ...line, index: 3 }))],
  [
    "another path",
    /line 22: log\/checkpoint/,
    changed(7, (line) => ({ ...line, path: line.path?.map(() => zero) ?? [zero] })),
  ],
  [
    "a path too long",
    /line 9: path/,
    changed(7, (line) => ({ ...line, path: [...(line.path ?? []), zero] })),
  ],
  ["another tag before", /line 5: tag/, changed(3, (line) => ({ ...line, before: zero }))],
  ["another tag", /line 5: tag/, changed(3, (line) => ({ ...line, tag: zero }))],
  [
    "a read without its statement",
    /line 9: statement/,
    changed(7, ({ statement, ...line }) => line),
  ],
  ["the statement of another entry", /line 12: (statement|about.statement)/, crossed(7, 10)],
  ["a kind that its reader did not sign", /line 9: about.statement/, asKind(7, "export")],
] as const) {
  test(`an export is refused: ${name}`, async () => {
    await assert.rejects(verify(wanted), refused(field));
  });
}

function crossed(from: number, to: number): Wanted {
  let kept: ExportedEntry["statement"];
  return {
    entries: 20,
    line(line) {
      if (line.n === from) kept = line.statement;
      return line.n === to && kept !== undefined ? { ...line, statement: kept } : line;
    },
  };
}

function asKind(n: number, kind: "export"): Wanted {
  return { entries: 20, entry: (entry) => (entry.n === n ? { ...entry, kind } : entry) };
}

/** Entry 9 says that the thousand from 5 on are erased. */
function erasedBeyond(erased: readonly number[]): Wanted {
  const about = { from: 5, count: 1000, code: "asked" };
  return {
    entries: 20,
    erased,
    saysErased: false,
    entry: (entry) => (entry.n === 9 ? { ...entry, kind: "erasure", actor: {}, about } : entry),
    line: ({ statement, ...line }) =>
      line.n === 9 || statement === undefined ? line : { ...line, statement },
  };
}

test("erased entries are counted, and only where an erasure accounts for them", async () => {
  const said = await verify({ entries: 20, erased: [5, 6, 7] });
  assert.equal(said.erased, 3);
  assert.equal(said.entries, 17);
  const silent = verify({ entries: 20, erased: [5, 6, 7], saysErased: false });
  await assert.rejects(silent, refused(/entries$/));
});

test("an erasure that says more than there was accounts for nothing that came after it", async () => {
  const said = await verify(erasedBeyond([5]));
  assert.equal(said.erased, 1);
  await assert.rejects(verify(erasedBeyond([5, 12])), refused(/entries$/));
});

test("witnesses count by operator, and a false cosignature is refused", async () => {
  const pairs = [1, 2, 3].map((i) => keyPair(pattern(`witness ${i}`, 32)));
  const witnesses = pairs.map(
    ({ key }, i): Witness => ({
      name: `witness${i}.example/w`,
      key: key as SigningKey,
      operator: `operator ${i}`,
    }),
  );
  const lines = (text: string, signed = text) =>
    witnesses.map((witness, i) => {
      const signature =
        pairs[i]?.sign(utf8(cosignedText(signed, 1_790_000_100))) ?? pattern("", 64);
      return cosignatureLine(witness, 1_790_000_100, new Uint8Array(signature));
    });
  const wanted = { entries: 4, witnesses, cosign: lines };
  const said = await verify(wanted);
  assert.equal(said.quorum.quorum, "reached");
  assert.equal(said.quorum.witnesses[0]?.at, 1_790_000_100_000);
  const one = witnesses.map((each) => ({ ...each, operator: "one" }));
  assert.equal((await verify({ ...wanted, witnesses: one })).quorum.quorum, "none");
  assert.equal((await verify(wanted, { witnesses: [] })).quorum.quorum, "none");
  const forged = verify({ ...wanted, cosign: (text) => lines(text, `${text}x`) });
  await assert.rejects(forged, refused(/^log\/checkpoint$/));
});

test("an anchor is over its checkpoint, or refused", async () => {
  const proofOver = (text: string) =>
    encodeOtsProof({
      digest: sha256(utf8(text)),
      stamp: { attestations: [{ kind: "pending", uri: "https://a.example" }], branches: [] },
    });
  const evidence = (over: (text: string) => string) => (_: number, text: string) =>
    Promise.resolve([["proof.ots", proofOver(over(text))]] as const);
  const said = await verify({ entries: 9, anchored: [13], evidence: evidence((text) => text) });
  assert.deepEqual(said.anchors, [{ size: 13, kind: "pending", calendar: "https://a.example" }]);
  assert.equal(said.anchoredSize, 0);
  const wrong = { entries: 9, anchored: [13], evidence: evidence((text) => `${text}!`) };
  await assert.rejects(verify(wrong), refused(/^anchors\/13\/proof.ots$/));
  const stamped = {
    entries: 9,
    anchored: [13],
    evidence: () => Promise.resolve([["stamp-0.tst", utf8("token")] as const]),
  };
  assert.deepEqual((await verify(stamped)).anchors, [{ size: 13, kind: "time-stamp-not-checked" }]);
  const checkToken = () => Promise.reject(new Error("no"));
  await assert.rejects(verify(stamped, { checkToken }), refused(/stamp-0.tst$/));
});

test("a time stamp counts under roots that were chosen, and is told under the export's own", async () => {
  const token = utf8("token");
  const evidence = () => Promise.resolve([["stamp-0.tst", token] as const]);
  const wanted = { entries: 9, anchored: [13], evidence, roots: [utf8("theirs")] };
  const said = { at: 7, authority: "Exemple", root: "00", revocation: "not-known" } as const;
  // Holds under one root only.
  const under =
    (root: string): NonNullable<VerifyOptions["checkToken"]> =>
    async ({ roots }) =>
      await (roots.some((each) => fromUtf8(each, "root") === root)
        ? Promise.resolve(said)
        : Promise.reject(new Error("no")));
  const [mine, theirs] = [[utf8("mine")], under("theirs")];
  const counted = await verify(wanted, { checkToken: under("mine"), roots: mine });
  assert.deepEqual(counted.anchors, [{ size: 13, kind: "time-stamp", ...said }]);
  assert.equal(counted.anchoredSize, 13);
  const told = await verify(wanted, { checkToken: theirs, roots: mine });
  assert.deepEqual(told.anchors, [{ size: 13, kind: "time-stamp-not-counted", ...said }]);
  assert.equal(told.anchoredSize, 0);
  assert.equal((await verify(wanted, { checkToken: theirs })).anchoredSize, 13);
  const neither = verify(wanted, { checkToken: under("nobody's"), roots: mine });
  await assert.rejects(neither, (error) => {
    assert.ok(error instanceof ProtocolError);
    return reasonOf(error).reason === "stamp";
  });
});

test("a block with too little work is refused as what it is: a demonstration's, or anybody's", async () => {
  const evidence = (_: number, text: string) => {
    const root = new Uint8Array(sha256(utf8(text)));
    const header = easyHeader(root);
    const stamp = { attestations: [{ kind: "bitcoin", height: 5 } as const], branches: [] };
    const proof = encodeOtsProof({ digest: root, stamp });
    return Promise.resolve([["proof.ots", proof] as const, ["block-5.header", header] as const]);
  };
  const wanted = { entries: 9, anchored: [13], evidence };
  for (const [over, reason] of [
    [{ demonstration: true }, "demonstration"],
    [{}, "work"],
  ] as const) {
    await assert.rejects(verify({ ...wanted, ...over }), (error) => {
      assert.ok(error instanceof ProtocolError);
      assert.equal(error.field, "anchors/13/block-5.header");
      return reasonOf(error).reason === reason;
    });
    const said = await verify({ ...wanted, ...over }, { leastWork: 1n });
    assert.equal(said.anchoredSize, 13);
  }
});

test("what is cut short, longer or empty is refused", async () => {
  const bytes = await exportOf({ entries: 3 });
  for (const wrong of [
    new Uint8Array(),
    bytes.subarray(0, bytes.length - 1),
    bytes.subarray(1),
    new Uint8Array([...bytes, 0]),
    utf8("PK"),
  ])
    await assert.rejects(verifyExport(bytesSource(wrong)), ProtocolError);
});

test("both digests of a file are those of their twin", () => {
  for (const length of [0, 1, 3, 4, 5, 1000, 100_003]) {
    const bytes = new Uint8Array(pattern("digest", length));
    const [node, web] = [inNode(), inBrowsers()];
    for (let from = 0; from < length; from += 777) {
      node.update(bytes.subarray(from, from + 777));
      web.update(bytes.subarray(from, from + 777));
    }
    assert.deepEqual(node.end(), web.end());
  }
});
