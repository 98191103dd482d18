// Writes vectors/export/: whole exports, to accept and to refuse, and export.json that lists them.
// The same at every run, but for the token of a time stamp and its root, which were made once.
//
//   node tools/vectors/exports.ts

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type ExportedEntry, encodeOtsProof, hashOf, sha256, utf8 } from "@ecrin/protocol";
import {
  easyHeader,
  exportOf,
  someWitnesses,
  type Wanted,
} from "../../packages/protocol/test/export-made.ts";
import { keyPair, pattern } from "../../packages/protocol/test/reference.ts";

export const FOLDER = fileURLToPath(new URL("../../vectors/export/", import.meta.url));

/** What whoever checks is given beside the archive; files are beside it. */
export interface VectorGiven {
  readonly logKey?: string;
  readonly roots?: readonly string[];
  readonly witnesses?: string;
  readonly earlier?: string;
  readonly demonstration?: true;
}

export interface ExportVector {
  readonly file: string;
  readonly name: string;
  readonly given?: VectorGiven;
}

export interface AcceptedExport extends ExportVector {
  readonly says: {
    readonly entries: number;
    readonly reads: number;
    readonly erased: number;
    /** Leaves that an anchor holds. */
    readonly anchored: number;
    readonly quorum: "reached" | "none";
    readonly lost: number;
    readonly since?: number;
  };
}

export interface RefusedExport extends ExportVector {
  /** The first thing that is wrong, by its reason and its file (spec/export.md, Reasons). */
  readonly reason: string;
  readonly in: string;
}

export interface ExportVectors {
  readonly spec: string;
  readonly made: string;
  readonly accept: readonly AcceptedExport[];
  readonly refuse: readonly RefusedExport[];
}

const beside = (name: string) => new Uint8Array(readFileSync(`${FOLDER}${name}`));
const zero = hashOf(new Uint8Array(32));
const PLAIN = { entries: 4, between: 2 };
const says = {
  entries: 4,
  reads: 3,
  erased: 0,
  anchored: 0,
  quorum: "none",
  lost: 0,
} as const;

/** A proof by OpenTimestamps over what stands under a checkpoint, and the header it leads to. */
function blockOf(over: (text: string) => string = (text) => text): NonNullable<Wanted["evidence"]> {
  return (_, text) => {
    const digest = sha256(utf8(over(text)));
    const attestation = { kind: "bitcoin", height: 5 } as const;
    const proof = encodeOtsProof({ digest, stamp: { attestations: [attestation], branches: [] } });
    return Promise.resolve([
      ["proof.ots", proof],
      ["block-5.header", easyHeader(digest)],
    ]);
  };
}

/** The token that was made once, over the checkpoint of seven leaves. */
const stamped = (): Wanted => ({
  ...PLAIN,
  anchored: [7],
  roots: [beside("root.der")],
  evidence: () => Promise.resolve([["stamp-0.tst", beside("stamp.tst")]]),
});

const line = (n: number, change: (line: ExportedEntry) => ExportedEntry): Wanted => ({
  ...PLAIN,
  line: (each) => (each.n === n ? change(each) : each),
});

type Made = readonly [file: string, name: string, wanted: Wanted, given?: VectorGiven];

const LOST: Wanted = { ...PLAIN, entries: 6, ended: { size: 40, kept: 6 } };
const WITNESSED = someWitnesses(3, 3);
const OTHER_KEY = keyPair(pattern("another log", 32)).key;

function accepted(): [Made, Partial<AcceptedExport["says"]>][] {
  const since = { ...PLAIN, since: 11 };
  return [
    [["plain", "four entries among those of others", PLAIN], {}],
    [["empty", "a journal without an entry", { entries: 0 }], { entries: 0, reads: 0 }],
    [
      [
        "erased",
        "two entries erased, and a third that says so",
        { ...PLAIN, entries: 6, erased: [1, 2] },
      ],
      { erased: 2, reads: 2 },
    ],
    [["anchored", "a checkpoint on the way, not anchored", { ...PLAIN, anchored: [7] }], {}],
    [
      [
        "block",
        "a demonstration's block, said to be one",
        { ...PLAIN, anchored: [7], demonstration: true, evidence: blockOf() },
        { demonstration: true },
      ],
      { anchored: 7 },
    ],
    [["stamp", "a time stamp under the export's own root", stamped()], { anchored: 7 }],
    [
      [
        "stamp-chosen",
        "a time stamp under a root that was chosen",
        stamped(),
        { roots: ["root.der"] },
      ],
      { anchored: 7 },
    ],
    [
      [
        "stamp-elsewhere",
        "a time stamp under none of the roots that were chosen",
        stamped(),
        { roots: ["other-root.der"] },
      ],
      { anchored: 0 },
    ],
    [
      ["witnessed", "three witnesses of three operators", { ...PLAIN, ...WITNESSED }],
      { quorum: "reached" },
    ],
    [
      [
        "witnessed-chosen",
        "and none of those that whoever checks has chosen",
        { ...PLAIN, ...WITNESSED },
        { witnesses: "witnesses.json" },
      ],
      {},
    ],
    [
      ["before", "three entries, under eleven leaves", { ...PLAIN, entries: 3 }],
      { entries: 3, reads: 2 },
    ],
    [
      ["goes-on", "going on from that copy, which is given", since, { earlier: "before.zip" }],
      { since: 11 },
    ],
    [["since", "going on from a checkpoint of eleven leaves", since], { since: 11 }],
    [["lost", "a log before it that lost entries", LOST], { entries: 6, reads: 4, lost: 34 }],
    [
      [
        "lost-known",
        "checked by whoever knew that log",
        LOST,
        { logKey: keyPair(pattern("ended log key", 32)).key },
      ],
      { entries: 6, reads: 4, lost: 34 },
    ],
  ];
}

/** What somebody wrote wrongly and signed. */
function refused(): [Made, reason: string, place: string][] {
  const journal = (made: Made, reason: string): [Made, string, string] => [
    made,
    reason,
    "journal.json",
  ];
  const with7 = { ...PLAIN, anchored: [7] };
  return [
    journal(["salt", "another salt", line(1, (each) => ({ ...each, salt: zero }))], "tag"),
    journal(["tag", "another tag", line(1, (each) => ({ ...each, tag: zero }))], "tag"),
    journal(
      ["place", "a place before the last", line(2, (each) => ({ ...each, index: 0 }))],
      "order",
    ),
    journal(
      [
        "path",
        "a path too long",
        line(2, (each) => ({ ...each, path: [...(each.path ?? []), zero] })),
      ],
      "proof",
    ),
    journal(
      [
        "other-path",
        "another path",
        line(2, (each) => ({ ...each, path: each.path?.map(() => zero) ?? [] })),
      ],
      "not-grown",
    ),
    journal(
      ["unsigned", "a read that nobody signed", line(2, ({ statement, ...each }) => each)],
      "read-unsigned",
    ),
    journal(
      [
        "silent",
        "an entry gone that no erasure accounts for",
        { ...PLAIN, entries: 6, erased: [2], saysErased: false },
      ],
      "gone",
    ),
    journal(
      [
        "beyond",
        "an entry gone after the erasure that speaks of it",
        {
          ...PLAIN,
          entries: 6,
          erased: [1, 4],
          saysErased: false,
          entry: (entry) =>
            entry.n === 3
              ? {
                  ...entry,
                  kind: "erasure",
                  actor: {},
                  about: { from: 1, count: 1000, code: "asked" },
                }
              : entry,
          line: ({ statement, ...each }) =>
            each.n === 3 || statement === undefined ? each : { ...each, statement },
        },
      ],
      "gone",
    ),
    journal(
      [
        "kind",
        "a read told as another kind than was signed",
        { ...PLAIN, entry: (entry) => (entry.n === 2 ? { ...entry, kind: "export" } : entry) },
      ],
      "statement-refused",
    ),
    [
      [
        "cosignature",
        "a cosignature that does not hold",
        { ...PLAIN, ...WITNESSED, cosign: (text) => WITNESSED.cosign(`${text}x`) },
      ],
      "signature-refused",
      "log/checkpoint",
    ],
    [
      [
        "no-demonstration",
        "a demonstration's block, not said to be one",
        { ...with7, demonstration: true, evidence: blockOf() },
      ],
      "demonstration",
      "anchors/7/block-5.header",
    ],
    [
      [
        "easy",
        "an easy block in an export that is no demonstration",
        { ...with7, evidence: blockOf() },
      ],
      "work",
      "anchors/7/block-5.header",
    ],
    [
      [
        "other-proof",
        "a proof over something else",
        { ...with7, evidence: blockOf((text) => `${text}x`) },
        { demonstration: true },
      ],
      "anchor-other",
      "anchors/7/proof.ots",
    ],
    [
      ["other-stamp", "a token over another checkpoint", { ...stamped(), anchored: [8] }],
      "stamp",
      "anchors/8/stamp-0.tst",
    ],
    [
      ["no-root", "a token without a root to lead to", { ...stamped(), roots: [] }],
      "stamp",
      "anchors/7/stamp-0.tst",
    ],
    [
      ["other-log", "another log than is known", PLAIN, { logKey: OTHER_KEY }],
      "other-log",
      "log/keys.json",
    ],
    [
      ["not-earlier", "not going on from the copy before", PLAIN, { earlier: "empty.zip" }],
      "not-earlier",
      "log/since",
    ],
    [
      [
        "no-entry",
        "a log that followed without saying so",
        { ...LOST, told: ({ entry: _, place: __, ...told }) => told },
      ],
      "statement-refused",
      "log/ended.json",
    ],
  ];
}

/** What came apart on its way. */
function changed(): [Made, reason: string, place: string, (archive: Buffer) => Buffer][] {
  const flip = (name: string) => (archive: Buffer) => {
    // Each name stands first before its own content.
    const at = archive.indexOf(name) + name.length;
    archive[at] = (archive[at] ?? 0) ^ 1;
    return archive;
  };
  return [
    [["report", "a byte of the report", PLAIN], "damaged", "report.pdf", flip("report.pdf")],
    [["header", "a byte before a file", PLAIN], "malformed", "VERIFY.md", flip("PK")],
    [["short", "cut short", PLAIN], "malformed", "archive", (archive) => archive.subarray(0, -1)],
    [
      ["long", "a byte behind the end", PLAIN],
      "malformed",
      "archive",
      (archive) => Buffer.concat([archive, Buffer.alloc(1)]),
    ],
  ];
}

export async function exportVectors(): Promise<{
  readonly list: ExportVectors;
  readonly archives: ReadonlyMap<string, Uint8Array>;
}> {
  const archives = new Map<string, Uint8Array>();
  const accept: AcceptedExport[] = [];
  const refuse: RefusedExport[] = [];
  const add = async ([file, name, wanted, given]: Made): Promise<ExportVector> => {
    archives.set(`${file}.zip`, await exportOf(wanted));
    return { file: `${file}.zip`, name, ...(given === undefined ? {} : { given }) };
  };
  for (const [made, more] of accepted())
    accept.push({ ...(await add(made)), says: { ...says, ...more } });
  for (const [made, reason, place] of refused())
    refuse.push({ ...(await add(made)), reason, in: place });
  for (const [made, reason, place, change] of changed()) {
    const vector = await add(made);
    archives.set(vector.file, change(Buffer.from(archives.get(vector.file) ?? [])));
    refuse.push({ ...vector, reason, in: place });
  }
  const list = { spec: "export.md", made: "tools/vectors/exports.ts", accept, refuse };
  return { list, archives };
}

/** As it stands in the tree. */
export function printList(list: ExportVectors): string {
  return `${JSON.stringify(list, undefined, 1)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(FOLDER, { recursive: true });
  const { list, archives } = await exportVectors();
  for (const [file, bytes] of archives) writeFileSync(`${FOLDER}${file}`, bytes);
  writeFileSync(`${FOLDER}export.json`, printList(list));
}
