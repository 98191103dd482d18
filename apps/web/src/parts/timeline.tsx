import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import type { Found, FoundRow, Wanted } from "../wire.ts";
import { dateInWords, sizeInWords } from "../words.ts";
import { Kind } from "./kind.tsx";
import { usePersonName } from "./person-name.tsx";

/** Rows that come and go together. */
const BLOCK = 40;

/** How far beyond the window's edges rows are kept ready. */
const AHEAD = "1200px 0px";

/** Pixels of a row that was never measured. */
const ROW = 92;

/** Where rows come from. */
export type Find = (ask: Wanted & { offset: number; count: number }) => Promise<Found>;

/**
 * A list of any length, of which only what is near the window is drawn. Rows are as high as their
 * words need; a block that leaves keeps the height it had.
 */
export function Timeline({
  wanted,
  total,
  find,
  turn,
  label,
}: {
  readonly wanted: Wanted;
  readonly total: number;
  readonly find: Find;
  /** Changes whenever the rows may have changed. */
  readonly turn: number;
  readonly label: string;
}) {
  const blocks = Math.ceil(total / BLOCK);
  return (
    // biome-ignore lint/a11y/useSemanticElements: between a list and its lines stand the blocks.
    <div role="list" className="ledger timeline" aria-label={label}>
      {Array.from({ length: blocks }, (_, i) => (
        <Block
          // biome-ignore lint/suspicious/noArrayIndexKey: a block is its place.
          key={i}
          {...{ wanted, find, turn }}
          offset={i * BLOCK}
          count={Math.min(BLOCK, total - i * BLOCK)}
          total={total}
        />
      ))}
    </div>
  );
}

function Block({
  wanted,
  find,
  turn,
  offset,
  count,
  total,
}: {
  readonly wanted: Wanted;
  readonly find: Find;
  readonly turn: number;
  readonly offset: number;
  readonly count: number;
  readonly total: number;
}) {
  const place = useRef<HTMLDivElement>(null);
  const [isNear, setIsNear] = useState(offset === 0);
  const [rows, setRows] = useState<readonly FoundRow[]>([]);
  const height = useRef(count * ROW);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const watch = new IntersectionObserver(
      (seen) => {
        const near = seen.at(-1)?.isIntersecting === true;
        if (!near && element.childElementCount > 0) height.current = element.offsetHeight;
        setIsNear(near);
      },
      { rootMargin: AHEAD },
    );
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` says that the rows may be others.
  useEffect(() => {
    if (!isNear) return;
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
  }, [isNear, wanted, find, turn, offset, count]);
  const isDrawn = isNear && rows.length > 0;
  return (
    <div ref={place} className="block" style={isDrawn ? {} : { blockSize: `${height.current}px` }}>
      {isDrawn
        ? rows.map((row, i) => (
            <Row key={row.revision} row={row} place={offset + i + 1} total={total} />
          ))
        : null}
    </div>
  );
}

function Row({
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
  const { title, type, mediaType, size, versions, opens } = row;
  const date = dateInWords(row.date, i18n.locale);
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the list.
    <div
      role="listitem"
      className="entry"
      aria-setsize={total}
      aria-posinset={place}
      data-opens={opens === undefined ? undefined : ""}
    >
      <div className="side">
        {opens === undefined ? null : <strong className="year">{opens}</strong>}
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
        {row.conflict ? (
          <span className="tag" data-tone="care">
            <Trans>Changed in two places: both are kept</Trans>
          </span>
        ) : null}
      </div>
    </div>
  );
}
