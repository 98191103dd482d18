import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { memo, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Found, FoundRow, Wanted } from "../wire.ts";
import { dateInWords, sizeInWords } from "../words.ts";
import { KeptHere } from "./kept-here.tsx";
import { Kind } from "./kind.tsx";
import { usePersonName } from "./person-name.tsx";

/** Rows that come and go together. */
const BLOCK = 20;

/** How far beyond the window's edges rows are kept ready, in pixels. */
const AHEAD = 1200;

/** Pixels of a row, as long as none was measured. */
const ROW = 92;

/** Where rows come from. */
export type Find = (ask: Wanted & { offset: number; count: number }) => Promise<Found>;

interface TimelineProps {
  readonly wanted: Wanted;
  readonly total: number;
  readonly find: Find;
  /** Changes whenever the rows may have changed. */
  readonly turn: number;
}

/**
 * A list of any length, of which only what is near the window is drawn. Rows are as high as their
 * words need; above and below stand empty boxes as high as what is left out, or is likely to be.
 */
export function Timeline({ label, ...shown }: TimelineProps & { readonly label: string }) {
  const { list, first, last, measured, heightOf } = useNear(shown);
  const { total } = shown;
  const blocks = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
  return (
    // biome-ignore lint/a11y/useSemanticElements: between a list and its lines stand the blocks.
    <div role="list" className="ledger timeline" aria-label={label} ref={list}>
      <div style={{ blockSize: `${heightOf(0, first)}px` }} />
      {blocks.map((block) => (
        <Block
          key={block}
          {...shown}
          offset={block * BLOCK}
          count={Math.min(BLOCK, total - block * BLOCK)}
          height={heightOf(block, block + 1)}
          measured={(height) => measured(block, height)}
        />
      ))}
      <div style={{ blockSize: `${heightOf(last + 1, Math.ceil(total / BLOCK))}px` }} />
    </div>
  );
}

/** Which blocks are near the window, and how high those are that are not drawn. */
function useNear({ total, turn }: TimelineProps) {
  const list = useRef<HTMLDivElement>(null);
  const heights = useRef(new Map<number, number>());
  const [near, setNear] = useState({ first: 0, last: 0 });
  const count = Math.ceil(total / BLOCK);

  const likely = () => {
    const known = [...heights.current.values()];
    return known.length === 0
      ? ROW * BLOCK
      : known.reduce((sum, height) => sum + height, 0) / known.length;
  };
  const rowsOf = (block: number) => Math.min(BLOCK, total - block * BLOCK) / BLOCK;
  const heightOf = (from: number, to: number) => {
    const guess = likely();
    let height = 0;
    for (let block = from; block < to; block++) {
      height += heights.current.get(block) ?? guess * rowsOf(block);
    }
    return height;
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` says that the rows are others, and as high as they are.
  useEffect(() => {
    heights.current.clear();
    const look = () => {
      const top = list.current?.getBoundingClientRect().top ?? 0;
      const [from, to] = [-top - AHEAD, globalThis.innerHeight - top + AHEAD];
      const guess = likely();
      let [first, last, y] = [0, 0, 0];
      for (let block = 0; block < count && y < to; block++) {
        const height = heights.current.get(block) ?? guess * rowsOf(block);
        if (y + height < from) first = block + 1;
        last = block;
        y += height;
      }
      first = Math.min(first, last);
      setNear((before) =>
        before.first === first && before.last === last ? before : { first, last },
      );
    };
    look();
    globalThis.addEventListener("scroll", look, { passive: true });
    globalThis.addEventListener("resize", look);
    return () => {
      globalThis.removeEventListener("scroll", look);
      globalThis.removeEventListener("resize", look);
    };
  }, [count, turn]);

  const last = Math.min(near.last, count - 1);
  return {
    list,
    first: Math.min(near.first, Math.max(0, last)),
    last,
    heightOf,
    measured: (block: number, height: number) => heights.current.set(block, height),
  };
}

function Block({
  wanted,
  find,
  turn,
  offset,
  count,
  total,
  height,
  measured,
}: TimelineProps & {
  readonly offset: number;
  readonly count: number;
  readonly height: number;
  readonly measured: (height: number) => void;
}) {
  const place = useRef<HTMLDivElement>(null);
  const [rows, setRows] = useState<readonly FoundRow[]>([]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` says that the rows may be others.
  useEffect(() => {
    let gone = false;
    find({ ...wanted, offset, count }).then(
      (found) => {
        if (!gone) setRows(found.rows);
      },
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [wanted, find, turn, offset, count]);
  useLayoutEffect(() => {
    if (rows.length > 0 && place.current !== null) measured(place.current.offsetHeight);
  });
  return (
    <div
      ref={place}
      className="block"
      style={rows.length > 0 ? {} : { minBlockSize: `${height}px` }}
    >
      {rows.slice(0, count).map((row, i) => (
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
          {title}
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
