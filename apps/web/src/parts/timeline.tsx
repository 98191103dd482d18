import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { memo, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Found, FoundRow, Wanted } from "../wire.ts";
import { dateInWords, sizeInWords } from "../words.ts";
import { KeptHere } from "./kept-here.tsx";
import { Kind } from "./kind.tsx";
import { usePersonName } from "./person-name.tsx";
import { Title } from "./title.tsx";

/** Rows that come and go together: few, so that they are drawn within a frame while one scrolls. */
const BLOCK = 5;

/** Rows that come with what was found and are drawn with it; those below follow. */
export const FIRST = 2 * BLOCK;

/** How far beyond the window's edges rows are kept ready, in pixels. */
const AHEAD = 1200;

/** Pixels of a row, as long as none was measured. */
const ROW = 92;

/** Where rows come from. */
export type Find = (ask: Wanted & { offset: number; count: number }) => Promise<Found>;

/** What was asked for, and what is known of what was found. */
export interface Sought {
  readonly wanted: Wanted;
  readonly total: number;
  /** Rows from the first on, at most `FIRST` of them; further ones are asked for when they come near. */
  readonly first: readonly FoundRow[];
  /** Changes whenever the rows may have changed. */
  readonly turn: number;
}

interface TimelineProps extends Sought {
  readonly find: Find;
}

/**
 * A list of any length, of which only what is near the window is drawn. Rows are as high as their
 * words need; above and below stand empty boxes as high as what is left out, or is likely to be.
 */
export const Timeline = memo(function Timeline({
  label,
  ...shown
}: TimelineProps & { readonly label: string }) {
  const { total } = shown;
  const { list, from, to, heights } = useNear(shown);
  const blocks = Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
  const end = Math.ceil(total / BLOCK);
  return (
    // biome-ignore lint/a11y/useSemanticElements: between a list and its lines stand the blocks.
    <div role="list" className="ledger timeline" aria-label={label} ref={list}>
      <div style={{ blockSize: `${heights.between(0, from, total)}px` }} />
      {blocks.map((block) => (
        <Block key={block} {...shown} block={block} heights={heights} />
      ))}
      <div style={{ blockSize: `${heights.between(to + 1, end, total)}px` }} />
    </div>
  );
});

/** Which blocks are near the window, and how high those are that are not drawn. */
function useNear({ total, turn }: Pick<Sought, "total" | "turn">) {
  const list = useRef<HTMLDivElement>(null);
  const heights = useRef(new Heights());
  const [near, setNear] = useState({ from: 0, to: 0 });
  const count = Math.ceil(total / BLOCK);

  // Before the browser has measured any of them.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` says that the rows are others, and as high as they are.
  useLayoutEffect(() => heights.current.clear(), [count, turn]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` says that the rows are others, and as high as they are.
  useEffect(() => {
    const look = () => {
      const top = list.current?.getBoundingClientRect().top ?? 0;
      const [above, below] = [-top - AHEAD, globalThis.innerHeight - top + AHEAD];
      let [from, to, y] = [0, 0, 0];
      for (let block = 0; block < count && y < below; block++) {
        const height = heights.current.of(block, total);
        if (y + height < above) from = block + 1;
        to = block;
        y += height;
      }
      from = Math.min(from, to);
      setNear((before) => (before.from === from && before.to === to ? before : { from, to }));
    };
    const widthNow = () => list.current?.clientWidth;
    let width = widthNow();
    const resized = () => {
      // Rows are as high as their words need at this width, and those drawn are measured again.
      if (widthNow() !== width) heights.current.clear();
      width = widthNow();
      look();
    };
    look();
    globalThis.addEventListener("scroll", look, { passive: true });
    globalThis.addEventListener("resize", resized);
    return () => {
      globalThis.removeEventListener("scroll", look);
      globalThis.removeEventListener("resize", resized);
    };
  }, [count, turn]);

  const to = Math.min(near.to, count - 1);
  return { list, from: Math.min(near.from, Math.max(0, to)), to, heights: heights.current };
}

/** How high blocks are: what was measured, and for the others what is likely. */
class Heights {
  readonly #measured = new Map<number, number>();
  #sum = 0;

  clear(): void {
    this.#measured.clear();
    this.#sum = 0;
  }

  measured(block: number, height: number): void {
    this.#sum += height - (this.#measured.get(block) ?? 0);
    this.#measured.set(block, height);
  }

  /** Pixels of a block of a list with so many rows. */
  of(block: number, total: number): number {
    return this.#measured.get(block) ?? (this.#likely() * rowsIn(block, block + 1, total)) / BLOCK;
  }

  /** Pixels of the blocks from one to before another. */
  between(from: number, to: number, total: number): number {
    const likely = this.#likely() / BLOCK;
    let height = likely * rowsIn(from, to, total);
    for (const [block, known] of this.#measured)
      if (block >= from && block < to) height += known - likely * rowsIn(block, block + 1, total);
    return height;
  }

  #likely(): number {
    return this.#measured.size === 0 ? ROW * BLOCK : this.#sum / this.#measured.size;
  }
}

function rowsIn(from: number, to: number, total: number): number {
  return Math.max(0, Math.min(to * BLOCK, total) - from * BLOCK);
}

/** The rows of a block that came with what was found; undefined where it has to ask for them. */
function given(
  first: readonly FoundRow[],
  block: number,
  total: number,
): readonly FoundRow[] | undefined {
  const end = Math.min((block + 1) * BLOCK, total);
  return end <= first.length ? first.slice(block * BLOCK, end) : undefined;
}

function Block({
  block,
  wanted,
  find,
  turn,
  first,
  total,
  heights,
}: TimelineProps & { readonly block: number; readonly heights: Heights }) {
  const place = useRef<HTMLDivElement>(null);
  const [asked, setAsked] = useState<readonly FoundRow[]>([]);
  const offset = block * BLOCK;
  const count = rowsIn(block, block + 1, total);
  const here = given(first, block, total);
  const isGiven = here !== undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` says that the rows may be others.
  useEffect(() => {
    let gone = false;
    if (isGiven) return;
    find({ ...wanted, offset, count }).then(
      (found) => {
        if (!gone) setAsked(found.rows);
      },
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [wanted, find, turn, offset, count, isGiven]);
  const rows = (here ?? asked).slice(0, count);
  const isDrawn = rows.length > 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: with each `turn` heights are measured anew.
  useLayoutEffect(() => {
    if (!isDrawn || place.current === null) return;
    // Told once the browser has laid the rows out: to ask it would make it do so at once.
    const watch = new ResizeObserver(([entry]) => {
      const height = entry?.borderBoxSize[0]?.blockSize;
      if (height !== undefined) heights.measured(block, height);
    });
    watch.observe(place.current);
    return () => watch.disconnect();
  }, [isDrawn, heights, block, turn]);
  return (
    <div
      ref={place}
      className="block"
      style={isDrawn ? {} : { minBlockSize: `${heights.of(block, total)}px` }}
    >
      {rows.map((row, i) => (
        <Row key={row.revision} row={row} place={offset + i + 1} total={total} />
      ))}
    </div>
  );
}

const Row = memo(function Row({
  row,
  place,
  total,
}: {
  readonly row: FoundRow;
  readonly place: number;
  readonly total: number;
}) {
  const { i18n } = useLingui();
  const nameOf = usePersonName();
  const { title, type, mediaType, size, versions, begins } = row;
  const date = dateInWords(row.date, i18n.locale);
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the list.
    <div
      role="listitem"
      className="entry"
      aria-setsize={total}
      aria-posinset={place}
      data-begins={begins === undefined ? undefined : ""}
    >
      <div className="side">
        {begins === undefined ? null : <strong className="year">{begins}</strong>}
        <time>{date}</time>
      </div>
      <div className="body">
        <Link to="/documents/$item" params={{ item: row.item }} className="entry-link">
          <Title of={title} />
          <span className="unseen">, {date}</span>
        </Link>
        <p className="small">
          <Kind type={type} mediaType={mediaType} />
          {size > 0 ? ` · ${sizeInWords(size, i18n.locale)}` : null}
          {row.author.known === "me" ? null : (
            <>
              {" · "}
              <Trans>added by {nameOf(row.author)}</Trans>
            </>
          )}
          {versions > 1 ? (
            <>
              {" · "}
              <Plural value={versions} one="# version" other="# versions" />
            </>
          ) : null}
        </p>
        <KeptHere waits={row.waits} opens={row.opens} />
        {row.conflict ? (
          <span className="tag" data-tone="care">
            <Trans>Changed in two places: both are kept</Trans>
          </span>
        ) : null}
      </div>
    </div>
  );
});
