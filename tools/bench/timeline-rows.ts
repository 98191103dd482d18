// Takes the place of the worker's own file in the page that is measured: 100,000 invented rows
// instead of a record, and everything else as it is.

import type { DocumentRow } from "../../apps/web/src/wire.ts";
import { find, indexOf, overview, prepare } from "../../apps/web/src/worker/find.ts";

// Invented words, so that every letter typed narrows what is found.
const STARTS = [..."bcdfglmnprstv"];
const VOWELS = [..."aeiouéè"];

const ME = { account: "me", name: "Camille Moreau", known: "me" } as const;

/** The same numbers every time. */
function numbers(): () => number {
  let state = 1;
  return () => {
    // As whole numbers: a product beyond 2^53 is rounded, and soon the same few numbers come again.
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x80000000;
  };
}

function word(next: () => number): string {
  const one = (letters: readonly string[]) => letters[Math.floor(next() * letters.length)] ?? "";
  return Array.from({ length: 2 + Math.floor(next() * 3) }, () => one(STARTS) + one(VOWELS)).join(
    "",
  );
}

function rows(count: number): DocumentRow[] {
  const next = numbers();
  return Array.from({ length: count }, (_, i): DocumentRow => {
    const words = Array.from({ length: 4 }, () => word(next));
    const day = new Date(Date.UTC(1990, 0, 1) + next() * 36 * 365 * 86_400_000);
    return {
      item: `item${i}`,
      revision: `revision${i}`,
      title: `${words.join(" ")} ${Math.floor(next() * 9999)}`,
      type: "DocumentReference",
      mediaType: "application/pdf",
      size: Math.floor(next() * 1e6),
      date: day.toISOString().slice(0, 10),
      at: i,
      author: ME,
      conflict: false,
      versions: 1,
      waits: false,
      opens: false,
    };
  });
}

const index = indexOf(rows(100_000), ({ author, date }) => `${author.name} ${date}`);
// As after the list was given: here, at once.
for (const _ of prepare(index));

export const timelineCalls = {
  refresh: () => overview(index),
  find: ({
    offset,
    count,
    ...wanted
  }: Parameters<typeof find>[1] & { offset: number; count: number }) =>
    find(index, wanted, offset, count),
  series: () => [],
};
