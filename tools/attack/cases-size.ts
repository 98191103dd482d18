import { layoutOfPlaintext, paddedLength } from "@ecrin/crypto";
import { fromBase64url, METADATA_FLOOR } from "@ecrin/protocol";
import { type AttackCase, holds } from "./case.ts";
import { CANARIES, type Stage } from "./stage.ts";

const DOCUMENTS = 100_000;
/** What may stay of the advantage: bits of a size, the share of documents alone in their class, and what it costs. */
const MOST_BITS = 5;
const MOST_ALONE = 0.001;
const MOST_OVERHEAD = 0.03;

export const sizeCases: readonly AttackCase[] = [
  {
    number: 30,
    title: "sizes as a fingerprint",
    promise: "P",
    countermeasure: "padding to classes: powers of two, then Padmé",
    mutation: [
      {
        file: "packages/protocol/src/padding.ts",
        find: "if (n <= floor) return floor;",
        replace: "return n;",
      },
    ],
    async run(stage) {
      await classesHideSizes(stage);
      const sizes = corpus(await stage.host.sampleSizes());
      const exact = spread(sizes);
      const seen = spread(sizes.map(sealedSize));
      const overhead = sum(sizes.map(sealedSize)) / sum(sizes) - 1;
      holds(seen.bits <= MOST_BITS, `${seen.bits.toFixed(2)} bits of a size stay visible`);
      holds(seen.alone <= MOST_ALONE, `${percent(seen.alone)} are alone in their class`);
      holds(overhead < MOST_OVERHEAD, `${percent(overhead)} more bytes`);
      return [
        `of ${DOCUMENTS} documents: ${exact.classes} sizes become ${seen.classes} classes,`,
        `${exact.bits.toFixed(2)} bits become ${seen.bits.toFixed(2)},`,
        `alone with their size: ${percent(exact.alone)} become ${percent(seen.alone)};`,
        `${percent(overhead)} more bytes`,
      ].join(" ");
    },
  },
];

/** What the server sees of a document's size. */
function sealedSize(size: number): number {
  return layoutOfPlaintext(paddedLength(size)).sealed;
}

/**
 * The real client: documents of different sizes and titles of one class are
 * sealed to the same lengths.
 */
async function classesHideSizes({ add, record, network }: Stage): Promise<void> {
  network.calm();
  const lengths = new Set<number>();
  for (const length of [1, 40, 900, 2500]) {
    const item = await add("x".repeat(Math.ceil(length / 100)), "y".repeat(length));
    const [revision] = await record.history(item);
    if (revision === undefined || revision.fact.op === "delete") throw new Error("nothing sealed");
    const { metadata = "" } = await record.listing.row(item);
    const name = fromBase64url(metadata).length;
    holds(name === METADATA_FLOOR + 16, `a name of ${name} bytes shows how long it is`);
    lengths.add(revision.fact.content.length);
  }
  holds(lengths.size === 1, `documents of one class have ${lengths.size} lengths`);
  holds(CANARIES.content.length < 100, "the stage's own words fill the class");
}

/** How far a list of sizes tells its documents apart. */
function spread(sizes: readonly number[]) {
  const counts = new Map<number, number>();
  for (const size of sizes) counts.set(size, (counts.get(size) ?? 0) + 1);
  const shares = [...counts.values()].map((count) => count / sizes.length);
  return {
    classes: counts.size,
    bits: -sum(shares.map((share) => share * Math.log2(share))),
    alone: [...counts.values()].filter((count) => count === 1).length / sizes.length,
  };
}

/**
 * Sizes as a record has them: a lognormal for each kind of document, in the
 * shares of a record that is mostly laboratory results, around the samples'
 * own sizes. Always the same, so that the figure can be compared.
 */
function corpus(samples: readonly number[]): number[] {
  const random = sequence(30);
  return Array.from({ length: DOCUMENTS }, (_, i) => {
    const sample = samples[i % 50];
    if (sample !== undefined) return sample;
    const kind = random();
    const { median, sigma } = KINDS.find(({ upTo }) => kind < upTo) ?? LARGEST;
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.max(1, Math.round(median * Math.exp(sigma * normal)));
  });
}

const LARGEST = { upTo: 1, median: 30_000_000, sigma: 1.4 };
/** Results as FHIR, letters as text, PDFs, photographs and scans; then images of DICOM. */
const KINDS = [
  { upTo: 0.45, median: 1800, sigma: 0.6 },
  { upTo: 0.55, median: 6000, sigma: 0.9 },
  { upTo: 0.85, median: 140_000, sigma: 1.1 },
  { upTo: 0.96, median: 1_700_000, sigma: 0.8 },
  LARGEST,
];

/** Numbers from 0 to 1 (mulberry32), the same in every run. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
